#!/usr/bin/env python3
"""Adds whole numbers up on the executors and checks the sum: proves that jobs run, and needs no storage at all.

    without_read.py [--numbers 1000000] [--partitions 4]
"""

import argparse
import sys

from pyspark.sql import SparkSession


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number of at least 1')
    return int(text)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="without_read.py", description=__doc__.split("\n")[0])
    parser.add_argument("--numbers", type=positive, default=1_000_000, help="how many numbers, from 0 (default 1000000)")
    parser.add_argument("--partitions", type=positive, default=4, help="how many tasks share them (default 4)")
    options = parser.parse_args(arguments)

    spark = SparkSession.builder.appName("without-read").getOrCreate()
    try:
        # An RDD of Python functions, so that Python on the executors is proved as well as Java.
        numbers = spark.sparkContext.parallelize(range(options.numbers), options.partitions)
        total = numbers.mapPartitions(lambda part: [sum(part)]).sum()
    finally:
        spark.stop()
    expected = options.numbers * (options.numbers - 1) // 2
    if total != expected:
        print(f"without_read: the sum is {total}, and should be {expected}", file=sys.stderr)
        return 1
    print(f"sum of 0..{options.numbers - 1} = {total}, as it should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
