import { describe, expect, it } from "vitest";
import { clientSettings, type ClientDefaultsSource } from "../../../components/spark/client-defaults";
import { clientPorts, settingFault } from "../../../components/spark/settings";

const bucket = (role: string, name = role) => ({ role, name, url: `s3a://${name}` });

const source: ClientDefaultsSource = {
  releases: { spark: "4.1.2", hadoop: "3.4.2" },
  application: "harp-notebook",
  namespace: "notebooks-harp",
  image: "registry/hamilton/spark:4.1.2",
  imagePullSecrets: ["image-pull"],
  executorAccount: "notebook-executor",
  driverPod: { name: "harp-0", host: "harp-0.harp-pods.notebooks-harp.svc.cluster.local" },
  driverMemory: "1g",
  executor: { cores: 2, memory: "2g" },
  executors: { max: 5 },
  executorPodTemplate: "/etc/template.yaml",
  volumes: [{ name: "harp", mountPath: "/mnt/harp", readOnly: true, claim: "harp-1" }],
  store: {
    endpoint: "http://store:9000",
    externalEndpoint: "http://store:9000",
    region: "us-east-1",
    pathStyle: true,
    buckets: [bucket("events", "logs"), bucket("lake")],
  },
  credentials: {
    secretName: "store-nb-harp-credentials",
    entries: { accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY" },
  },
};
const settings = (changes: Partial<ClientDefaultsSource> = {}) => clientSettings({ ...source, ...changes });

describe("the settings of drivers in one pod", () => {
  it("start a session on the cluster, in client mode, with a name and a heap", () => {
    expect(settings()).toMatchObject({
      "spark.master": "k8s://https://kubernetes.default.svc:443",
      "spark.submit.deployMode": "client",
      "spark.app.name": "harp-notebook",
      "spark.driver.memory": "1g",
    });
  });

  it("let the pod own its executors, and name it as they reach it", () => {
    expect(settings()).toMatchObject({
      "spark.kubernetes.driver.pod.name": "harp-0",
      "spark.driver.host": "harp-0.harp-pods.notebooks-harp.svc.cluster.local",
      "spark.driver.bindAddress": "0.0.0.0",
      "spark.kubernetes.executor.useDriverPodIP": "false",
      "spark.kubernetes.namespace": "notebooks-harp",
      "spark.kubernetes.authenticate.executor.serviceAccountName": "notebook-executor",
    });
  });

  it("give several drivers ranges of ports that don't meet", () => {
    const found = settings();
    expect(found).toMatchObject({
      "spark.driver.port": "7100",
      "spark.driver.blockManager.port": "7200",
      "spark.ui.port": "4040",
      "spark.blockManager.port": "7079",
      "spark.port.maxRetries": "15",
    });
    expect([clientPorts.driver.endPort, clientPorts.blocks.endPort, clientPorts.web.endPort]).toEqual([
      7115, 7215, 4055,
    ]);
  });

  it("never fix the prefix of executors' names, which two drivers would share", () => {
    expect(Object.keys(settings())).not.toContain("spark.kubernetes.executor.podNamePrefix");
  });

  it("start without an executor, and give them back when they are idle", () => {
    expect(settings({ executors: { max: 5, idleTimeout: "45s", shuffleTimeout: "10m" } })).toMatchObject({
      "spark.dynamicAllocation.enabled": "true",
      "spark.dynamicAllocation.shuffleTracking.enabled": "true",
      "spark.dynamicAllocation.initialExecutors": "0",
      "spark.dynamicAllocation.minExecutors": "0",
      "spark.dynamicAllocation.maxExecutors": "5",
      "spark.dynamicAllocation.executorIdleTimeout": "45s",
      "spark.dynamicAllocation.shuffleTracking.timeout": "600s",
    });
  });

  it("give executors what the pod has: volumes, keys by name, variables; and set nothing for a driver's pod", () => {
    const found = settings();
    expect(found).toMatchObject({
      "spark.kubernetes.executor.volumes.persistentVolumeClaim.harp.options.claimName": "harp-1",
      "spark.kubernetes.executor.secretKeyRef.AWS_ACCESS_KEY_ID": "store-nb-harp-credentials:AWS_ACCESS_KEY_ID",
      "spark.executorEnv.HAMILTON_VOLUME_HARP": "/mnt/harp",
      "spark.executorEnv.HAMILTON_BUCKET_LAKE": "s3a://lake",
      "spark.eventLog.dir": "s3a://logs/",
    });
    const driver = Object.keys(found).filter((key) =>
      /^spark\.kubernetes\.(driver\.(volumes|secretKeyRef|podTemplate)|driverEnv)/.test(key),
    );
    expect(driver).toEqual([]);
  });

  it("keep tables without a path in the lake, where executors write them too and every pod reads them", () => {
    expect(settings()["spark.sql.warehouse.dir"]).toBe("s3a://lake/warehouse/harp-notebook");
    const own = { "spark.sql.warehouse.dir": "/mnt/harp/tables" };
    expect(settings({ settings: own })).toMatchObject(own);
    const store = { ...source.store, buckets: [bucket("events", "logs")] };
    expect(Object.keys(settings({ store }))).not.toContain("spark.sql.warehouse.dir");
  });

  it("wait for the bucket of event logs for seconds when Spark starts, and for no other bucket less than jobs do", () => {
    expect(settings()).toMatchObject({
      "spark.hadoop.fs.s3a.bucket.logs.retry.limit": "0",
      "spark.hadoop.fs.s3a.bucket.logs.attempts.maximum": "8",
      "spark.hadoop.fs.s3a.bucket.logs.connection.request.timeout": "15s",
    });
    const retries = (found: Record<string, string>) =>
      Object.keys(found).filter((key) => /retry|attempts|timeout/i.test(key) && key.startsWith("spark.hadoop."));
    expect(retries(settings()).filter((key) => !key.includes(".bucket.logs."))).toEqual([]);
    expect(retries(settings({ store: { ...source.store, buckets: [bucket("lake")] } }))).toEqual([]);
  });

  it("authenticate and encrypt what drivers and executors say to each other", () => {
    expect(settings()).toMatchObject({ "spark.authenticate": "true", "spark.network.crypto.enabled": "true" });
  });

  it("ask for no right on Services or claims when a session ends", () => {
    expect(settings()).toMatchObject({
      "spark.kubernetes.driver.service.deleteOnTermination": "false",
      "spark.kubernetes.driver.ownPersistentVolumeClaim": "false",
      "spark.kubernetes.driver.reusePersistentVolumeClaim": "false",
    });
  });

  it.each(["spark.port.maxRetries", "spark.kubernetes.driver.pod.name", "spark.kubernetes.executor.podNamePrefix"])(
    "are not for a stack file to change: %s",
    (name) => {
      expect(settingFault(name, "x")).toMatch(/is set by the platform/);
    },
  );
});
