"""Runs in the preflight's pods: waits for connections, or tries to open them and prints what came of it as JSON."""

import base64
import importlib.metadata
import json
import os
import socket
import ssl
import sys
import threading
import time

TIMEOUT = 5.0
TRIES = 2
POLICY_PATIENCE = 8.0


def listen(ports):
    """Accepts connections on every port until the pod is deleted."""
    for port in ports:
        both = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if both else socket.AF_INET
        server = socket.create_server(("", port), family=family, dualstack_ipv6=both)

        def accept(server=server):
            while True:
                server.accept()[0].close()

        threading.Thread(target=accept, daemon=True).start()
    threading.Event().wait()


def resolve(host):
    return sorted({entry[4][0] for entry in socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)})


def connect(host, port):
    for attempt in range(TRIES):
        try:
            return socket.create_connection((host, port), timeout=TIMEOUT)
        except OSError:
            if attempt == TRIES - 1:
                raise


def certificate(host, port, context):
    """The server's certificate in DER; raises what the handshake has against it."""
    with connect(host, port) as plain, context.wrap_socket(plain, server_hostname=host) as secured:
        return secured.getpeercert(binary_form=True)


def handshake(host, port):
    result = {}
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    try:
        der = certificate(host, port, ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        result["distrusted"] = error.verify_message
        der = certificate(host, port, trusting)
    result["certificate"] = base64.b64encode(der).decode()
    return result


def look(target):
    """What comes of one target: addresses, then a connection, then TLS; the first error ends it."""
    result = {"name": target["name"]}
    step = "dns"
    try:
        result["addresses"] = resolve(target["host"])
        if target.get("port"):
            step = "connect"
            connect(target["host"], target["port"]).close()
            if target.get("tls"):
                step = "tls"
                result.update(handshake(target["host"], target["port"]))
    except OSError as error:
        result["failed"] = step
        result["error"] = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return result


def opens(host, port):
    try:
        socket.create_connection((host, port), timeout=2).close()
        return True
    except OSError:
        return False


def policy(host, allowed, denied):
    """Whether a NetworkPolicy is enforced between two pods; engines take a moment to learn of new pods."""
    end = time.monotonic() + POLICY_PATIENCE
    reached = False
    while time.monotonic() < end:
        reached = reached or opens(host, allowed)
        if reached and not opens(host, denied):
            return "enforced"
        time.sleep(0.5)
    return "open" if reached else "unknown"


def contents():
    """What this image brings: Python, whose minor version notebooks and executors must share, and Spark."""
    try:
        spark = importlib.metadata.version("pyspark")
    except importlib.metadata.PackageNotFoundError:
        spark = None
    return {"python": "{}.{}".format(*sys.version_info), "spark": spark}


def probe(task):
    results = [None] * len(task["targets"])

    def fill(index, target):
        results[index] = look(target)

    threads = [threading.Thread(target=fill, args=entry) for entry in enumerate(task["targets"])]
    for thread in threads:
        thread.start()
    answer = {"policy": policy(**task["policy"]), "contents": contents()}
    for thread in threads:
        thread.join()
    print(json.dumps({**answer, "targets": results}))


if __name__ == "__main__":
    work = json.loads(os.environ["PROBE_TASK"])
    listen(work["ports"]) if sys.argv[1] == "listen" else probe(work)
