"""What a notebook of this platform has at hand besides `spark`, which every kernel brings.

    hamilton.volume("harp")      the folder of a mounted volume
    hamilton.bucket("lake")      the URL of a bucket
    hamilton.jdbc("harp")        a database: .table(...), .query(...), .connect()
    hamilton.spark_ui()          the address of Spark's own page for this kernel
"""

from hamilton.databases import Database, databases, jdbc
from hamilton.environment import bucket, buckets, volume, volumes
from hamilton.errors import HamiltonError, SparkUnavailable
from hamilton.session import spark, spark_ui

__all__ = [
    "Database",
    "HamiltonError",
    "SparkUnavailable",
    "bucket",
    "buckets",
    "databases",
    "jdbc",
    "spark",
    "spark_ui",
    "volume",
    "volumes",
]
