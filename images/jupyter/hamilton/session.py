"""The `spark` of every kernel: a SparkSession that starts Spark when it is first used, and again after it has ended."""

import functools
import os
import pathlib
import re
import subprocess
import threading
import types

from pyspark.core.context import SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from hamilton.environment import base_url
from hamilton.errors import SparkUnavailable


class LazySparkSession(SparkSession):
    """The SparkSession of this notebook. Spark starts with the first use of it; `spark.stop()` ends it, and the next use
    starts it anew."""

    # It has no state of its own: what a SparkSession keeps in itself is looked up in the running one.

    def __init__(self):
        """Does without SparkSession's own, which would start Spark."""

    def __getattr__(self, name):
        # Called for what the class doesn't have. Only what a SparkSession keeps is worth a start; notebooks and editors
        # ask every object for many other names.
        if name not in ("_sc", "_jsc", "_jvm", "_jsparkSession", "_jwrapped") and not _has_started():
            raise AttributeError(name)
        return getattr(running_session(), name)

    def __setattr__(self, name, value):
        setattr(running_session(), name, value)

    def __reduce__(self):
        raise PySparkRuntimeError(errorClass="CONTEXT_ONLY_VALID_ON_DRIVER", messageParameters={})

    def newSession(self):
        return running_session().newSession()

    def stop(self):
        if _has_started():
            running_session().stop()

    def __repr__(self):
        return "<SparkSession, started>" if _has_started() else "<SparkSession, not started: its first use starts it>"

    def _repr_html_(self):
        if not _has_started():
            return "<p>Spark has not been started: the first use of <code>spark</code> starts it.</p>"
        context = SparkContext._active_spark_context
        return f'<p>Spark {context.version}, <a href="{spark_ui()}" target="_blank">its own page</a></p>'


def _delegated(name, kept):
    """A cached property would keep what belonged to a session that has ended."""
    return property(lambda self: getattr(running_session(), name), doc=kept.__doc__)


for _name, _kept in list(vars(SparkSession).items()):
    if isinstance(_kept, functools.cached_property):
        setattr(LazySparkSession, _name, _delegated(_name, _kept))

for _name in ("newSession", "stop"):
    getattr(LazySparkSession, _name).__doc__ = getattr(SparkSession, _name).__doc__


_lock = threading.RLock()


def running_session():
    """The session that runs, started if need be.

    :raises SparkUnavailable: with the reason if it can't be started; another call tries again.
    """
    with _lock:
        if _has_started():
            return SparkSession._instantiatedSession or SparkSession.builder.getOrCreate()
        forget_ended_driver()
        try:
            _start.under_way = True
            if SparkContext._gateway is None:
                SparkContext._ensure_initialized(gateway=_launch())
            return SparkSession.builder.appName(application_name()).getOrCreate()
        except Exception as error:
            failure = start_failure(error, log_tail())
            # A driver that failed to start keeps the configuration that it failed with.
            end_driver()
            raise SparkUnavailable(failure) from None
        finally:
            _start.under_way = False


_start = types.SimpleNamespace(under_way=False)


def is_starting():
    """Whether Spark is being started at this moment."""
    return _start.under_way


def _has_started():
    context = SparkContext._active_spark_context
    return context is not None and context._jsc is not None and not driver_has_ended()


def driver_has_ended(wait_seconds=0.0):
    """Whether Spark's process was there and is gone.

    :param wait_seconds: how long a process may take to end whose connection is lost already
    """
    process = getattr(SparkContext._gateway, "proc", None)
    if process is None:
        return False
    if wait_seconds > 0:
        try:
            process.wait(wait_seconds)
        except subprocess.TimeoutExpired:
            return False
    return process.poll() is not None


def driver_exit_code():
    process = getattr(SparkContext._gateway, "proc", None)
    return None if process is None else process.poll()


def forget_ended_driver():
    """Lets pyspark start a new driver where the old one's process is gone."""
    if not driver_has_ended():
        return
    SparkSession._instantiatedSession = SparkSession._activeSession = None
    with SparkContext._lock:
        SparkContext._active_spark_context = SparkContext._gateway = SparkContext._jvm = None


def end_driver():
    process = getattr(SparkContext._gateway, "proc", None)
    if process is None:
        return
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    forget_ended_driver()


def log_file():
    """Where this kernel's Spark writes its log (etc/hamilton/log4j2.properties)."""
    return pathlib.Path(os.environ.setdefault("HAMILTON_SPARK_LOG", f"/tmp/hamilton/spark-{os.getpid()}.log"))


def log_tail(most=200_000):
    """The end of Spark's log."""
    try:
        with log_file().open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def _launch():
    file = log_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    # What a virtual machine says beside its log is no part of the cell that happened to start it.
    with file.open("ab") as output:
        return launch_gateway(popen_kwargs={"stdout": output, "stderr": output})


def application_name(environment=os.environ):
    """What Spark's page and the names of executors call this kernel: the notebook server and the notebook's file."""
    file = pathlib.PurePath(environment.get("JPY_SESSION_NAME", "")).stem
    return "-".join(part for part in (environment.get("HAMILTON_NOTEBOOK", "notebook"), file) if part)


def start_failure(error, log):
    """Why Spark could not be started, in one sentence or two."""
    text = str(error)
    java = getattr(error, "java_exception", None)
    if java is not None:
        cause = java
        while cause.getCause() is not None:
            cause = cause.getCause()
        outer, inner = str(java.getMessage()).split("\n")[0], f"{cause.getClass().getSimpleName()}: {cause.getMessage()}"
        text = inner if outer in inner else f"{outer} ({inner})"
    elif "JAVA_GATEWAY_EXITED" in text:
        said = [line for line in log.splitlines() if re.search(r"\b(ERROR|Error|Exception)\b", line)]
        text = said[-1].strip() if said else "its process ended at once"
    text = re.sub(r"\s+", " ", text)
    return f"Spark could not be started: {text[:600]}. Its log: {log_file()}. The next use of `spark` tries again."


def spark_ui():
    """The path of this kernel's Spark page on the notebook server, behind the same login."""
    port = (SparkContext._active_spark_context.uiWebUrl or "").rsplit(":", 1)[-1] if _has_started() else ""
    return f"{base_url()}spark-ui/{port.strip('/')}/" if port else f"{base_url()}spark-ui/"


spark = LazySparkSession()
