import { describe, expect, it } from "vitest";
import { settingFault } from "../../../components/spark/settings";
import {
  propertiesText,
  sparkSettings,
  type SparkDefaultsSource,
  type SubmissionPlace,
} from "../../../components/spark/spark-defaults";

const bucket = (role: string, name = role) => ({ role, name, url: `s3a://${name}` });

const source: SparkDefaultsSource = {
  releases: { spark: "4.1.2", hadoop: "3.4.2" },
  namespace: "spark",
  image: "registry/hamilton/spark:4.1.2",
  imagePullSecrets: [],
  driverAccount: "spark-driver",
  executorAccount: "spark-executor",
  driver: { cores: 1, memory: "1g" },
  executor: { cores: 2, memory: "4g" },
  executors: { min: 1, max: 5 },
  volumes: [{ name: "harp-files", mountPath: "/mnt/harp", readOnly: true, claim: "harp-files-1" }],
  store: {
    endpoint: "http://store:9000",
    externalEndpoint: "https://s3.example.com",
    region: "us-east-1",
    pathStyle: true,
    buckets: [bucket("events", "logs"), bucket("lake"), bucket("uploads", "drop")],
  },
  credentials: {
    secretName: "store-spark-credentials",
    entries: { accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY" },
  },
};
const place: SubmissionPlace = {
  server: "https://10.0.0.1:6443",
  driverPodTemplate: "driver.yaml",
  executorPodTemplate: "executor.yaml",
  tokenFile: "token",
};
const settings = (changes: Partial<SparkDefaultsSource> = {}) => sparkSettings({ ...source, ...changes }, place);

describe("the settings of jobs", () => {
  it("say where to submit, as whom and by which templates", () => {
    expect(settings()).toMatchObject({
      "spark.master": "k8s://https://10.0.0.1:6443",
      "spark.submit.deployMode": "cluster",
      "spark.kubernetes.authenticate.submission.oauthTokenFile": "token",
      "spark.kubernetes.driver.podTemplateFile": "driver.yaml",
      "spark.kubernetes.executor.podTemplateFile": "executor.yaml",
      "spark.kubernetes.authenticate.driver.serviceAccountName": "spark-driver",
      "spark.kubernetes.authenticate.executor.serviceAccountName": "spark-executor",
    });
  });

  it("name no token file where the submitting pod has its own", () => {
    const inside = sparkSettings(source, { ...place, tokenFile: undefined });
    expect(Object.keys(inside).filter((key) => key.includes("oauthToken"))).toEqual([]);
  });

  it("never name the driver's host or address, which cluster mode refuses", () => {
    expect(Object.keys(settings())).not.toContain("spark.driver.host");
    expect(Object.keys(settings())).not.toContain("spark.driver.bindAddress");
  });

  it("fix the ports that flows are opened for, and authenticate what comes in by them", () => {
    expect(settings()).toMatchObject({
      "spark.driver.port": "7078",
      "spark.driver.blockManager.port": "7079",
      "spark.blockManager.port": "7079",
      "spark.authenticate": "true",
      "spark.network.crypto.enabled": "true",
    });
  });

  it("bound the executors, also those kept for their shuffle data", () => {
    expect(settings()).toMatchObject({
      "spark.dynamicAllocation.minExecutors": "1",
      "spark.dynamicAllocation.maxExecutors": "5",
      "spark.dynamicAllocation.executorIdleTimeout": "60s",
      "spark.dynamicAllocation.shuffleTracking.enabled": "true",
      "spark.dynamicAllocation.shuffleTracking.timeout": "1800s",
    });
  });

  it("mount each volume in driver and executors by its claim, and tell them where", () => {
    for (const role of ["driver", "executor"]) {
      const volume = `spark.kubernetes.${role}.volumes.persistentVolumeClaim.harp-files`;
      expect(settings()).toMatchObject({
        [`${volume}.options.claimName`]: "harp-files-1",
        [`${volume}.mount.path`]: "/mnt/harp",
        [`${volume}.mount.readOnly`]: "true",
      });
    }
    expect(settings()).toMatchObject({
      "spark.kubernetes.driverEnv.HAMILTON_VOLUME_HARP_FILES": "/mnt/harp",
      "spark.executorEnv.HAMILTON_VOLUME_HARP_FILES": "/mnt/harp",
      "spark.kubernetes.driverEnv.HAMILTON_BUCKET_EVENTS": "s3a://logs",
      "spark.executorEnv.HAMILTON_BUCKET_UPLOADS": "s3a://drop",
    });
  });

  it("take the store's keys from the Secret by name alone", () => {
    const keys = Object.entries(settings()).filter(([key]) => key.includes("secretKeyRef"));
    expect(keys).toHaveLength(4);
    for (const [key, value] of keys) expect(value).toBe(`store-spark-credentials:${key.split(".").at(-1) ?? ""}`);
    expect(Object.keys(settings()).filter((key) => /(secret|access)\.key$/.test(key))).toEqual([]);
  });

  it("reach the uploads bucket from everywhere by the outside address, all others by the inside one", () => {
    expect(settings()).toMatchObject({
      "spark.kubernetes.file.upload.path": "s3a://drop/",
      "spark.hadoop.fs.s3a.endpoint": "http://store:9000",
      "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
      "spark.hadoop.fs.s3a.bucket.drop.endpoint": "https://s3.example.com",
      "spark.hadoop.fs.s3a.bucket.drop.connection.ssl.enabled": "true",
    });
  });

  it("have one address where the store has one", () => {
    const store = { ...source.store, externalEndpoint: source.store.endpoint };
    expect(Object.keys(settings({ store })).filter((key) => key.includes("s3a.bucket."))).toEqual([]);
  });

  it("write event logs to their bucket's root, and none without that bucket", () => {
    expect(settings()).toMatchObject({ "spark.eventLog.enabled": "true", "spark.eventLog.dir": "s3a://logs/" });
    const store = { ...source.store, buckets: [bucket("lake")] };
    expect(settings({ store })["spark.eventLog.enabled"]).toBe("false");
    expect(settings({ store })["spark.eventLog.dir"]).toBeUndefined();
  });

  it("spell out the magic committer", () => {
    expect(settings()).toMatchObject({
      "spark.hadoop.fs.s3a.committer.name": "magic",
      "spark.sql.sources.commitProtocolClass": "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol",
      "spark.sql.parquet.output.committer.class": "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter",
      "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a":
        "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory",
    });
  });

  it.each([
    ["4.0.5", "3.4.1", "true", undefined],
    ["4.1.2", "3.4.2", undefined, "classic"],
    ["4.3.0", "3.5.0", undefined, "classic"],
  ])("for Spark %s with Hadoop %s differ where those do", (spark, hadoop, magic, stream) => {
    const these = settings({ releases: { spark, hadoop } });
    expect(these["spark.hadoop.fs.s3a.committer.magic.enabled"]).toBe(magic);
    expect(these["spark.hadoop.fs.s3a.input.stream.type"]).toBe(stream);
    expect(these["spark.hadoop.fs.s3a.create.conditional.enabled"]).toBe(stream === undefined ? undefined : "true");
  });

  it("let a stack's own settings win", () => {
    const own = { "spark.sql.shuffle.partitions": "10", "spark.submit.callSystemExitOnMainExit": "false" };
    expect(settings({ settings: own })).toMatchObject(own);
  });

  it("name pull secrets only where there are some", () => {
    const key = "spark.kubernetes.container.image.pullSecrets";
    expect(settings()[key]).toBeUndefined();
    expect(settings({ imagePullSecrets: ["a", "b"] })[key]).toBe("a,b");
  });
});

describe("the properties file", () => {
  it("has its lines sorted, whatever the order they were made in", () => {
    const text = propertiesText({ "spark.b": "2", "spark.a": "1" });
    expect(text).toBe("spark.a=1\nspark.b=2\n");
    const names = propertiesText(settings())
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0] ?? "");
    expect(names).toEqual([...names].sort());
  });

  it("escapes what Java's property files would read otherwise", () => {
    expect(propertiesText({ "spark.a": "C:\\x", "spark.b": " y" })).toBe("spark.a=C:\\\\x\nspark.b=\\ y\n");
  });
});

