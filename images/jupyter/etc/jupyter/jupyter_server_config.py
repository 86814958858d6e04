# The notebook server's configuration is the package's, where tests reach it: hamilton/server.py.
from hamilton.server import configure

configure(get_config())  # noqa: F821 - Jupyter defines it
