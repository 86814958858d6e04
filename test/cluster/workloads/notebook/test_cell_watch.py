import os
import unittest
from unittest import mock

from hamilton import cell_watch
from hamilton.cell_watch import driver_end, python_mismatch
from hamilton.executor_faults import Fault, log_entries


class Cells(unittest.TestCase):
    """What is shown in a cell, and when its jobs are ended."""

    def setUp(self):
        self.shown, self.ended, self.now = [], 0, 1000.0
        patched = mock.patch.object(cell_watch.time, "monotonic", lambda: self.now)
        patched.start()
        self.addCleanup(patched.stop)
        environment = mock.patch.dict(os.environ, {"HAMILTON_EXECUTOR_PATIENCE_SECONDS": "30"})
        environment.start()
        self.addCleanup(environment.stop)
        self.cell = cell_watch._Cell(self.shown.append, None)

    def see(self, fault, give_up=True, after=2):
        self.now += after
        self.cell._tell(fault, self.end if give_up else None)

    def end(self):
        self.ended += 1

    def test_show_a_reason_once_for_as_long_as_it_holds(self):
        for _ in range(3):
            self.see(Fault("no node has room"))
        self.assertEqual(self.shown, ["Waiting: No node has room. The cell gives up after 30 s."])

    def test_go_on_when_the_reason_has_passed(self):
        self.see(Fault("no node has room"))
        self.see(None)
        self.see(None)
        self.assertEqual(self.shown[1:], ["The cell goes on."])
        self.assertEqual(self.ended, 0)

    def test_end_when_patience_does_and_leave_the_reason_to_the_error(self):
        self.see(Fault("no node has room"))
        self.see(Fault("no node has room"), after=31)
        self.assertEqual((self.ended, self.shown[-1]), (1, ""))
        self.assertEqual(self.cell.verdict, "No executors: No node has room.")

    def test_end_at_once_where_waiting_is_no_use_but_not_at_first_sight(self):
        self.see(Fault("the image can't be pulled", final=True))
        self.assertEqual((self.ended, self.shown), (0, ["The image can't be pulled."]))
        self.see(Fault("the image can't be pulled", final=True))
        self.assertEqual(self.ended, 1)

    def test_are_never_ended_for_what_they_may_not_need(self):
        for _ in range(30):
            self.see(Fault("a volume is away"), give_up=False)
        self.assertEqual((self.ended, self.shown), (0, ["A volume is away."]))


class Failures(unittest.TestCase):
    def test_of_a_database_in_a_job_come_down_to_the_drivers_sentence(self):
        java = type("Py4JJavaError", (Exception,), {})
        watch = cell_watch.CellWatch(self.fail)
        explained = watch.explain(java("x: org.postgresql.util.PSQLException: FATAL: too many connections\n\tat a.b"))
        self.assertEqual(str(explained), "a database, as an executor found it: FATAL: too many connections")
        self.assertIsNone(watch.explain(java("x: java.lang.NullPointerException: null")))
        self.assertIsNone(watch.explain(ValueError("org.postgresql.util.PSQLException: quoted by somebody")))


class Sentences(unittest.TestCase):
    def test_of_another_python_name_both(self):
        text = "PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.11 than that in driver: 3.13, …"
        self.assertIn("The executors' image has Python 3.11 and this notebook has Python 3.", python_mismatch(text))

    def test_of_an_ended_spark_give_the_reason_that_helps(self):
        time = "2026-01-15T12:00:00.000Z "
        self.assertIn("want of memory", driver_end(137, []))
        self.assertIn("spark.driver.memory", driver_end(1, log_entries(f"{time}ERROR Executor: java.lang.OutOfMemoryError: heap")))
        self.assertIn("ERROR Allocator: Max number", driver_end(11, log_entries(f"{time}ERROR Allocator: Max number of failures")))
        self.assertIn("exit code 3", driver_end(3, []))


if __name__ == "__main__":
    unittest.main()