describe("a stack's own setting", () => {
  it.each([
    ["spark.driver.host", "x", /set by the platform/],
    ["spark.driver.bindAddress", "0.0.0.0", /set by the platform/],
    ["spark.kubernetes.namespace", "other", /set by the platform/],
    ["spark.authenticate", "false", /set by the platform/],
    ["spark.kubernetes.driver.podTemplateFile", "x", /set by the platform/],
    ["spark.hadoop.fs.s3a.secret.key", "x", /looks like a secret/],
    ["spark.hadoop.fs.s3a.access.key", "x", /looks like a secret/],
    ["spark.ssl.keyPassword", "x", /looks like a secret/],
    ["spark.connect.authenticate.token", "x", /looks like a secret/],
    ["spark.custom.url", "jdbc:postgresql://user:hush@db/x", /looks like a secret/],
    ["spark.custom", "two\nlines", /line break/],
  ])("%s=%s is refused, and the value isn't shown", (name, value, fault) => {
    expect(settingFault(name, value)).toMatch(fault);
    expect(settingFault(name, value)).not.toContain("hush");
  });

  it.each([
    ["spark.sql.shuffle.partitions", "200"],
    ["spark.hadoop.fs.s3a.connection.maximum", "50"],
    ["spark.hadoop.fs.s3a.aws.credentials.provider", "a.b.C"],
    ["spark.kubernetes.executor.label.team", "harp"],
    ["spark.custom.url", "https://example.com/x"],
  ])("%s=%s is fine", (name, value) => {
    expect(settingFault(name, value)).toBeUndefined();
  });
});
