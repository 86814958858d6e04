"""Failures that the person at the notebook can do something about."""


class HamiltonError(Exception):
    """A failure whose text is all that its reader needs: a notebook shows it without a traceback."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


class SparkUnavailable(HamiltonError):
    """Spark can't be started, has ended, or gets no executors."""
