import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type {
  Bucket,
  NamespaceReference,
  ObjectStoreConnection,
  SharedVolume,
} from "../../../components/core/contracts";
import { SparkRuntime, type SparkRuntimeArgs } from "../../../components/spark/runtime";
import { record, valueOf, type RecordOptions } from "../../../review/recording";

const namespaceOf = (role: string): NamespaceReference => ({
  role,
  physicalName: `dev-${role}`,
  name: pulumi.output(`dev-${role}`),
});

const bucketOf = (role: string): Bucket => ({ role, name: role, url: `s3a://${role}` });

function storeOf(roles: readonly string[] = ["lake", "uploads"]): ObjectStoreConnection {
  const buckets = roles.map(bucketOf);
  return {
    endpoint: pulumi.output("http://store:9000"),
    externalEndpoint: pulumi.output("http://outside:30900"),
    region: "us-east-1",
    pathStyle: true,
    buckets,
    bucket(role) {
      const found = buckets.find((bucket) => bucket.role === role);
      if (found === undefined) throw new Error(`no bucket ${role}`);
      return found;
    },
    credentials: () => credentials,
    flows: () => ({ peers: [], ports: [] }),
  };
}

const credentials = {
  namespace: namespaceOf("spark"),
  secretName: pulumi.output("keys"),
  entries: { accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY" } as const,
  accessKey: pulumi.secret("reader"),
  secretKey: pulumi.secret("hush-hush"),
};

const volume: SharedVolume = {
  name: "harp",
  mountPath: "/mnt/harp",
  readOnly: false,
  claimIn: (namespace) => pulumi.interpolate`${namespace.name}-harp`,
};

const args = (): SparkRuntimeArgs => ({
  namespace: namespaceOf("spark"),
  prefix: "dev",
  releases: { spark: "4.1.2", hadoop: "3.4.2" },
  image: "registry/hamilton/spark:4.1.2",
  volumes: [volume],
  store: storeOf(),
  credentials,
  submitterCredentials: credentials,
  driver: { cores: 1, memory: "1g" },
  executor: { cores: 1, memory: "1g" },
  executors: { max: 4 },
  quota: { cpu: "10", memory: "40g", pods: 20 },
  address: { server: "https://10.0.0.1:6443", certificateAuthorityData: "Y2E=" },
});

const run = (changes: Partial<SparkRuntimeArgs> = {}, options?: RecordOptions) =>
  record(() => new SparkRuntime("spark", { ...args(), ...changes }), options);

describe("SparkRuntime", () => {
  it("gives the submitter a kubeconfig with a token file and no secret", async () => {
    const { result } = await run();
    const { kubeconfig } = await valueOf(result.submitter);
    expect(parse(kubeconfig as unknown as string)).toEqual({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "submit",
      clusters: [
        { name: "cluster", cluster: { server: "https://10.0.0.1:6443", "certificate-authority-data": "Y2E=" } },
      ],
      contexts: [{ name: "submit", context: { cluster: "cluster", namespace: "dev-spark", user: "spark-submitter" } }],
      users: [{ name: "spark-submitter", user: { tokenFile: "token" } }],
    });
  });

  it("gives the submitter one line to run, settings that name its files, and how long a token should live", async () => {
    const { result } = await run({ tokenDuration: "30m" });
    const submitter = (await valueOf(result.submitter)) as unknown as Record<string, string>;
    expect(submitter.command).toBe(
      "KUBECONFIG=kubeconfig spark-submit --properties-file spark-defaults.conf JOB.py ARGUMENTS",
    );
    expect(submitter.tokenSeconds).toBe(1800);
    for (const line of [
      "spark.master=k8s://https://10.0.0.1:6443",
      "spark.kubernetes.authenticate.submission.oauthTokenFile=token",
      "spark.kubernetes.driver.podTemplateFile=driver-pod-template.yaml",
      "spark.kubernetes.executor.podTemplateFile=executor-pod-template.yaml",
      "spark.kubernetes.driver.volumes.persistentVolumeClaim.harp.options.claimName=dev-spark-harp",
      "spark.kubernetes.driver.volumes.persistentVolumeClaim.harp.mount.readOnly=false",
    ])
      expect(submitter.sparkDefaults?.split("\n")).toContain(line);
  });

  it("keeps what the submitter gets secret, and the keys out of everything but their own fields", async () => {
    const { result, resources } = await run();
    expect(await pulumi.isSecret(result.submitter)).toBe(true);
    const submitter = (await valueOf(result.submitter)) as unknown as Record<string, string>;
    expect(submitter.secretKey).toBe("hush-hush");
    expect(JSON.stringify({ ...submitter, secretKey: "" })).not.toContain("hush-hush");
    expect(JSON.stringify(resources.filter(({ custom }) => custom))).not.toContain("hush-hush");
  });

  it("keeps the same settings in the namespace for those who submit from inside", async () => {
    const { data } = (await run()).manifest("ConfigMap", "spark-settings") as { data: Record<string, string> };
    const lines = data["spark-defaults.conf"]?.split("\n");
    expect(lines).toContain("spark.master=k8s://https://kubernetes.default.svc:443");
    expect(lines).toContain("spark.kubernetes.driver.podTemplateFile=/etc/hamilton/spark/driver-pod-template.yaml");
    expect(lines?.filter((line) => line.includes("oauthTokenFile"))).toEqual([]);
    expect(Object.keys(data).sort()).toEqual([
      "driver-pod-template.yaml",
      "executor-pod-template.yaml",
      "spark-defaults.conf",
    ]);
  });

  it("limits drivers by their priority to their share of the quota", async () => {
    const recording = await run();
    expect(recording.manifest("ResourceQuota", "spark-drivers").spec).toEqual({
      hard: { "requests.cpu": "3", "requests.memory": "12Gi", "limits.memory": "12Gi", pods: "6" },
      scopeSelector: {
        matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["dev-spark-driver"] }],
      },
    });
    expect(recording.manifest("PriorityClass", "dev-spark-driver")).toMatchObject({
      value: 1000,
      preemptionPolicy: "Never",
    });
    expect(recording.manifest("PriorityClass", "dev-spark-executor")).toMatchObject({ value: 900 });
  });

  it("lets named groups mint the submitter's token, and makes no such Role without any", async () => {
    const recording = await run({ submitters: ["analysts", "engineers"] });
    expect(recording.manifest("RoleBinding", "spark-submitter-token").subjects).toEqual(
      ["analysts", "engineers"].map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name })),
    );
    expect((await run()).all("Role")).toHaveLength(2);
  });

  it("gives the submitter the right on network policies with Spark 4.2, in the same preview", async () => {
    const recording = await run({ releases: { spark: "4.2.0", hadoop: "3.5.0" } });
    expect(JSON.stringify(recording.manifest("Role", "spark-submitter").rules)).toContain("networkpolicies");
    expect(JSON.stringify((await run()).manifest("Role", "spark-submitter").rules)).not.toContain("networkpolicies");
  });

  it("gives no pod a token that doesn't ask for one", async () => {
    for (const account of (await run()).all("ServiceAccount"))
      expect(account.inputs.automountServiceAccountToken).toBe(false);
  });

  it("declares the same objects in a preview, where nothing is known yet", async () => {
    const names = (recording: Awaited<ReturnType<typeof run>>) => recording.resources.map(({ name }) => name).sort();
    expect(names(await run({}, { preview: true }))).toEqual(names(await run()));
  });

  it("waits with its settings for the rights that they lead to", async () => {
    const program = () => {
      const image = new kubernetes.core.v1.ConfigMap("image", { data: { image: "a/b:1" } });
      return new SparkRuntime("spark", { ...args(), image: image.data.apply((data) => data.image ?? "") });
    };
    const settings = (await record(program)).one("ConfigMap", "spark-settings");
    for (const name of ["spark-access-driver-binding", "::image"])
      expect(settings.dependsOn.filter((urn) => urn.endsWith(name))).toHaveLength(1);
  });

  it.each<[string, Partial<SparkRuntimeArgs>, string]>([
    [
      "a size",
      { driver: { cores: 1, memory: "1" } },
      'SparkRuntime "spark": driver.memory is "1"; expected a memory size',
    ],
    [
      "a quota",
      { quota: { cpu: "1", memory: "40g", pods: 20 } },
      'SparkRuntime "spark": quota.cpu is "1"; expected enough for a driver (1)',
    ],
    ["bounds", { executors: { min: 5, max: 4 } }, 'SparkRuntime "spark": executors.min is 5; expected at most max (4)'],
    ["a setting", { settings: { "spark.driver.host": "x" } }, 'settings["spark.driver.host"] is set by the platform'],
    ["a duration", { tokenDuration: "soon" }, 'SparkRuntime "spark": tokenDuration is "soon"; expected a duration'],
    ["a prefix", { prefix: "Dev_" }, 'SparkRuntime "spark": prefix is "Dev_-spark-driver"; expected a DNS label'],
  ])("refuses %s that can't work, in a sentence", async (_, changes, sentence) => {
    await expect(run(changes)).rejects.toThrow(sentence);
  });

  it("refuses a store without a bucket for uploads", async () => {
    await expect(run({ store: storeOf(["lake"]) })).rejects.toThrow("no bucket uploads");
  });
});
