"""Databases by name. The platform mounts a folder with a file for each: `<name>.json` with `url` (JDBC), `driver`,
`user` and `passwordFile`, whose password is read anew each time, so that a new one counts at once."""

import json
import os
import pathlib
import re
from collections.abc import Mapping

from hamilton.database_faults import database_fault
from hamilton.environment import known
from hamilton.errors import HamiltonError

FIELDS = ("url", "driver", "user", "passwordFile")
# One round trip brings this many rows; drivers' own defaults are 10 to 128.
FETCH_SIZE = "10000"


class Database(Mapping):
    """A database, and at the same time the options under which Spark's `jdbc` source reaches it.

        harp = hamilton.jdbc("harp")
        harp.table("dbo.trades")
        harp.query("select desk, sum(quantity) from dbo.trades group by desk")
        frame.write.format("jdbc").options(**harp, dbtable="dbo.totals").mode("append").save()
        harp.connect().cursor().execute("exec dbo.refresh")
    """

    def __init__(self, name, url, driver, user, password_file):
        self.name, self.url, self.driver, self.user = name, url, driver, user
        self._password_file = pathlib.Path(password_file)

    def table(self, table, **options):
        """A table as a DataFrame. To read in parallel, give `partitionColumn`, `lowerBound`, `upperBound` and `numPartitions`."""
        return self._read(dbtable=table, **options)

    def query(self, sql, **options):
        """What a query gives, as a DataFrame. The database runs it whole."""
        return self._read(query=sql, **options)

    def connect(self, **options):
        """A connection of Python's own (DB-API), without Spark: for procedures and small results. SQL Server only."""
        import mssql_python

        return mssql_python.connect(connection_string(self.url, self.user, self._password()), **options)

    def _read(self, **options):
        from py4j.protocol import Py4JJavaError

        from hamilton.session import spark

        try:
            # Spark asks the database at once what columns there are: whatever keeps this notebook from it fails here.
            return spark.read.format("jdbc").options(**{"fetchsize": FETCH_SIZE, **self, **options}).load()
        except Py4JJavaError as error:
            fault = database_fault(str(error))
            if fault is None:
                raise
            raise HamiltonError(f'database "{self.name}" ({server(self.url)}): {fault}') from None

    def _password(self):
        try:
            # Editors end a file with a newline, and no password ends with one.
            return self._password_file.read_text().rstrip("\r\n")
        except OSError as error:
            raise HamiltonError(f'the password of database "{self.name}" can\'t be read: {error}') from None

    def __getitem__(self, option):
        return self._password() if option == "password" else {"url": self.url, "driver": self.driver, "user": self.user}[option]

    def __iter__(self):
        return iter(("url", "driver", "user", "password"))

    def __len__(self):
        return 4

    def __repr__(self):
        return f"<database {self.name}: {self.url}, user {self.user}>"


def databases(folder=None):
    """The names of the databases that this notebook may reach."""
    folder = _folder(folder)
    return sorted(path.stem for path in folder.glob("*.json")) if folder is not None and folder.is_dir() else []


def jdbc(name, folder=None):
    """A database by its name."""
    names = databases(folder)
    if name not in names:
        raise HamiltonError(f'there is no database "{name}"; {known(names)}')
    path = _folder(folder) / f"{name}.json"
    try:
        entry = json.loads(path.read_text())
        missing = [field for field in FIELDS if not isinstance(entry.get(field), str) or not entry[field]]
    except (OSError, ValueError, AttributeError) as error:
        raise HamiltonError(f'the entry of database "{name}" can\'t be read: {path}: {error}') from None
    if missing:
        raise HamiltonError(f'the entry of database "{name}" has no {", ".join(missing)}: {path}')
    return Database(name, entry["url"], entry["driver"], entry["user"], path.parent / entry["passwordFile"])


def server(url):
    """Host and port of a JDBC URL; what stands before its options where it has neither."""
    return re.match(r"(?:jdbc:\w+://)?([^/;?]*)", url)[1]


def connection_string(url, user, password):
    """The connection string of Microsoft's client for a JDBC URL, with the same encryption and the same checks."""
    match = re.match(r"jdbc:sqlserver://([^;]*)(.*)$", url, re.DOTALL)
    if match is None:
        raise HamiltonError(f"only SQL Server is reached without Spark, and this is {url.split(';')[0]}")
    properties = {name.lower(): value for name, value in _properties(match[2]).items()}
    for name in ("integratedsecurity", "authentication", "accesstoken"):
        if properties.get(name, "false").lower() not in ("false", "notspecified", "sqlpassword"):
            raise HamiltonError(f"a connection without Spark takes a user and a password, and {name} asks for another login")
    server, port = re.match(r"([^:]*)(?::(\d+))?$", match[1] or properties.get("servername", "")).groups()
    port = port or properties.get("portnumber")
    instance = properties.get("instancename")
    server = server if instance is None or "\\" in server or port else f"{server}\\{instance}"
    parts = {
        "Server": f"{server},{port}" if port else server,
        "Database": properties.get("databasename", properties.get("database")),
        "UID": user,
        "PWD": password,
        # The defaults of both drivers since their releases 10 and 18.
        "Encrypt": {"true": "yes", "false": "no"}.get(properties.get("encrypt", "true").lower(), properties.get("encrypt")),
        "TrustServerCertificate": "yes" if properties.get("trustservercertificate", "false").lower() == "true" else "no",
        "HostNameInCertificate": properties.get("hostnameincertificate"),
        "ServerCertificate": properties.get("servercertificate"),
    }
    return "".join(f"{name}={_quoted(value)};" for name, value in parts.items() if value is not None)


def _properties(text):
    """`;name=value` pairs; a value in braces may hold semicolons, and braces doubled."""
    pairs = re.findall(r";\s*([A-Za-z]+)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|([^;]*))", text)
    return {name: braced.replace("}}", "}") if braced else plain.strip() for name, braced, plain in pairs}


def _quoted(value):
    return "{" + value.replace("}", "}}") + "}" if re.search(r"[;{}=\s]", value) else value


def _folder(folder):
    folder = folder or os.environ.get("HAMILTON_DATABASES")
    return pathlib.Path(folder) if folder else None
