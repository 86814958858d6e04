#!/usr/bin/env python3
"""Makes one day of what Harp drops: trades in parquet and csv, with the faults that come along.

The schema and the faults are described in docs/harp-data.md. The same seed, date and number of rows give the same
bytes. Memory stays below about 200 MiB whatever the number of rows: each file is written in chunks.

    generate.py --rows 200000 --date 2026-01-15 --seed 1 --out /some/folder
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import sys

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

CHUNK_ROWS = 100_000
FEWEST_ROWS, MOST_ROWS = 1_000, 100_000_000
# Of a day's rows: how many come as csv, how many more come for the day before, how many are wrong.
CSV_SHARE, LATE_SHARE, BAD_SHARE = 0.10, 0.01, 0.001

DESKS = ["power", "gas", "emissions", "coal", "freight"]
CURRENCIES = {"power": "EUR", "gas": "GBP", "emissions": "EUR", "coal": "USD", "freight": "USD"}
VENUES = ["EPEX", "ICE", "EEX", "OTC"]
INSTRUMENTS_PER_DESK = 12
BAD_KINDS = ["quantity", "side", "trade_date", "instrument"]

DELIVERY = pyarrow.struct([("start", pyarrow.date32()), ("end", pyarrow.date32())])
INSTRUMENT = pyarrow.struct(
    [("code", pyarrow.string()), ("venue", pyarrow.string()), ("currency", pyarrow.string()), ("delivery", DELIVERY)]
)
SCHEMA = pyarrow.schema(
    [
        ("trade_id", pyarrow.string()),
        ("traded_at", pyarrow.timestamp("us", tz="UTC")),
        ("trade_date", pyarrow.date32()),
        ("desk", pyarrow.string()),
        ("book", pyarrow.string()),
        ("instrument", INSTRUMENT),
        ("side", pyarrow.string()),
        ("quantity", pyarrow.decimal128(18, 3)),
        ("price", pyarrow.decimal128(18, 4)),
        ("fee", pyarrow.decimal128(12, 4)),
        ("counterparty", pyarrow.string()),
    ]
)
# Lines that a csv file holds besides its rows, and that no reader can make a trade of.
MALFORMED_LINES = [
    "{id}-X1,{date} 09:00:00.000000Z",
    "{id}-X2,{date} 09:00:00.000000Z,{date},power,power-1,POW-01,EPEX,EUR,,,BUY,twelve,45.1000,,CP-0001",
    "{id}-X3,yesterday,{date},gas,gas-1,GAS-01,ICE,GBP,,,SELL,10.000,45.1000,,CP-0002",
    "{id}-X4,{date} 09:00:00.000000Z,{date},gas,gas-1,GAS-01,ICE,GBP,,,SELL,10.000,45.1000,,CP-0002,one,too,many",
    "#### transfer interrupted ####",
]


def decimals(unscaled, precision, scale, null=None):
    """A decimal column from 64-bit unscaled values, without a Python object for each."""
    words = numpy.empty((len(unscaled), 2), dtype="<i8")
    words[:, 0] = unscaled
    words[:, 1] = unscaled >> 63
    validity = None
    if null is not None:
        validity = pyarrow.py_buffer(numpy.packbits(~null, bitorder="little"))
    type_ = pyarrow.decimal128(precision, scale)
    return pyarrow.Array.from_buffers(type_, len(unscaled), [validity, pyarrow.py_buffer(words.tobytes())])


def pick(values, index, null=None):
    """A text column: the value that each index points to."""
    indices = pyarrow.array(index.astype("int32"), mask=null)
    return pyarrow.array(values).take(indices)


def chunk(generator, date, first, rows, bad):
    """`rows` trades of `date`, numbered from `first`; of these, `bad` are wrong in turn in each of BAD_KINDS."""
    desk = generator.integers(0, len(DESKS), rows)
    instrument = desk * INSTRUMENTS_PER_DESK + generator.integers(0, INSTRUMENTS_PER_DESK, rows)
    # Trading runs from five in the morning to nine in the evening, UTC.
    midnight = int(datetime.datetime.combine(date, datetime.time(), datetime.timezone.utc).timestamp()) * 1_000_000
    traded_at = midnight + numpy.sort(generator.integers(5 * 3600 * 1_000_000, 21 * 3600 * 1_000_000, rows))
    quantity = generator.integers(1, 5_000_000, rows)
    price = generator.integers(1_000, 2_500_000, rows)
    # Electricity is worth less than nothing at times.
    price = numpy.where((desk == 0) & (generator.random(rows) < 0.03), -price, price)
    day = (date - datetime.date(1970, 1, 1)).days
    trade_date = numpy.full(rows, day, dtype="int32")
    side = (generator.random(rows) < 0.5).astype("int8")
    no_instrument = numpy.zeros(rows, dtype=bool)

    wrong = numpy.sort(generator.choice(rows, bad, replace=False))
    quantity[wrong[0::4]] *= -1
    side[wrong[1::4]] = 2
    trade_date[wrong[2::4]] = 0
    no_instrument[wrong[3::4]] = True

    number = pyarrow.compute.utf8_lpad(pyarrow.array(numpy.arange(first, first + rows)).cast(pyarrow.string()), 9, "0")
    codes = [f"{name[:3].upper()}-{i:02d}" for name in DESKS for i in range(INSTRUMENTS_PER_DESK)]
    venues = [VENUES[i % len(VENUES)] for i in range(len(codes))]
    # Every fourth instrument is for delivery at once and has no period; the others deliver in a later month.
    spot = instrument % 4 == 0
    start = day + 30 * (1 + instrument % 12)
    delivery = pyarrow.StructArray.from_arrays(
        [pyarrow.array(start.astype("int32")).cast(pyarrow.date32()), pyarrow.array((start + 29).astype("int32")).cast(pyarrow.date32())],
        fields=list(DELIVERY),
        mask=pyarrow.array(spot),
    )
    columns = [
        pyarrow.compute.binary_join_element_wise(f"T{date:%Y%m%d}", number, "-"),
        pyarrow.array(traded_at).cast(SCHEMA.field("traded_at").type),
        pyarrow.array(trade_date).cast(pyarrow.date32()),
        pick(DESKS, desk),
        pick([f"{name}-{i}" for name in DESKS for i in (1, 2, 3)], desk * 3 + generator.integers(0, 3, rows), generator.random(rows) < 0.02),
        pyarrow.StructArray.from_arrays(
            [pick(codes, instrument, no_instrument), pick(venues, instrument), pick([CURRENCIES[name] for name in DESKS], desk), delivery],
            fields=list(INSTRUMENT),
        ),
        pick(["BUY", "SELL", "HOLD"], side),
        decimals(quantity, 18, 3),
        decimals(price, 18, 4, generator.random(rows) < 0.04),
        decimals(generator.integers(0, 500_000, rows), 12, 4, generator.random(rows) < 0.30),
        pick([f"CP-{i:04d}" for i in range(1, 201)], generator.integers(0, 200, rows), generator.random(rows) < 0.15),
    ]
    return pyarrow.Table.from_arrays(columns, schema=SCHEMA)


def flat(table):
    """The table as csv has it: structs spread over columns of their own."""
    table = table.flatten().flatten()
    names = {"instrument.code": "instrument_code", "instrument.venue": "instrument_venue", "instrument.currency": "currency"}
    names |= {"instrument.delivery.start": "delivery_start", "instrument.delivery.end": "delivery_end"}
    return table.rename_columns([names.get(name, name) for name in table.column_names])


def chunks(seed, date, label, first, rows):
    """The chunks of one file. Each has random numbers of its own, so that no file depends on how another is cut."""
    for offset in range(0, rows, CHUNK_ROWS):
        count = min(CHUNK_ROWS, rows - offset)
        generator = numpy.random.Generator(numpy.random.PCG64([seed, date.toordinal(), label, offset]))
        bad = min(count, max(1, round(count * BAD_SHARE)))
        yield chunk(generator, date, first + offset, count, bad), bad


def write_parquet(path, pieces):
    rows = bad = 0
    with pyarrow.parquet.ParquetWriter(path, SCHEMA, compression="snappy") as writer:
        for table, wrong in pieces:
            writer.write_table(table)
            rows, bad = rows + table.num_rows, bad + wrong
    return rows, bad


def write_csv(path, pieces, date):
    rows = bad = 0
    with open(path, "wb") as file:
        for table, wrong in pieces:
            table = flat(table)
            options = pyarrow.csv.WriteOptions(include_header=rows == 0, quoting_style="none", quoting_header="none")
            pyarrow.csv.write_csv(table, file, options)
            rows, bad = rows + table.num_rows, bad + wrong
        for line in MALFORMED_LINES:
            file.write((line.format(id=path.stem, date=date.isoformat()) + "\n").encode())
    return rows + len(MALFORMED_LINES), bad + len(MALFORMED_LINES)


def spread(rows, files):
    """`rows` over `files` files, as evenly as whole rows allow."""
    return [rows // files + (1 if i < rows % files else 0) for i in range(files)]


def generate(folder, date, rows, seed, rows_per_file):
    """Writes a day's files into `folder` and tells what is in each."""
    csv_rows = int(rows * CSV_SHARE)
    written, number = [], 1

    def note(path, kind, rows, bad):
        written.append({"file": path.name, "kind": kind, "rows": rows, "badRows": bad, "bytes": path.stat().st_size})

    first = 1
    for total, suffix, fewest in ((rows - csv_rows, "parquet", 4), (csv_rows, "csv", 1)):
        for i, count in enumerate(spread(total, max(fewest, -(-total // rows_per_file))), start=1):
            path = folder / f"part-{i:04d}.{suffix}"
            pieces = chunks(seed, date, number, first, count)
            note(path, "day", *(write_parquet(path, pieces) if suffix == "parquet" else write_csv(path, pieces, date)))
            number, first = number + 1, first + count

    # Yesterday's last trades arrive with today's files, numbered after anything that yesterday's own files held.
    yesterday = date - datetime.timedelta(days=1)
    path = folder / f"late-{yesterday.isoformat()}-0001.parquet"
    late = max(10, int(rows * LATE_SHARE))
    note(path, "late", *write_parquet(path, chunks(seed, yesterday, number, MOST_ROWS + 1, late)))

    # Three files that are no use: a transfer that broke off, one that never began, and one of another shape.
    path = folder / "part-9001.parquet"
    write_parquet(path, chunks(seed, date, number + 1, 2 * MOST_ROWS, 1_000))
    os.truncate(path, path.stat().st_size * 6 // 10)
    note(path, "corrupt", 0, 0)
    path = folder / "part-9002.parquet"
    path.touch()
    note(path, "corrupt", 0, 0)
    path = folder / "part-9003.csv"
    path.write_text(f"trade_id,amount\nT{date:%Y%m%d}-1,12.5\n")
    note(path, "corrupt", 0, 0)
    return written


def whole_number(lowest, highest):
    def parse(text):
        try:
            value = int(text.replace("_", ""))
        except ValueError:
            raise argparse.ArgumentTypeError(f'"{text}" is not a whole number') from None
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"{value} is not between {lowest} and {highest}")
        return value

    return parse


def day(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a date such as 2026-01-15') from None


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=whole_number(FEWEST_ROWS, MOST_ROWS), default=200_000, help="rows of the day, wrong ones included (default 200000)")
    parser.add_argument("--date", type=day, required=True, help="the day, such as 2026-01-15")
    parser.add_argument("--seed", type=whole_number(0, 2**63 - 1), default=1, help="which of all possible days (default 1)")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="an existing folder; files go to trades/DATE below it")
    parser.add_argument("--rows-per-file", type=whole_number(1_000, MOST_ROWS), default=1_000_000, help="the most rows of one file (default 1000000)")
    parser.add_argument("--overwrite", action="store_true", help="replace the day if it is there already")
    options = parser.parse_args(arguments)
    if not options.out.is_dir():
        parser.error(f"--out {options.out} is not a folder")
    target = options.out / "trades" / options.date.isoformat()
    if target.exists() and not options.overwrite:
        parser.error(f"{target} is there already; give --overwrite to replace it")

    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        files = generate(partial, options.date, options.rows, options.seed, options.rows_per_file)
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        print(f"generate.py: {target} could not be written: {error.strerror or error}", file=sys.stderr)
        return 1
    print(json.dumps({"date": options.date.isoformat(), "seed": options.seed, "rows": options.rows, "files": files}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
