"""Questions to Kubernetes' API in the name of the notebook's own service account: pods and events of one namespace."""

import json
import pathlib
import ssl
import urllib.parse
import urllib.request

ACCOUNT = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount")
TIMEOUT_SECONDS = 5


class KubernetesApi:
    """The API server as Spark's settings name it. A question that it refuses or doesn't answer raises OSError."""

    def __init__(self, server, namespace, account=ACCOUNT):
        self._base = f"{server.rstrip('/')}/api/v1/namespaces/{urllib.parse.quote(namespace)}"
        self._account = account

    def executors(self, application):
        """The pods of an application's executors, whatever has become of them. Needs `list` on pods."""
        return self._list("pods", labelSelector=f"spark-app-selector={application},spark-role=executor")

    def events(self, pod):
        """What happened to a pod, oldest first. Needs `list` on events."""
        events = self._list("events", fieldSelector=f"involvedObject.kind=Pod,involvedObject.name={pod}")
        return sorted(events, key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")

    def _list(self, resource, **selectors):
        # Tokens in pods are renewed: the file has the one that counts.
        token = (self._account / "token").read_text().strip()
        request = urllib.request.Request(
            f"{self._base}/{resource}?{urllib.parse.urlencode(selectors)}",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        context = server_trust(str(self._account / "ca.crt"))
        # Never through a proxy of the site: this address is inside the cluster.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer).get("items", [])


def server_trust(authorities):
    """Trust in the cluster's own authorities, and in servers that they vouch for.

    Python 3.13 refuses certificates without an authority key identifier, which many clusters have: RFC 5280 wants one, and
    nobody else insists. Signature, name and time are checked all the same.
    """
    context = ssl.create_default_context(cafile=authorities)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
