import datetime
import unittest

from hamilton.executor_faults import fault_of_log, fault_of_pods, log_entries, quantity

NOW = datetime.datetime(2026, 1, 15, 12, 0, tzinfo=datetime.timezone.utc)


def pod(**status):
    return {"metadata": {"name": "harp-exec-1"}, "status": {"phase": "Pending", **status}}


def waiting(reason, message="why"):
    return pod(containerStatuses=[{"image": "registry/spark:1", "state": {"waiting": {"reason": reason, "message": message}}}])


def fault(*pods, events=()):
    return fault_of_pods(pods, lambda name: list(events), NOW)


class Pods(unittest.TestCase):
    def test_without_any_tell_nothing(self):
        self.assertIsNone(fault())

    def test_that_are_being_made_are_no_fault(self):
        self.assertIsNone(fault(pod(), waiting("ContainerCreating"), waiting("PodInitializing"), waiting("ErrImagePull")))

    def test_that_no_node_has_room_for_may_find_one_later(self):
        condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes: Insufficient cpu."}
        found = fault(pod(conditions=[condition]))
        self.assertEqual(found.text, "no node has room for an executor: 0/1 nodes: Insufficient cpu")
        self.assertFalse(found.final)

    def test_whose_image_is_not_to_be_had_stay_without(self):
        for reason in ("ImagePullBackOff", "InvalidImageName"):
            found = fault(waiting(reason, "not\n  found"))
            self.assertEqual(found.text, f"the executors' image registry/spark:1 can't be pulled ({reason}): not found")
            self.assertTrue(found.final)

    def test_that_lack_a_secret_say_so(self):
        self.assertIn('secret "keys" not found', fault(waiting("CreateContainerConfigError", 'secret "keys" not found')).text)

    def test_whose_share_is_away_name_the_mount_that_failed(self):
        events = [{"reason": "Scheduled", "type": "Normal"}, {"reason": "FailedMount", "type": "Warning", "message": "mount error(113)"}]
        found = fault(waiting("ContainerCreating"), events=events)
        self.assertIn("share may be away: mount error(113)", found.text)
        self.assertFalse(found.final)

    def test_that_came_over_a_failed_mount_are_no_fault(self):
        events = [{"reason": "FailedMount", "type": "Warning"}, {"reason": "Pulling", "type": "Normal"}]
        self.assertIsNone(fault(waiting("ContainerCreating"), events=events))

    def test_that_run_without_reaching_the_driver_are_a_fault_after_a_while(self):
        self.assertIsNone(fault(pod(phase="Running", startTime="2026-01-15T11:59:40Z")))
        self.assertIn("doesn't reach this notebook", fault(pod(phase="Running", startTime="2026-01-15T11:58:00Z")).text)


def log(*texts, seconds=10):
    time = (NOW - datetime.timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return log_entries("WARNING: a line of the virtual machine\n" + "".join(f"{time} {text}\n" for text in texts))


def refusal(message):
    return (
        "WARN ExecutorPodsSnapshotsStoreImpl: Exception when notifying snapshot subscriber.\n"
        "io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://10.0.0.1:443/api/v1/"
        f"namespaces/notebooks/pods. Message: {message}. Received status: Status(apiVersion=v1, code=403).\n\tat somewhere"
    )


QUOTA = 'pods "harp-exec-1" is forbidden: exceeded quota: notebooks, requested: limits.memory=2Gi, used: limits.memory={}, limited: limits.memory={}'
SINCE = NOW - datetime.timedelta(seconds=40)


class Log(unittest.TestCase):
    def test_without_refusals_tells_nothing(self):
        self.assertIsNone(fault_of_log(log("INFO ExecutorPodsAllocator: Going to request 2 executors"), SINCE))

    def test_tells_a_quota_that_others_use_up(self):
        found = fault_of_log(log(refusal(QUOTA.format("3Gi", "4Gi"))), SINCE)
        self.assertIn('the quota "notebooks" is exceeded: an executor asks for 2Gi of limits.memory where 3Gi of 4Gi is taken', found.text)
        self.assertFalse(found.final)

    def test_tells_a_quota_that_is_smaller_than_one_executor(self):
        found = fault_of_log(log(refusal(QUOTA.format("0", "1536Mi"))), SINCE)
        self.assertIn("An executor alone is larger than the quota", found.text)
        self.assertTrue(found.final)

    def test_tells_every_other_refusal_in_the_servers_words(self):
        found = fault_of_log(log(refusal('pods "x" is forbidden: violates PodSecurity "restricted:latest"')), SINCE)
        self.assertEqual(found.text, 'the cluster refuses executors: pods "x" is forbidden: violates PodSecurity "restricted:latest"')
        self.assertTrue(found.final)

    def test_forgets_what_is_long_past(self):
        self.assertIsNone(fault_of_log(log(refusal(QUOTA.format("3Gi", "4Gi")), seconds=60), SINCE))

    def test_tells_executors_that_end_as_soon_as_they_start(self):
        ends = [f"ERROR TaskSchedulerImpl: Lost executor {i}: The executor with id {i} exited with exit code 1(app error)." for i in (1, 2, 3)]
        self.assertIsNone(fault_of_log(log(*ends[:2]), SINCE))
        self.assertIn("executor with id 3 exited with exit code 1", fault_of_log(log(*ends), SINCE).text)


class Quantities(unittest.TestCase):
    def test_are_compared_whatever_their_units(self):
        self.assertEqual(quantity("1Gi"), quantity("1024Mi"))
        self.assertEqual(quantity("500m") * 2, quantity("1"))
        self.assertGreater(quantity("1G"), quantity("900M"))
        self.assertGreater(quantity("1Gi"), quantity("1G"))
        self.assertEqual(quantity("1500k"), quantity("1.5M"))


if __name__ == "__main__":
    unittest.main()
