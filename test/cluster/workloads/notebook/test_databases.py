import json
import pathlib
import tempfile
import unittest

from hamilton.databases import connection_string, databases, jdbc
from hamilton.errors import HamiltonError


class Databases(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.entry = {"url": "jdbc:sqlserver://db:1433;databaseName=harp", "driver": "D", "user": "reader", "passwordFile": "harp.pw"}
        (self.folder / "harp.json").write_text(json.dumps(self.entry))
        (self.folder / "harp.pw").write_text("se;cret\n")

    def test_are_listed_by_name(self):
        (self.folder / "risk.json").write_text("{}")
        self.assertEqual(databases(self.folder), ["harp", "risk"])

    def test_are_options_of_spark_with_the_password_of_the_moment(self):
        harp = jdbc("harp", self.folder)
        self.assertEqual(dict(harp), {"url": self.entry["url"], "driver": "D", "user": "reader", "password": "se;cret"})
        (self.folder / "harp.pw").write_text("another")
        self.assertEqual(harp["password"], "another")

    def test_show_no_password(self):
        self.assertNotIn("se;cret", repr(jdbc("harp", self.folder)))

    def test_name_the_known_ones_where_one_is_unknown(self):
        with self.assertRaisesRegex(HamiltonError, 'there is no database "harbor"; the known ones are harp'):
            jdbc("harbor", self.folder)

    def test_may_be_none(self):
        with self.assertRaisesRegex(HamiltonError, "there are none"):
            jdbc("harp", self.folder / "nowhere")

    def test_name_what_an_entry_lacks(self):
        (self.folder / "risk.json").write_text(json.dumps({"url": "u", "driver": ""}))
        with self.assertRaisesRegex(HamiltonError, 'entry of database "risk" has no driver, user, passwordFile'):
            jdbc("risk", self.folder)

    def test_say_where_an_entry_is_broken(self):
        for text in ("{", "[]", '"text"'):
            (self.folder / "risk.json").write_text(text)
            with self.assertRaisesRegex(HamiltonError, "risk.json"):
                jdbc("risk", self.folder)

    def test_say_that_a_password_is_missing(self):
        (self.folder / "harp.pw").unlink()
        with self.assertRaisesRegex(HamiltonError, 'password of database "harp"'):
            dict(jdbc("harp", self.folder))


class ConnectionStrings(unittest.TestCase):
    def text(self, url):
        return connection_string(url, "u", "p")

    def test_encrypt_and_check_the_certificate_unless_told_otherwise(self):
        self.assertEqual(
            self.text("jdbc:sqlserver://db:1434;databaseName=harp"),
            "Server=db,1434;Database=harp;UID=u;PWD=p;Encrypt=yes;TrustServerCertificate=no;",
        )

    def test_take_over_what_a_jdbc_url_says_of_encryption(self):
        text = self.text("jdbc:sqlserver://db;encrypt=strict;trustServerCertificate=true;hostNameInCertificate=a.b")
        self.assertEqual(text, "Server=db;UID=u;PWD=p;Encrypt=strict;TrustServerCertificate=yes;HostNameInCertificate=a.b;")

    def test_quote_what_would_end_a_value(self):
        text = connection_string("jdbc:sqlserver://db;databaseName={a;b}}c}", "u", "p;w}d")
        self.assertIn("Database={a;b}}c};", text)
        self.assertIn("PWD={p;w}}d};", text)

    def test_name_an_instance_where_there_is_no_port(self):
        self.assertIn("Server=db\\sales;", self.text("jdbc:sqlserver://db;instanceName=sales"))
        self.assertIn("Server=db,1500;", self.text("jdbc:sqlserver://db:1500;instanceName=sales"))

    def test_are_refused_for_other_databases_and_logins(self):
        with self.assertRaisesRegex(HamiltonError, "only SQL Server .* jdbc:postgresql://db/harp"):
            self.text("jdbc:postgresql://db/harp")
        with self.assertRaisesRegex(HamiltonError, "integratedsecurity asks for another login"):
            self.text("jdbc:sqlserver://db;integratedSecurity=true")

    def test_are_understood_by_the_client_that_the_image_carries(self):
        import mssql_python

        # Nothing listens there: the driver itself must have been found and loaded to say so.
        with self.assertRaisesRegex(mssql_python.OperationalError, "TCP Provider"):
            mssql_python.connect(self.text("jdbc:sqlserver://127.0.0.1:1;databaseName=harp;loginTimeout=5"))


if __name__ == "__main__":
    unittest.main()
