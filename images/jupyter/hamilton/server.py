"""How the notebook server is set up, from the environment that the platform gives it. /etc/jupyter calls this."""

import hashlib
import hmac
import os
import pathlib

from hamilton.environment import base_url

PORT = 8888
SAMPLES = pathlib.Path("/opt/hamilton/samples")


def configure(c, environment=os.environ):
    """Sets everything of Jupyter's that the platform decides.

    :param c: Jupyter's configuration object
    :raises SystemExit: with one sentence where a variable can't be used
    """
    home = environment.get("HOME", "/home/spark")
    network(c, environment)
    kind = environment.get("HAMILTON_LOGIN", "token")
    if kind not in ("token", "proxy"):
        raise SystemExit(f"HAMILTON_LOGIN is {kind}, and neither token nor proxy")
    if kind == "proxy":
        login_by_proxy(c)
    else:
        login_by_token(c, read_token(environment))
    culling(c, whole_number(environment, "HAMILTON_CULL_IDLE_SECONDS", 0))
    c.ServerApp.root_dir = home
    c.ServerApp.open_browser = False
    c.ServerApp.quit_button = False
    c.ServerApp.terminals_enabled = switch(environment, "HAMILTON_TERMINALS", True)
    c.ServerApp.jpserver_extensions = {"hamilton.extension": True}
    # A trash on the home's own disk frees nothing, and nobody empties it.
    c.FileContentsManager.delete_to_trash = False
    # Nothing is asked of the world outside: no news, no releases, no list of extensions.
    c.LabApp.news_url = None
    c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    c.LabApp.extension_manager = "readonly"


def network(c, environment):
    c.ServerApp.ip = ""
    c.ServerApp.port = PORT
    c.ServerApp.port_retries = 0
    c.ServerApp.base_url = base_url(environment)
    # The ingress ends TLS: by its headers the server knows that its cookies may travel by https only.
    c.ServerApp.trust_xheaders = True
    # The ingress's host name isn't this machine's. Origins are still compared with it, and forms ask for their token.
    c.ServerApp.allow_remote_access = True
    c.ServerApp.allow_origin = ""
    c.ServerApp.disable_check_xsrf = False
    c.ServerApp.allow_unauthenticated_access = False
    # Proxies end connections that are silent for a minute or so.
    c.ServerApp.websocket_ping_interval = 30
    c.ServerApp.websocket_ping_timeout = 30
    # A redirect file and an info file would hold the token.
    c.ServerApp.use_redirect_file = False


def login_by_proxy(c):
    """Leaves the login to a proxy in the same pod: nobody else reaches the server, which has no login of its own."""
    c.ServerApp.ip = "127.0.0.1"
    c.IdentityProvider.token = ""
    c.PasswordIdentityProvider.hashed_password = ""
    c.PasswordIdentityProvider.allow_password_change = False
    # Forms ask for a token of the page's all the same; it is signed anew by each server.
    c.ServerApp.cookie_secret = os.urandom(32)


def login_by_token(c, key):
    c.IdentityProvider.token = key
    c.PasswordIdentityProvider.hashed_password = ""
    c.PasswordIdentityProvider.allow_password_change = False
    c.IdentityProvider.cookie_options = {"httponly": True, "samesite": "Lax"}
    # Cookies are signed with a key that follows from the token: they outlive the pod, and end with the token. Another
    # notebook's cookie, which a browser may send to this one on the same host, is worth nothing here.
    c.ServerApp.cookie_secret = hmac.digest(key.encode(), b"hamilton cookies", hashlib.sha256)


def culling(c, idle_seconds):
    # A page that was left open keeps no kernel; a running cell does.
    c.MappingKernelManager.cull_idle_timeout = idle_seconds
    c.MappingKernelManager.cull_interval = max(5, min(300, idle_seconds // 4))
    c.MappingKernelManager.cull_connected = True
    c.MappingKernelManager.cull_busy = False
    c.TerminalManager.cull_inactive_timeout = idle_seconds
    c.TerminalManager.cull_interval = max(5, min(300, idle_seconds // 4))


def read_token(environment):
    """The login's token. Jupyter itself would take a newline at the end of the file for a part of it."""
    file = environment.get("JUPYTER_TOKEN_FILE")
    if not file:
        raise SystemExit("JUPYTER_TOKEN_FILE is not set; it names the file with the login's token (HAMILTON_LOGIN=proxy does without)")
    try:
        token = pathlib.Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"JUPYTER_TOKEN_FILE {file} can't be read: {error}") from None
    if len(token) < 16 or not token.isascii() or not token.isprintable():
        raise SystemExit(f"the token in {file} is no token: 16 or more printable ASCII characters, without spaces at its ends")
    return token


def whole_number(environment, name, default):
    text = environment.get(name) or str(default)
    if not text.isdigit():
        raise SystemExit(f"{name} is {text}, and not a whole number of seconds")
    return int(text)


def switch(environment, name, default):
    text = environment.get(name) or str(default)
    if text.lower() not in ("true", "false"):
        raise SystemExit(f"{name} is {text}, and neither true nor false")
    return text.lower() == "true"
