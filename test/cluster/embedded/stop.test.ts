import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coreApi } from "../../../local/cluster/api-client";
import { clusterStatus, startCluster, stopCluster } from "../../../local/cluster/cluster";
import { clusterProcesses } from "../../../local/cluster/teardown";
import { runningRecord } from "../../../local/cluster/process-records";
import { startShare, stopShare } from "../../../local/share/share";
import { locateToolchain } from "../../../local/toolchain/resolve";
import { leftOvers, nothing } from "./left-overs";
import { TestNamespace, until } from "./test-pods";

const quiet = (): void => undefined;
const namespace = new TestNamespace("stop");

const start = async (): Promise<void> => {
  await startCluster(await locateToolchain(), quiet);
  await startShare(quiet);
};

const stop = async (): Promise<void> => {
  await stopCluster(quiet);
  await stopShare(quiet);
};

beforeAll(async () => {
  await start();
  await namespace.create();
  await namespace.apply({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "ledger" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  } as never);
  const script = "echo once more >> /data/starts; exec sleep infinity";
  await namespace.start({ name: "writer", claim: "ledger", command: ["bash", "-c", script] });
});

afterAll(async () => {
  await start();
  await namespace.remove();
});

const startsOfWriter = async (): Promise<number> =>
  Number((await namespace.run("writer", "wc -l < /data/starts")).stdout);

describe("a stop", () => {
  it("leaves no process, mount, interface, route, namespace or cgroup", async () => {
    expect((await leftOvers()).processes).not.toEqual([]);
    await stop();
    expect(await leftOvers()).toEqual(nothing);
  });

  it("of a stopped cluster does nothing and does not fail", async () => {
    await stop();
    expect(await leftOvers()).toEqual(nothing);
    expect(await clusterStatus()).toMatchObject({ nodeReady: false, dnsAnswers: false, defaultStorageClass: false });
  });

  it("is followed by a start with all objects and volumes, whose pods run again", async () => {
    await start();
    await until("the pod's second start", async () => (await startsOfWriter()) === 2, 90);
    const { status } = await coreApi().readNamespacedPod({ name: "writer", namespace: namespace.name });
    expect(status?.phase).toBe("Running");
  });

  it("after a crash of everything leaves nothing either", async () => {
    for (const name of clusterProcesses) {
      const record = runningRecord(name);
      if (record) process.kill(record.pid, "SIGKILL");
    }
    await stop();
    expect(await leftOvers()).toEqual(nothing);
  });

  it("after a crash is followed by a start that works", async () => {
    await start();
    expect(await clusterStatus()).toMatchObject({ nodeReady: true, dnsAnswers: true, defaultStorageClass: true });
    await until("the pod's third start", async () => (await startsOfWriter()) >= 3, 90);
  });
});
