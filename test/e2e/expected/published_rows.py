#!/usr/bin/env python3
"""Prints the published result of harp_daily for a day as a reader finds it, without Spark: the pointer, then the files.

    published_rows.py --output s3://lake --endpoint http://10.88.0.2:30900 --date 2026-01-15 [--set-aside]

AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: keys that may read. With a folder as --output no endpoint is needed.
"""

import argparse
import collections
import json
import re
import sys
import urllib.parse

import pyarrow.dataset
import pyarrow.fs

from result_rows import print_rows


def store(output, endpoint):
    """The file system and the path that an output URL means."""
    url = urllib.parse.urlparse(output)
    if url.scheme in ("s3", "s3a"):
        place = urllib.parse.urlparse(endpoint)
        files = pyarrow.fs.S3FileSystem(endpoint_override=place.netloc, scheme=place.scheme, region="us-east-1")
        return files, f"{url.netloc}{url.path}".rstrip("/")
    return pyarrow.fs.LocalFileSystem(), url.path.rstrip("/")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", required=True)
    parser.add_argument("--endpoint", default="")
    parser.add_argument("--date", required=True)
    parser.add_argument("--set-aside", action="store_true", help="the reasons of what was set aside, and how often, as JSON")
    options = parser.parse_args()
    files, root = store(options.output, options.endpoint)
    with files.open_input_stream(f"{root}/trades_hourly/published/trade_date={options.date}.json") as stream:
        pointer = json.loads(stream.read())
    run = root + re.sub(r"^.*?(/trades_hourly/)", r"\1", pointer["path"])
    if options.set_aside:
        table = pyarrow.dataset.dataset(f"{run}/set_aside", filesystem=files, format="parquet").to_table()
        print(json.dumps(collections.Counter(table["reason"].to_pylist()), sort_keys=True))
        return 0
    partitioning = pyarrow.dataset.partitioning(flavor="hive", schema=pyarrow.schema([("desk", pyarrow.string())]))
    print_rows(pyarrow.dataset.dataset(f"{run}/data", filesystem=files, format="parquet", partitioning=partitioning).to_table().to_pylist())
    return 0


if __name__ == "__main__":
    sys.exit(main())
