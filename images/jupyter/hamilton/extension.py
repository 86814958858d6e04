"""The extension of the notebook server: Spark's page of each kernel, and the samples in the home."""

import os
import pathlib

from hamilton.server import SAMPLES
from hamilton.spark_ui import handlers


def _jupyter_server_extension_points():
    return [{"module": "hamilton.extension"}]


def _load_jupyter_server_extension(server):
    server.web_app.add_handlers(".*$", handlers(server.base_url))
    link_samples(pathlib.Path(server.root_dir), SAMPLES, server.log)


def link_samples(home, samples, log):
    """Shows the image's samples in the home, as a link: they are read-only and always those of the image. A `samples` that
    somebody else put there is left alone."""
    link = home / "samples"
    try:
        if link.is_symlink() and os.readlink(link) != str(samples) and not link.exists():
            # An older image had them elsewhere.
            link.unlink()
        if not os.path.lexists(link):
            link.symlink_to(samples)
    except OSError as error:
        log.warning("the samples can't be linked into the home: %s", error)
