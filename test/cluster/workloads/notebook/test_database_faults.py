import unittest

from hamilton.database_faults import database_fault
from hamilton.databases import server


class DatabaseFaults(unittest.TestCase):
    def test_are_the_drivers_own_sentence_without_its_advice(self):
        text = (
            "An error occurred while calling o48.load.\n: com.microsoft.sqlserver.jdbc.SQLServerException: The TCP/IP connection to"
            ' the host db, port 1433 has failed. Error: "Connect timed out. Verify the connection properties. Make sure that'
            ' TCP connections to the port are not blocked by a firewall.".\n\tat com.microsoft.sqlserver.jdbc.X.connect(X.java:1)\n'
        )
        self.assertEqual(
            database_fault(text), "The TCP/IP connection to the host db, port 1433 has failed. Connect timed out"
        )

    def test_have_the_last_cause_where_the_sentence_doesnt_say_it(self):
        text = (
            "org.apache.spark.SparkException: Job aborted: org.postgresql.util.PSQLException: The connection attempt failed.\n"
            "\tat a.b(C.java:1)\nCaused by: java.io.IOException: first\n\tat a.b\n"
            "Caused by: java.net.SocketTimeoutException: Connect timed out\n\t... 12 more\n\nDriver stacktrace:\n"
            "Caused by: org.postgresql.util.PSQLException: The connection attempt failed.\nCaused by: x.Other: other\n"
        )
        self.assertEqual(database_fault(text), "The connection attempt failed: SocketTimeoutException: Connect timed out")

    def test_repeat_no_cause_that_says_the_same(self):
        text = 'org.postgresql.util.PSQLException: SSL error: PKIX path\nCaused by: a.B: PKIX path\n'
        self.assertEqual(database_fault(text), "SSL error: PKIX path")

    def test_are_none_of_other_failures(self):
        self.assertIsNone(database_fault("java.lang.NullPointerException: org.postgresql"))
        self.assertIsNone(database_fault("org.apache.spark.sql.AnalysisException: no such column"))

    def test_name_the_server_of_a_url(self):
        for url in ("jdbc:sqlserver://db:1433;databaseName=a", "jdbc:postgresql://db:1433/a?b=c"):
            self.assertEqual(server(url), "db:1433")
        self.assertEqual(server("jdbc:derby:/scratch/derby;create=true"), "jdbc:derby:")


if __name__ == "__main__":
    unittest.main()
