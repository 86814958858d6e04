"""Watches a cell while it runs, and says in it why Spark keeps it waiting. Where waiting is no use, it ends the cell's jobs,
so that the cell fails with that reason instead of hanging."""

import contextvars
import datetime
import os
import re
import sys
import threading
import time

from hamilton import session
from hamilton.database_faults import database_fault
from hamilton.environment import volumes
from hamilton.errors import HamiltonError, SparkUnavailable
from hamilton.executor_faults import Fault, fault_of_log, fault_of_pods, log_entries
from hamilton.kubernetes_api import KubernetesApi
from hamilton.volume_check import VolumeCheck

INTERVAL_SECONDS = 2
# Executors take some seconds to come even where all is well, and Spark asks again every 30 seconds at the latest.
EXECUTOR_GRACE_SECONDS = 6
LOG_MEMORY_SECONDS = 40
START_GRACE_SECONDS = 40
VOLUME_GRACE_SECONDS = 10
VOLUME_INTERVAL_SECONDS = 20


def patience(environment=os.environ):
    """How many seconds a cell waits with a reason that may go away, such as a quota that others use up."""
    return float(environment.get("HAMILTON_EXECUTOR_PATIENCE_SECONDS", "90"))


class CellWatch:
    """One watcher for all cells of a kernel, one thread for each cell while it runs."""

    def __init__(self, show):
        """:param show: shows a line in the running cell, in the place of the line that it showed there before"""
        self._show = show
        self._cell = None
        self._volumes = VolumeCheck(volumes())

    def begin(self, _info=None):
        self._cell = _Cell(self._show, self._volumes)
        # The context says which cell a thread's output belongs to.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._cell.watch,), daemon=True, name="hamilton-cell").start()

    def end(self, _result=None):
        if self._cell is not None:
            self._cell.ended.set()

    def explain(self, error):
        """What a cell's failure comes down to, for its reader; None where its traceback says it best."""
        if isinstance(error, SparkUnavailable):
            return None
        if self._cell is not None and self._cell.verdict is not None:
            return SparkUnavailable(self._cell.verdict)
        text = str(error)
        if "PYTHON_VERSION_MISMATCH" in text:
            return SparkUnavailable(python_mismatch(text))
        lost = isinstance(error, ConnectionError) or type(error).__name__ == "Py4JNetworkError"
        if lost and session.driver_has_ended(wait_seconds=3):
            return SparkUnavailable(driver_end(session.driver_exit_code(), log_entries(session.log_tail())))
        away = self._volumes.fault(text)
        if away is not None:
            return SparkUnavailable(f"{away[0].upper()}{away[1:]}.")
        # In a running job: what fails while a table is asked for names the database itself.
        database = database_fault(text) if type(error).__name__ == "Py4JJavaError" else None
        return None if database is None else HamiltonError(f"a database, as an executor found it: {database}")


