"""Spark's own pages behind the notebook's login: <base>/spark-ui/<port>/ is the page of the kernel whose Spark has that
port, on this pod's own loopback address and nowhere else."""

import asyncio
import html
import json
import re
import urllib.parse

from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

# A pod's kernels take their ports in turn; components/notebooks opens and names the same ones.
FIRST_PORT, LAST_PORT = 4040, 4055
# What a browser asks with, but for who it is: Spark is no party to the notebook's login.
REQUEST_HEADERS = ("Accept", "Accept-Language", "If-Modified-Since", "If-None-Match")
RESPONSE_HEADERS = ("Cache-Control", "Content-Disposition", "Content-Type", "ETag", "Expires", "Last-Modified", "Pragma")


def handlers(base_url):
    root = re.escape(base_url.rstrip("/"))
    return [
        (rf"{root}/spark-ui/?", SparkPagesHandler),
        (rf"{root}/spark-ui/(\d+)(/.*)?", SparkPageHandler),
    ]


class SparkPageHandler(JupyterHandler):
    """One Spark's pages. Reading only: what ends jobs is a POST, or a GET with "kill" in its path."""

    @web.authenticated
    async def get(self, port, path):
        number = int(port)
        if not FIRST_PORT <= number <= LAST_PORT:
            self._refuse(404, f"Spark's pages have ports {FIRST_PORT} to {LAST_PORT}.")
            return
        own = f"{self.base_url.rstrip('/')}/spark-ui/{number}"
        if not path:
            self.redirect(f"{own}/")
            return
        if re.search(r"/kill(/|$)", path):
            self._refuse(403, "Jobs are ended in the notebook that runs them.")
            return
        # The path as the browser wrote it: decoding and encoding it again would change some names.
        asked = self.request.path.split(f"/spark-ui/{port}", 1)[1] + query_without_token(self.request.query)
        answer = await fetch(number, asked, self._headers_for(own))
        if answer is None:
            self._refuse(404, f"No Spark has its page on port {number} at this moment.")
        else:
            self._pass_on(answer, number, own)

    def _refuse(self, status, text):
        # An HTTPError would write the request to the log, and with it a token in its address.
        self.set_status(status)
        link = f'<a href="{html.escape(self.base_url)}spark-ui/">The running ones</a>'
        self.finish(f"<!DOCTYPE html><title>Spark</title><p>{html.escape(text)} {link}</p>")

    def _headers_for(self, own):
        headers = {name: self.request.headers[name] for name in REQUEST_HEADERS if name in self.request.headers}
        # Spark puts this before every link that it writes.
        return {**headers, "X-Forwarded-Context": own}

    def _pass_on(self, answer, port, own):
        self.set_status(answer.code)
        for name in RESPONSE_HEADERS:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        if "Location" in answer.headers:
            self.set_header("Location", own_location(answer.headers["Location"], port, own))
        if answer.code not in (204, 304):
            self.write(answer.body)


class SparkPagesHandler(JupyterHandler):
    """The Sparks of this notebook server's kernels, as links."""

    @web.authenticated
    async def get(self):
        ports = range(FIRST_PORT, LAST_PORT + 1)
        found = await asyncio.gather(*(fetch(port, "/api/v1/applications", {}) for port in ports))
        items = [
            f'<li><a href="{port}/">{html.escape(name)}</a></li>'
            for port, answer in zip(ports, found)
            if answer is not None
            for name in application_names(answer.body)
        ]
        if not self.request.path.endswith("/"):
            self.redirect(f"{self.base_url}spark-ui/")
            return
        body = f"<ul>{''.join(items)}</ul>" if items else "<p>No kernel has started Spark.</p>"
        self.finish(f"<!DOCTYPE html><title>Spark</title><h1>Spark of this notebook's kernels</h1>{body}")


async def fetch(port, asked, headers):
    """The answer of the page on a port of this pod, or None where there is none."""
    request = HTTPRequest(
        f"http://127.0.0.1:{port}{asked}", headers=headers, follow_redirects=False, connect_timeout=2, request_timeout=60
    )
    try:
        return await AsyncHTTPClient().fetch(request, raise_error=False)
    except (OSError, HTTPClientError):
        return None


def query_without_token(query):
    """The query of an address without the login's token, which a link into the notebook may carry."""
    rest = [pair for pair in query.split("&") if pair and urllib.parse.unquote_plus(pair.split("=", 1)[0]) != "token"]
    return f"?{'&'.join(rest)}" if rest else ""


def own_location(location, port, own):
    """Where a redirect of Spark's goes, as the browser reaches it."""
    path = re.sub(rf"^https?://[^/]+(?::{port})?(?=/|$)", "", location)
    return path if path.startswith((f"{own}/", own + "?")) or not path.startswith("/") else own + path


def application_names(body):
    try:
        return [application["name"] for application in json.loads(body)]
    except (ValueError, KeyError, TypeError):
        return []
