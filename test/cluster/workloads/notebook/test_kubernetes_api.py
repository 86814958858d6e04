"""Questions to an API server over real TLS."""

import http.server
import json
import pathlib
import ssl
import subprocess
import tempfile
import threading
import unittest

from hamilton.kubernetes_api import KubernetesApi


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


def certificates(folder, name="localhost"):
    """An authority and a server's certificate without an authority key identifier, as older clusters have them."""
    pathlib.Path(folder, "leaf.cnf").write_text(f"subjectAltName=DNS:{name}\nauthorityKeyIdentifier=none\nsubjectKeyIdentifier=none\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", "-x509", *key, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2")
    openssl(folder, "req", *key, "-subj", f"/CN={name}", "-keyout", "leaf.key", "-out", "leaf.csr")
    signing = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "leaf.cnf", "-days", "2")
    openssl(folder, "x509", "-req", "-in", "leaf.csr", *signing, "-out", "leaf.crt")


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.headers["Authorization"] == "Bearer of-a-test" else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"items": [{"asked": self.path}]}).encode())

    def log_message(self, *_):
        pass


class KubernetesApiTest(unittest.TestCase):
    def serve(self, name="localhost"):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        certificates(folder.name, name)
        pathlib.Path(folder.name, "token").write_text("of-a-test\n")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder.name}/leaf.crt", f"{folder.name}/leaf.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return KubernetesApi(f"https://localhost:{server.server_port}", "notebooks-harp", pathlib.Path(folder.name))

    def test_asks_with_the_accounts_token(self):
        (pod,) = self.serve().executors("spark-1")
        self.assertIn("/api/v1/namespaces/notebooks-harp/pods?labelSelector=spark-app-selector%3Dspark-1", pod["asked"])

    def test_refuses_a_server_by_another_name(self):
        with self.assertRaisesRegex(OSError, "[Hh]ostname mismatch"):
            self.serve("elsewhere").executors("spark-1")

    def test_refuses_a_server_of_another_authority(self):
        api = self.serve()
        api._account.joinpath("ca.crt").write_text(self.serve()._account.joinpath("ca.crt").read_text())
        with self.assertRaisesRegex(OSError, "CERTIFICATE_VERIFY_FAILED"):
            api.executors("spark-1")


if __name__ == "__main__":
    unittest.main()
