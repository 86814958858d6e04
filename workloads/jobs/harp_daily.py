#!/usr/bin/env python3
"""Aggregates one day of Harp's trades by hour, desk and instrument, and publishes the result whole or not at all.

    harp_daily.py --date 2026-01-15 [--input FOLDER] [--output URL] [--late-days 1] [--check footer|full]

Reads `trades/DATE/part-*` below the input folder, and the late files of that day that later folders hold. What can't be
used is set aside with the reason and counted. The schema, the rules and the layout of the result: docs/harp-data.md.

A run writes to a folder of its own and becomes the day's result by replacing one small object: a reader sees the old
result or the new one, and never a run that was killed.
"""

import argparse
import csv
import datetime
import json
import os
import re
import sys
import urllib.parse
import uuid

from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F

TABLE = "trades_hourly"
# Each column as Spark names its type and as pyarrow does, by which a file is checked before Spark opens it.
COLUMNS = {
    "trade_id": ("STRING", "string"),
    "traded_at": ("TIMESTAMP", "timestamp[us, tz=UTC]"),
    "trade_date": ("DATE", "date32[day]"),
    "desk": ("STRING", "string"),
    "book": ("STRING", "string"),
    "instrument": (
        "STRUCT<code: STRING, venue: STRING, currency: STRING, delivery: STRUCT<start: DATE, `end`: DATE>>",
        "struct<code: string, venue: string, currency: string, delivery: struct<start: date32[day], end: date32[day]>>",
    ),
    "side": ("STRING", "string"),
    "quantity": ("DECIMAL(18,3)", "decimal128(18, 3)"),
    "price": ("DECIMAL(18,4)", "decimal128(18, 4)"),
    "fee": ("DECIMAL(12,4)", "decimal128(12, 4)"),
    "counterparty": ("STRING", "string"),
}
SCHEMA = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
STRUCT_COLUMNS = ["instrument_code", "instrument_venue", "currency", "delivery_start", "delivery_end"]
CSV_COLUMNS = [name for column in COLUMNS for name in (STRUCT_COLUMNS if column == "instrument" else [column])]


class JobError(Exception):
    """A failure that the person who runs the job can mend: an exit code, and a text that is all they need to see."""


