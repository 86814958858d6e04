"""The IPython extension that every kernel of the image loads (etc/ipython/ipython_config.py)."""

import os

LOG_OPTION = "-Dlog4j2.configurationFile=/etc/hamilton/log4j2.properties"


def load_ipython_extension(shell):
    """Gives the kernel its `spark`, and failures that say what to do. Spark itself isn't started."""
    from hamilton.cell_watch import CellWatch
    from hamilton.session import log_file, spark

    # Spark's process writes its log to a file of this kernel; a job that a terminal submits goes on writing to the terminal.
    log_file()
    if LOG_OPTION not in os.environ.get("SPARK_SUBMIT_OPTS", ""):
        os.environ["SPARK_SUBMIT_OPTS"] = f"{os.environ.get('SPARK_SUBMIT_OPTS', '')} {LOG_OPTION}".strip()
    shell.push({"spark": spark}, interactive=False)

    watch = CellWatch(_Line(shell).show)
    shell.events.register("pre_run_cell", watch.begin)
    shell.events.register("post_run_cell", watch.end)
    shell.set_custom_exc((Exception, KeyboardInterrupt), _handler(watch))


class _Line:
    """A line in the running cell that later ones replace."""

    def __init__(self, shell):
        self._shell = shell
        self._cell = self._number = None

    def show(self, text):
        data, cell = {"text/plain": text}, self._shell.execution_count
        again = cell == self._cell
        self._cell = cell
        self._shell.display_pub.publish(data, transient={"display_id": f"hamilton-{os.getpid()}-{cell}"}, update=again)


def _handler(watch):
    def handle(shell, kind, error, trace, tb_offset=None):
        if isinstance(error, KeyboardInterrupt):
            _cancel_jobs()
        explained = watch.explain(error)
        if explained is None:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        else:
            shell._showtraceback(type(explained), explained, explained._render_traceback_())

    return handle


def _cancel_jobs():
    """What a person interrupts shall not go on using executors; pyspark's own way of it ends with its first cell."""
    from hamilton.cell_watch import active_context

    context = active_context()
    if context is not None:
        try:
            context.cancelAllJobs()
        except Exception:  # noqa: BLE001 - the interruption itself must be shown
            pass
