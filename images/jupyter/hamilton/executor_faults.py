"""Why an application has no executors, from what Kubernetes and Spark's log say. Nothing here asks anybody."""

import dataclasses
import datetime
import re
from decimal import Decimal

# What a container waits for in vain: the kubelet has tried more than once, or will never try.
IMAGE_REASONS = ("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
CONFIGURATION_REASONS = ("CreateContainerConfigError", "CreateContainerError")
VOLUME_EVENTS = ("FailedMount", "FailedAttachVolume")
# An executor that runs registers within seconds; after this long, something keeps it from the driver.
REGISTRATION_SECONDS = 45
# Executors that end this often before one has registered will go on doing so.
ENDS_IN_A_ROW = 3


@dataclasses.dataclass(frozen=True)
class Fault:
    """Why there are no executors. A final one doesn't go away by waiting."""

    text: str
    final: bool = False


def fault_of_pods(pods, events_of, now):
    """The first thing that keeps an executor from running.

    :param pods: executors as the API gives them
    :param events_of: gives the events of a pod by its name; asked only where the pod itself doesn't tell
    :param now: the time, with its zone
    """
    for pod in pods:
        fault = _fault_of_pod(pod, events_of, now)
        if fault is not None:
            return fault
    return None


def _fault_of_pod(pod, events_of, now):
    name, status = pod["metadata"]["name"], pod.get("status", {})
    phase = status.get("phase")
    for condition in status.get("conditions", []):
        if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
            return Fault(f"no node has room for an executor: {_short(condition.get('message'))}")
    for container in status.get("containerStatuses", []):
        waiting = container.get("state", {}).get("waiting", {})
        reason, message = waiting.get("reason"), _short(waiting.get("message"))
        if reason in IMAGE_REASONS:
            return Fault(f"the executors' image {container.get('image')} can't be pulled ({reason}): {message}", final=True)
        if reason in CONFIGURATION_REASONS:
            return Fault(f"an executor can't be set up ({reason}): {message}", final=True)
    if phase == "Pending":
        for event in reversed(events_of(name)):
            if event.get("reason") in VOLUME_EVENTS:
                return Fault(f"a volume of the executors can't be mounted, so its share may be away: {_short(event.get('message'))}")
            if event.get("type") != "Warning":
                break
    if phase == "Running":
        started = status.get("startTime")
        if started and (now - datetime.datetime.fromisoformat(started)).total_seconds() > REGISTRATION_SECONDS:
            return Fault(f"executor {name} runs but doesn't reach this notebook: a network policy or a firewall may keep it from it")
    return None


@dataclasses.dataclass(frozen=True)
class LogEntry:
    """An entry of Spark's log: when it was written, and all its lines."""

    time: datetime.datetime
    text: str


def log_entries(log):
    """The entries of a log whose first lines begin with the time."""
    entries = []
    for line in log.splitlines():
        match = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+(?:Z|[+-]\d\d:?\d\d)) ", line)
        if match is not None:
            entries.append([datetime.datetime.fromisoformat(match[1]), line[match.end() :]])
        elif entries:
            entries[-1][1] += "\n" + line
    return [LogEntry(*entry) for entry in entries]


def fault_of_log(entries, since):
    """What Spark's log says since a time about executors that it could not have, or that don't last."""
    ends = []
    for entry in reversed(entries):
        if entry.time < since:
            break
        refusal = refusal_in(entry.text)
        if refusal is not None:
            return refusal
        ends += re.findall(r"[Ee]xecutor with id \d+ (?:exited with exit code|was killed|was deleted)[^\n]*", entry.text)
        if "Registered executor" in entry.text:
            break
    if len(ends) >= ENDS_IN_A_ROW:
        return Fault(f"executors end as soon as they start; the last one: {_short(ends[0])}", final=True)
    return None


def refusal_in(text):
    """Why the API server refuses an executor's pod, from the message of Spark's Kubernetes client."""
    match = re.search(r'Message: (pods? .*? is forbidden: (.*?))\.? Received status:', text, re.DOTALL)
    if match is None:
        return None
    quota = re.match(r"exceeded quota: ([^,]+), requested: (.*), used: (.*), limited: (.*)$", match[2], re.DOTALL)
    if quota is None:
        return Fault(f"the cluster refuses executors: {_short(match[1])}", final=True)
    name, requested, used, limited = quota.groups()
    return quota_fault(name, _quantities(requested), _quantities(used), _quantities(limited))


def quota_fault(name, requested, used, limited):
    """A quota's refusal in words; final where an empty namespace would refuse as well."""
    parts = []
    final = False
    for resource, asked in requested.items():
        limit = limited.get(resource, "?")
        parts.append(f"{asked} of {resource} where {used.get(resource, '?')} of {limit} is taken")
        final = final or (limit != "?" and quantity(asked) > quantity(limit))
    advice = (
        "An executor alone is larger than the quota: ask for smaller ones, or have the quota raised"
        if final
        else "Stop other kernels that hold executors, wait for theirs to be given back, or have the quota raised"
    )
    return Fault(f'the quota "{name}" is exceeded: an executor asks for {", and ".join(parts)}. {advice}', final)


def quantity(text):
    """A quantity of Kubernetes as a number: `500m`, `2Gi`, `4`."""
    match = re.match(r"([0-9.]+)(m|[kKMGTPE]i?)?$", text)
    if match is None:
        return Decimal(0)
    number, unit = Decimal(match[1]), match[2] or ""
    if unit == "m":
        return number / 1000
    base = 1024 if unit.endswith("i") else 1000
    return number * base ** ("KMGTPE".index(unit[0].upper()) + 1) if unit else number


def _quantities(text):
    return dict(part.strip().split("=", 1) for part in text.split(",") if "=" in part)


def _short(text):
    return re.sub(r"\s+", " ", text or "no reason given").strip()[:400].rstrip(".")