def names_in(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise JobError(4, f"{folder} can't be read: {error.strerror}: is the share mounted and reachable?") from error


def files_of_day(folder, date, late_days):
    """The day's files in order, and how many late files for earlier days lie among them, waiting for those days' runs."""
    trades = os.path.join(folder, "trades")
    arrived = names_in(trades) if "trades" in names_in(folder) else []
    found, waiting = [], 0
    for days in range(late_days + 1):
        arrival = (date + datetime.timedelta(days=days)).isoformat()
        for name in names_in(os.path.join(trades, arrival)) if arrival in arrived else []:
            late = re.match(r"late-(\d{4}-\d{2}-\d{2})-", name)
            own = days == 0 if late is None else late[1] == date.isoformat()
            if name.endswith((".parquet", ".csv")):
                found += [os.path.join(trades, arrival, name)] if own else []
                waiting += not own and days == 0
    if not found:
        raise JobError(3, f"there are no files for {date} in {os.path.join(trades, date.isoformat())}")
    return found, waiting


def fault_of_file(path, check):
    """Why a file can't be used at all, or None. Runs in executors; the driver may see thousands of files."""
    try:
        if os.path.getsize(path) == 0:
            return "the file is empty"
        if path.endswith(".csv"):
            with open(path, encoding="utf-8", newline="") as file:
                header = next(csv.reader(file))
            return None if header == CSV_COLUMNS else f"the header is {','.join(header)[:200]}"
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(path) as file:
            columns = {field.name: str(field.type) for field in file.schema_arrow}
            for name, (_, kind) in COLUMNS.items():
                if columns.get(name) != kind:
                    return f"column {name} is {columns.get(name, 'missing')}, not {kind}"
            for _ in file.iter_batches(batch_size=65536) if check == "full" else []:
                pass
        return None
    except FileNotFoundError:
        return "the file vanished while the job ran"
    except (OSError, ValueError, csv.Error) as error:
        return f"unreadable: {str(error)[:200]}"


def local_url(path):
    return "file://" + urllib.parse.quote(path)


def read_rows(spark, paths):
    """All rows with where they came from: file, row (the line of a csv file isn't known), the record as text, faults."""
    parquet = [local_url(path) for path in paths if path.endswith(".parquet")]
    lines = [local_url(path) for path in paths if path.endswith(".csv")]
    frames = []
    if parquet:
        frames.append(
            spark.read.schema(SCHEMA)
            .parquet(*parquet)
            .select("*", "_metadata.file_path", F.col("_metadata.row_index").alias("row"))
            .withColumn("record", F.to_json(F.struct("trade_id", "traded_at", "trade_date", "desk", "instrument", "side", "quantity")))
            .withColumn("malformed", F.lit(None).cast("string"))
        )
    if lines:
        frames.append(read_csv(spark, lines))
    rows = frames[0] if len(frames) == 1 else frames[0].unionByName(frames[1])
    return rows.withColumn("file", F.substring_index("file_path", "/", -2)).drop("file_path")


def read_csv(spark, urls):
    """Csv rows in the shape of the parquet rows; a value of the wrong kind becomes null and is named in `malformed`."""
    schema = ", ".join(f"{name} STRING" for name in [*CSV_COLUMNS, "broken"])
    text = spark.read.text(urls).select("value", "_metadata.file_path")
    lines = text.where((F.col("value") != ",".join(CSV_COLUMNS)) & (F.trim("value") != ""))
    parsed = lines.withColumn("c", F.from_csv("value", schema, {"columnNameOfCorruptRecord": "broken"}))

    kinds = {name: COLUMNS[name][0] for name in ("traded_at", "trade_date", "quantity", "price", "fee")}
    kinds |= {"delivery_start": "DATE", "delivery_end": "DATE"}
    typed = {name: F.col(f"c.{name}").try_cast(kind).alias(name) for name, kind in kinds.items()}
    given = {name: F.col(f"c.{name}").isNotNull() for name in kinds}
    wrong = [F.when(given[name] & typed[name].isNull(), F.lit(f"{name} is not a {kind}")) for name, kind in kinds.items()]
    delivery = F.struct(typed["delivery_start"].alias("start"), typed["delivery_end"].alias("end")).alias("delivery")
    place = [F.col("c.instrument_code").alias("code"), F.col("c.instrument_venue").alias("venue"), F.col("c.currency").alias("currency")]
    return parsed.select(
        *[typed.get(name, F.col(f"c.{name}")).alias(name) for name in COLUMNS if name != "instrument"],
        F.struct(*place, delivery).alias("instrument"),
        "file_path",
        F.lit(None).cast("bigint").alias("row"),
        F.col("value").alias("record"),
        F.coalesce(F.when(F.col("c.broken").isNotNull(), F.lit(f"the line has not {len(CSV_COLUMNS)} fields")), *wrong).alias("malformed"),
    )


def reason(date):
    """The first rule that a row breaks, as a column; null for a row that may be counted."""
    needed = ["trade_id", "trade_date", "traded_at", "desk", "instrument.code", "instrument.currency", "side", "quantity"]
    rules = [
        (F.col("trade_date") != F.lit(date.isoformat()).cast("date"), "trade_date is another day"),
        (~F.col("side").isin("BUY", "SELL"), "side is neither BUY nor SELL"),
        (F.col("quantity") <= 0, "quantity is not above 0"),
    ]
    missing = [(F.col(name).isNull(), f"{name} is missing") for name in needed]
    return F.coalesce("malformed", *[F.when(condition, F.lit(text)) for condition, text in missing + rules])


def aggregate(trades):
    """One row for each hour, desk and instrument. Sums are exact: decimals in, decimals out."""
    bought, sold = F.col("side") == "BUY", F.col("side") == "SELL"
    priced, zero = F.col("price").isNotNull(), F.lit(0).cast("decimal(28,3)")
    return (
        trades.groupBy(
            *[F.date_trunc("hour", "traded_at").alias("hour"), "desk"],
            *[F.col("instrument.code").alias("instrument"), F.col("instrument.currency").alias("currency")],
        )
        .agg(
            F.count(F.lit(1)).alias("trades"),
            F.count_if(~priced).alias("unpriced_trades"),
            F.coalesce(F.sum(F.when(bought, F.col("quantity"))), zero).alias("bought"),
            F.coalesce(F.sum(F.when(sold, F.col("quantity"))), zero).alias("sold"),
            F.sum(F.when(priced, F.col("quantity"))).alias("priced_quantity"),
            F.sum(F.col("quantity") * F.col("price")).cast("decimal(38,7)").alias("notional"),
            F.coalesce(F.sum("fee"), F.lit(0).cast("decimal(22,4)")).alias("fees"),
        )
        .withColumn("vwap", (F.col("notional") / F.col("priced_quantity")).cast("decimal(38,6)"))
        .drop("priced_quantity")
    )


class Store:
    """Where results go: a folder of any file system that Hadoop knows (`s3a://bucket`, `file:///folder`)."""

    def __init__(self, spark, root):
        self.root = root.rstrip("/")
        self._jvm = spark.sparkContext._jvm
        path = self._path("")
        try:
            self._fs = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
            self._fs.listStatus(path)
        except Exception as error:
            raise JobError(5, f"the output {root} can't be used: {cause(error)}") from error

    def _path(self, relative):
        return self._jvm.org.apache.hadoop.fs.Path(f"{self.root}/{relative}" if relative else f"{self.root}/")

    def bytes_in(self, relative):
        """The number of data files below a folder and their bytes; what committers leave beside them isn't counted."""
        listing, sizes = self._fs.listFiles(self._path(relative), True), []
        while listing.hasNext():
            status = listing.next()
            sizes += [] if status.getPath().getName().startswith(("_", ".")) else [status.getLen()]
        return len(sizes), sum(sizes)

    def read(self, relative):
        path = self._path(relative)
        if not self._fs.exists(path):
            return ""
        return self._jvm.org.apache.commons.io.IOUtils.toString(self._fs.open(path), "UTF-8")

    def replace(self, relative, text):
        """Writes one small object whole or not at all: a PUT on an object store, a rename on a file system."""
        if self.root.startswith("file:"):
            target = urllib.parse.unquote(urllib.parse.urlparse(f"{self.root}/{relative}").path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(f"{target}.new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(f"{target}.new", target)
            return
        stream = self._fs.create(self._path(relative), True)
        stream.write(bytearray(text.encode()))
        stream.close()

    def remove_before(self, relative, name, keep):
        """Removes the entries of a folder whose names sort before `name`, but those to keep."""
        for status in self._fs.listStatus(self._path(relative)):
            if status.getPath().getName() < name and status.getPath().getName() not in keep:
                self._fs.delete(status.getPath(), True)


def cause(error):
    """The innermost reason of a Java failure, in one line."""
    java = getattr(error, "java_exception", None)
    while java is not None and java.getCause() is not None:
        java = java.getCause()
    text = str(error) if java is None else str(java.getMessage() or java.getClass().getSimpleName())
    return text.split("\n")[0][:300]


def run(spark, options):
    """Does the whole job and returns its summary."""
    date = options.date
    store = Store(spark, options.output)
    paths, waiting = files_of_day(options.input, date, options.late_days)

    each = spark.sparkContext.parallelize(paths, min(len(paths), 64))
    faults = each.map(lambda path: (path, fault_of_file(path, options.check))).collect()
    bad_files = [(os.path.join(*path.split("/")[-2:]), None, None, fault) for path, fault in faults if fault is not None]
    good = [path for path, fault in faults if fault is None]
    if not good:
        raise JobError(3, f"none of the {len(paths)} files for {date} can be read, {bad_files[0][0]} because {bad_files[0][3]}")

    checked = read_rows(spark, good).withColumn("reason", reason(date))
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    day = f"trade_date={date.isoformat()}"
    name = f"run={now:%Y%m%dT%H%M%S}Z-{uuid.uuid4().hex[:8]}"
    folder = f"{TABLE}/runs/{day}/{name}"

    seen = Observation()
    result = aggregate(checked.observe(seen, F.count(F.lit(1)).alias("read"), F.count("reason").alias("bad")).where("reason IS NULL"))
    # One file for each desk, in a fixed order: the same rows give the same bytes.
    result = result.repartition(8, "desk").sortWithinPartitions("desk", "hour", "instrument", "currency")
    result.write.partitionBy("desk").parquet(f"{store.root}/{folder}/data")
    aside = checked.where("reason IS NOT NULL").select("file", "row", "record", "reason")
    files = spark.createDataFrame(bad_files, "file STRING, row BIGINT, record STRING, reason STRING")
    aside.unionByName(files).repartition(1).sortWithinPartitions("file", "row", "record").write.parquet(f"{store.root}/{folder}/set_aside")

    # Read back from the store, so that what is reported is what is there; a day without one good row has no file to tell a schema.
    published = spark.read.schema(result.schema).parquet(f"{store.root}/{folder}/data")
    sums = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in ("trades", "unpriced_trades", "bought", "sold", "notional", "fees")]
    totals = published.agg(F.count(F.lit(1)).alias("groups"), *sums).first()
    set_aside = spark.read.parquet(f"{store.root}/{folder}/set_aside").groupBy("reason").count()
    reasons = {row["reason"]: row["count"] for row in set_aside.collect()}
    bad_rows = sum(reasons.values()) - len(bad_files)
    # Every row that was read is in the result or was set aside; files that change under the job would break that.
    if seen.get != {"read": totals["trades"] + bad_rows, "bad": bad_rows}:
        raise JobError(6, f"read {seen.get} rows, but {totals['trades']} are counted and {bad_rows} set aside: did files change?")
    data_files, data_bytes = store.bytes_in(f"{folder}/data")
    success = json.loads(store.read(f"{folder}/data/_SUCCESS") or "{}")
    summary = {
        "job": "harp_daily",
        "date": date.isoformat(),
        "files": {"read": len(good), "setAside": len(bad_files), "lateForEarlierDays": waiting},
        "rows": {"read": seen.get["read"], "counted": totals["trades"], "setAside": bad_rows},
        "groups": totals["groups"],
        "sums": {key: str(totals[key]) for key in ("bought", "sold", "notional", "fees")},
        "unpricedTrades": totals["unpriced_trades"],
        "output": {"files": data_files, "bytes": data_bytes, "committer": success.get("committer", "file")},
        "path": f"{store.root}/{folder}",
    }
    pointer = f"{TABLE}/published/{day}.json"
    earlier = json.loads(store.read(pointer) or "{}").get("path", "").rsplit("/", 1)[-1]
    store.replace(pointer, json.dumps({"path": summary["path"], "summary": summary}))
    # Runs that began a day ago and were neither published nor replaced just now: nobody reads them.
    store.remove_before(f"{TABLE}/runs/{day}", f"run={now - datetime.timedelta(days=1):%Y%m%dT%H%M%S}", {name, earlier})
    show(published, reasons)
    return summary


def show(published, reasons):
    """Prints the totals of each desk, and why anything was set aside."""
    sums = [F.sum(name).alias(name) for name in ("trades", "bought", "sold", "notional", "fees")]
    published.groupBy("desk", "currency").agg(*sums).orderBy("desk", "currency").show(50, truncate=False)
    if reasons:
        print("set aside:")
        for text, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:20]:
            print(f"  {count:>8} × {text}")


def day_of(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a date such as 2026-01-15') from None


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="harp_daily.py", description=__doc__.split("\n")[0])
    parser.add_argument("--date", type=day_of, required=True, help="the day, such as 2026-01-15")
    parser.add_argument("--input", default=os.environ.get("HAMILTON_VOLUME_HARP"), help="the folder that holds trades/ (default: the share's mount)")
    parser.add_argument("--output", default=os.environ.get("HAMILTON_BUCKET_LAKE"), help="where the result goes, a URL (default: the lake)")
    parser.add_argument("--late-days", type=int, choices=range(0, 32), default=1, metavar="0..31", help="how many later days' folders to search for late files (default 1)")
    parser.add_argument("--check", choices=["footer", "full"], default="footer", help="how much of each parquet file is read to find it sound (default footer)")
    options = parser.parse_args(arguments)
    for name, variable in (("input", "HAMILTON_VOLUME_HARP"), ("output", "HAMILTON_BUCKET_LAKE")):
        if not getattr(options, name):
            parser.error(f"give --{name}, or set {variable}")
    options.input = os.path.abspath(options.input.removeprefix("file://"))
    options.output = options.output if "://" in options.output else local_url(os.path.abspath(options.output))

    builder = SparkSession.builder.appName(f"harp-daily-{options.date}").config("spark.sql.session.timeZone", "UTC")
    # Spark's own default is a type that keeps no time zone and that other readers have given up.
    spark = builder.config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS").getOrCreate()
    try:
        print(json.dumps(run(spark, options)))
        return 0
    except JobError as error:
        code, text = error.args
        print(f"harp_daily: {text}", file=sys.stderr)
        return code
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main())