class _Cell:
    def __init__(self, show, volume_check):
        self.ended = threading.Event()
        self.verdict = None
        self._show, self._volumes = show, volume_check
        self._began = time.monotonic()
        self._shown = None
        self._since = None
        self._waiting_since = None
        self._next_volume_check = self._began + VOLUME_GRACE_SECONDS

    def watch(self):
        while not self.ended.wait(INTERVAL_SECONDS):
            try:
                fault, give_up = self._look()
            except Exception:  # noqa: BLE001 - a watcher that fails must not be what the cell shows
                continue
            if not self.ended.is_set():
                self._tell(fault, give_up)

    def _look(self):
        """What keeps the cell, and what ends its jobs where there is no use in waiting."""
        if session.is_starting():
            return self._start_fault(), None
        context = active_context()
        if context is not None and len(context._jsc.statusTracker().getActiveStageIds()) > 0:
            # The driver counts as one.
            executors = context._jsc.sc().getExecutorMemoryStatus().size() - 1
            if executors == 0:
                return self._executor_fault(context), context.cancelAllJobs
            refused = fault_of_log(*recent_log())
            if refused is not None:
                return Fault(f"the cell works with {executors} executors and gets no more: {refused.text}"), None
        self._waiting_since = None
        if time.monotonic() >= self._next_volume_check:
            away = self._volumes.fault()
            if away is not None:
                # Whether the cell needs it is not to be known: whoever wrote the cell decides.
                return Fault(f"{away}. A cell that uses it can be interrupted"), None
            self._next_volume_check = time.monotonic() + VOLUME_INTERVAL_SECONDS
        return None, None

    def _start_fault(self):
        if time.monotonic() - self._began < START_GRACE_SECONDS:
            return None
        entries = log_entries(session.log_tail(20_000))
        said = entries[-1].text.splitlines()[0][:300] if entries else "it has written nothing"
        return Fault(f"Spark is still starting. The last line of its log ({session.log_file()}): {said}")

    def _executor_fault(self, context):
        self._waiting_since = self._waiting_since or time.monotonic()
        if time.monotonic() - self._waiting_since < EXECUTOR_GRACE_SECONDS:
            return None
        settings = context.getConf()
        server = context.master.removeprefix("k8s://")
        api = KubernetesApi(server, settings.get("spark.kubernetes.namespace", "default"))
        now = datetime.datetime.now(datetime.timezone.utc)
        try:
            fault = fault_of_pods(api.executors(context.applicationId), api.events, now)
        except OSError as error:
            fault = Fault(f"the cluster's API doesn't say what became of the executors: {error}")
        return fault_of_log(*recent_log()) or fault

    def _tell(self, fault, give_up):
        if fault is None:
            if self._shown is not None:
                self._show("The cell goes on.")
            self._shown = self._since = None
            return
        self._since = self._since or time.monotonic()
        left = patience() - (time.monotonic() - self._since)
        sentence = f"{fault.text[0].upper()}{fault.text[1:]}."
        # A final fault ends the cell when it is seen for the second time: the first may be a moment's.
        if give_up is not None and ((fault.final and self._shown is not None) or left <= 0):
            self.verdict = f"No executors: {sentence}"
            self._show("")
            give_up()
            self._since = None
        elif fault.text != self._shown:
            patient = give_up is not None and not fault.final
            self._show(f"Waiting: {sentence} The cell gives up after {patience():.0f} s." if patient else sentence)
        self._shown = fault.text


def active_context():
    """The Spark of this kernel, if it runs on Kubernetes and lives."""
    context = session.SparkContext._active_spark_context
    if context is None or context._jsc is None or session.driver_has_ended():
        return None
    return context if str(context.master).startswith("k8s://") else None


def recent_log():
    """Spark's log, and since when it counts for what keeps a cell now."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return log_entries(session.log_tail()), now - datetime.timedelta(seconds=LOG_MEMORY_SECONDS)


def python_mismatch(text):
    """The one sentence for executors whose Python is another than the notebook's."""
    worker = re.search(r"different version:? \(?['\"]?(\d+(?:[.,] ?\d+)+)", text)
    there = f"Python {worker[1]}" if worker else "another Python"
    here = "{}.{}".format(*sys.version_info)
    return (
        f"The executors' image has {there} and this notebook has Python {here}: both images must be built from the same"
        " versions (hamilton:images.spark and hamilton:images.jupyter of the stack file)."
    )


def driver_end(exit_code, entries):
    """Why Spark's process ended under a cell."""
    errors = [entry.text.splitlines()[0] for entry in entries if entry.text.startswith(("ERROR", "FATAL"))]
    if exit_code in (137, -9):
        reason = "it was killed, most likely for want of memory: the kernels of this notebook share its limit"
    elif any("OutOfMemoryError" in entry.text for entry in entries[-20:]):
        reason = "it ran out of memory: collect less, or give it more (spark.driver.memory)"
    else:
        reason = errors[-1][:400] if errors else f"exit code {exit_code}"
    return f"Spark has ended under this cell: {reason}. Its log: {session.log_file()}. The next use of `spark` starts it anew."
