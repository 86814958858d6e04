"""The one form in which the rows of a result are printed, so that two computations can be compared as text."""

import csv
import datetime
import decimal
import sys

SCALES = {"bought": 3, "sold": 3, "notional": 7, "fees": 4, "vwap": 6}
COLUMNS = ["hour", "desk", "instrument", "currency", "trades", "unpriced_trades", *SCALES]


def print_rows(rows):
    """Prints rows as csv, sorted by group: hours in UTC, decimals with all digits of their scale, nothing for null."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for row in sorted(rows, key=lambda row: (row["hour"], row["desk"], row["instrument"], row["currency"])):
        out.writerow([text(name, row[name]) for name in COLUMNS])


def text(name, value):
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
    if name in SCALES:
        return f"{decimal.Decimal(value):.{SCALES[name]}f}"
    return str(value)
