#!/usr/bin/env python3
"""What harp_daily must find in a day's files, worked out a second time without Spark.

Reads the same files from the share's folder with pyarrow and Python's csv module, applies the rules of
docs/harp-data.md row by row, adds the groups up with pandas over exact decimals, and prints them as csv, then a line
of counts as JSON.

    harp_daily_expected.py --input FOLDER --date 2026-01-15 [--late-days 1]
"""

import argparse
import collections
import csv
import datetime
import decimal
import json
import pathlib
import sys

import pandas
import pyarrow
import pyarrow.parquet

from result_rows import print_rows

decimal.getcontext().prec = 60
HEADER = (
    "trade_id,traded_at,trade_date,desk,book,instrument_code,instrument_venue,currency,delivery_start,delivery_end,"
    "side,quantity,price,fee,counterparty"
).split(",")
LARGEST = {"quantity": (18, 3), "price": (18, 4), "fee": (12, 4)}


class Refused(Exception):
    """A record that can't be used."""


def number(text, name):
    """A decimal as the schema has it: rounded half up to its scale, refused where it has too many digits."""
    if text == "":
        return None
    precision, scale = LARGEST[name]
    try:
        value = decimal.Decimal(text.strip()).quantize(decimal.Decimal(1).scaleb(-scale), decimal.ROUND_HALF_UP)
    except decimal.InvalidOperation:
        raise Refused(name) from None
    if value.is_nan() or len(value.as_tuple().digits) > precision:
        raise Refused(name)
    return value


def moment(text):
    if text == "":
        return None
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refused("traded_at") from None


def date(text, name):
    if text == "":
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(name) from None


def parquet_records(path):
    file = pyarrow.parquet.ParquetFile(path)
    for batch in file.iter_batches(batch_size=50_000):
        for row in batch.to_pylist():
            instrument = row["instrument"] or {}
            yield row | {"instrument_code": instrument.get("code"), "currency": instrument.get("currency")}


def csv_records(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    if next(csv.reader(lines[:1]), []) != HEADER:
        raise pyarrow.ArrowInvalid("another header")
    for fields in csv.reader(lines[1:]):
        if not fields:
            continue
        if len(fields) != len(HEADER):
            yield None
            continue
        raw = dict(zip(HEADER, fields))
        try:
            record = {name: value or None for name, value in raw.items()}
            record |= {name: number(raw[name], name) for name in LARGEST}
            record["traded_at"] = moment(raw["traded_at"])
            for name in ("trade_date", "delivery_start", "delivery_end"):
                record[name] = date(raw[name], name)
        except Refused:
            yield None
            continue
        yield record


def usable(record, day):
    if record is None:
        return False
    for name in ("trade_id", "traded_at", "trade_date", "desk", "instrument_code", "currency", "side", "quantity"):
        if record[name] is None:
            return False
    return record["trade_date"] == day and record["side"] in ("BUY", "SELL") and record["quantity"] > 0


def files_of(folder, day, late_days):
    own = [p for p in (folder / "trades" / day.isoformat()).glob("*") if not p.name.startswith("late-")]
    later = [day + datetime.timedelta(days=i) for i in range(late_days + 1)]
    late = [p for d in later for p in (folder / "trades" / d.isoformat()).glob(f"late-{day.isoformat()}-*")]
    return sorted(p for p in own + late if p.suffix in (".parquet", ".csv"))


def measures(record):
    """What a trade adds to its group; decimals are Python's, so that pandas adds them up exactly."""
    zero, priced = decimal.Decimal(0), record["price"] is not None
    bought = record["side"] == "BUY"
    return {
        "hour": record["traded_at"].astimezone(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0),
        "desk": record["desk"],
        "instrument": record["instrument_code"],
        "currency": record["currency"],
        "trades": 1,
        "unpriced_trades": 0 if priced else 1,
        "bought": record["quantity"] if bought else zero,
        "sold": zero if bought else record["quantity"],
        "priced": record["quantity"] if priced else zero,
        "notional": record["quantity"] * record["price"] if priced else zero,
        "fees": record["fee"] or zero,
    }


def rows_of(trades):
    """The groups with their sums, and the average price weighted by quantity where anything was priced."""
    groups = trades.groupby(["hour", "desk", "instrument", "currency"], sort=True).agg("sum").reset_index()
    rows = groups.to_dict("records")
    for row in rows:
        any_priced = row["priced"] > 0
        vwap = row["notional"] / row["priced"] if any_priced else None
        row["vwap"] = vwap.quantize(decimal.Decimal("0.000001"), decimal.ROUND_HALF_UP) if any_priced else None
        row["notional"] = row["notional"] if any_priced else None
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--input", type=pathlib.Path, required=True)
    parser.add_argument("--date", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--late-days", type=int, default=1)
    options = parser.parse_args()

    used = []
    counts = collections.Counter()
    for path in files_of(options.input, options.date, options.late_days):
        try:
            records = list(parquet_records(path) if path.suffix == ".parquet" else csv_records(path))
        except (pyarrow.ArrowException, OSError, StopIteration):
            counts["filesSetAside"] += 1
            continue
        counts["filesRead"] += 1
        for record in records:
            counts["rowsRead"] += 1
            good = usable(record, options.date)
            counts["rowsCounted" if good else "rowsSetAside"] += 1
            if good:
                used.append(measures(record))
    print_rows(rows_of(pandas.DataFrame(used)))
    print(json.dumps({name: counts[name] for name in ("filesRead", "filesSetAside", "rowsRead", "rowsCounted", "rowsSetAside")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
