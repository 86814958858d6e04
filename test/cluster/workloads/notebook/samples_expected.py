#!/usr/bin/env python3
"""What the sample notebooks must find, worked out without Spark; and the table that the third of them reads.

    samples_expected.py files --input FOLDER --date 2026-01-15     trades by hour and desk, as JSON
    samples_expected.py desks < ROWS                                 sums by desk, of what harp_daily_expected.py prints
    samples_expected.py table --input FOLDER --date 2026-01-15     fills the database `harp` from the published result
"""

import argparse
import collections
import csv
import datetime
import decimal
import glob
import json
import os
import pathlib
import sys

import pyarrow.parquet

# hour, desk, sides and sizes of a csv line, and how many fields a line has.
TRADED_AT, DESK, SIDE, QUANTITY, FIELDS = 1, 3, 10, 11, 15


def files(folder, date):
    counts = collections.Counter()

    def count(traded_at, desk, side, quantity):
        if quantity > 0 and side in ("BUY", "SELL"):
            counts[(traded_at.hour, desk)] += 1

    for path in glob.glob(f"{folder}/trades/{date}/part-*.parquet"):
        try:
            rows = pyarrow.parquet.read_table(path, columns=["traded_at", "desk", "side", "quantity"]).to_pylist()
        except pyarrow.ArrowInvalid:
            continue
        for row in rows:
            count(**row)
    for path in glob.glob(f"{folder}/trades/{date}/part-*.csv"):
        with open(path, newline="", encoding="utf-8") as file:
            for line in list(csv.reader(file))[1:]:
                try:
                    if len(line) == FIELDS:
                        time = datetime.datetime.fromisoformat(line[TRADED_AT])
                        count(time, line[DESK], line[SIDE], decimal.Decimal(line[QUANTITY]))
                except (ValueError, decimal.InvalidOperation):
                    continue
    print(json.dumps({f"{hour} {desk}": number for (hour, desk), number in counts.items()}))


def desks():
    sums = collections.defaultdict(lambda: [0, decimal.Decimal(0), decimal.Decimal(0)])
    # The last line holds counts, and is no row.
    for row in csv.DictReader(sys.stdin.readlines()[:-1]):
        group = sums[(row["desk"], row["currency"])]
        group[0] += int(row["trades"])
        group[1] += decimal.Decimal(row["notional"] or 0)
        group[2] += decimal.Decimal(row["fees"])
    rows = [(*group, str(trades), str(notional), str(fees)) for group, (trades, notional, fees) in sorted(sums.items())]
    print(json.dumps(rows))


def table(folder, date):
    import hamilton

    spark, harp = hamilton.spark, hamilton.jdbc("harp")
    jvm = spark.sparkContext._jvm
    connection = jvm.java.sql.DriverManager.getConnection(harp["url"], harp["user"], harp["password"])
    # Names without quotes, as people write tables; Spark would quote its own, and this database then tells case apart.
    columns = "desk varchar(40), instrument varchar(40), trades bigint, fees decimal(22,4)"
    connection.createStatement().execute(f"create table trades_hourly ({columns})")
    path = json.loads(pathlib.Path(f"{folder}/trades_hourly/published/trade_date={date}.json").read_text())["path"]
    rows = spark.read.parquet(f"{path}/data").selectExpr("desk AS DESK", "instrument AS INSTRUMENT", "trades AS TRADES", "fees AS FEES")
    rows.write.format("jdbc").options(**harp, dbtable="trades_hourly").mode("append").save()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("files", "desks", "table"))
    parser.add_argument("--input", default=".")
    parser.add_argument("--date", default="")
    options = parser.parse_args()
    if options.what == "desks":
        desks()
    else:
        {"files": files, "table": table}[options.what](os.path.abspath(options.input), options.date)


if __name__ == "__main__":
    main()
