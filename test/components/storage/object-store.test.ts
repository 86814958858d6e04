import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { ObjectStore, type ObjectStoreArgs } from "../../../components/storage/object-store";
import { isManifest, isSecret, record, valueOf, type Plain, type Recording } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

const spark = namespaceReference("spark", "dev");
const storage = namespaceReference("storage", "dev");
const minio: ObjectStoreArgs & { kind: "minio" } = {
  kind: "minio",
  namespace: storage,
  image: "localhost/hamilton/minio:1.0",
  storage: { className: "local-path", size: "10Gi" },
  buckets: { lake: "lake", uploads: "uploads" },
  users: {
    spark: { namespace: spark, podLabels: { part: "spark" }, grants: { lake: "readWrite", uploads: "read" } },
    submitter: { namespace: spark, grants: { uploads: "readWrite" }, runsOutside: true },
  },
};
const external: ObjectStoreArgs & { kind: "external" } = {
  kind: "external",
  endpoint: "https://s3.example.org",
  region: "eu-central-1",
  cidrs: ["192.0.2.0/24"],
  buckets: { lake: "lake" },
  users: { spark: { namespace: spark, grants: { lake: "readWrite" } } },
  keys: { spark: { accessKey: "access", secretKey: "hush-hush" } },
};
const declare = (args: ObjectStoreArgs, preview = false) => record(() => new ObjectStore("store", args), { preview });

const podOf = (manifest: Plain) =>
  (manifest.spec as { template: { metadata: Plain; spec: Plain & { containers: Plain[] } } }).template;
const containerOf = (manifest: Plain) => podOf(manifest).spec.containers[0] as Plain;
const policyNames = (run: Recording) =>
  run.all("NetworkPolicy").map((each) => (each.inputs.metadata as { name: string }).name);

describe("MinIO in the cluster", () => {
  it("runs without root, on a read-only image, with Pod Security's level restricted", async () => {
    const run = await declare(minio);
    for (const kind of ["StatefulSet", "Job"]) {
      const { spec } = podOf(run.manifest(kind));
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
      });
      expect(spec.containers[0]).toMatchObject({
        securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      });
    }
  });

  it("keeps one server's objects on a claim of its own, which is kept", async () => {
    const run = await declare(minio);
    expect(run.one("PersistentVolumeClaim", "store-minio-data").retainOnDelete).toBe(true);
    expect(run.manifest("PersistentVolumeClaim").spec).toMatchObject({
      storageClassName: "local-path",
      resources: { requests: { storage: "10Gi" } },
    });
    const servers = run.manifest("StatefulSet");
    expect(podOf(servers).spec.volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: "store-minio-data" },
    });
    expect(containerOf(servers).args).toContain("/data");
    expect(run.all("PodDisruptionBudget")).toEqual([]);
  });

  it("spreads objects over several servers that know each other", async () => {
    const run = await declare({ ...minio, replicas: 4 });
    const servers = run.manifest("StatefulSet");
    expect(containerOf(servers).args).toContain(
      "http://store-minio-of-4-{0...3}.store-minio-peers.dev-storage.svc.cluster.local:9000/data",
    );
    expect(servers.spec).toMatchObject({
      replicas: 4,
      serviceName: "store-minio-peers",
      podManagementPolicy: "Parallel",
      volumeClaimTemplates: [{ metadata: { name: "data" } }],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    expect(run.manifest("Service", "store-minio-peers").spec).toMatchObject({
      clusterIP: "None",
      publishNotReadyAddresses: true,
    });
    expect(run.manifest("PodDisruptionBudget").spec).toMatchObject({ maxUnavailable: 1 });
    expect(policyNames(run)).toEqual(expect.arrayContaining(["store-minio-peers-egress", "store-minio-peers-ingress"]));
  });

  it("keeps the objects of several servers on claims of their own, which the StatefulSet finds by their names", async () => {
    const run = await declare({ ...minio, replicas: 4, protect: true });
    const claims = run.all("PersistentVolumeClaim");
    expect(claims.map(({ inputs }) => (inputs.metadata as { name: string }).name)).toEqual(
      [0, 1, 2, 3].map((server) => `data-store-minio-of-4-${server}`),
    );
    for (const { protect, retainOnDelete } of claims)
      expect({ protect, retainOnDelete }).toEqual({ protect: true, retainOnDelete: true });
    expect(run.one("StatefulSet").inputs.metadata).toMatchObject({ name: "store-minio-of-4" });
  });

  it("grows by its claims: a new size is no change of the servers", async () => {
    const servers = (await declare({ ...minio, replicas: 4 })).one("StatefulSet");
    expect(servers.ignoreChanges).toEqual(["spec.volumeClaimTemplates"]);
    expect((await declare(minio)).one("StatefulSet").ignoreChanges).toEqual([]);
  });

  it("spreads several servers over nodes and zones, and asks nothing of the place of a single one", async () => {
    const spreadOf = async (args: ObjectStoreArgs) =>
      podOf((await declare(args)).manifest("StatefulSet")).spec.topologySpreadConstraints;
    expect(await spreadOf({ ...minio, replicas: 4 })).toMatchObject([
      { topologyKey: "kubernetes.io/hostname", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
      { topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" },
    ]);
    expect(await spreadOf(minio)).toBeUndefined();
  });

  it("selects its pods by labels that they carry", async () => {
    const run = await declare({ ...minio, nodePort: 30900 });
    const labels = podOf(run.manifest("StatefulSet")).metadata.labels as Plain;
    for (const service of run.all("Service"))
      expect(labels).toMatchObject((service.inputs.spec as { selector: Plain }).selector);
  });

  it("is reached by nobody but its declared users and its setup", async () => {
    const run = await declare(minio);
    expect(policyNames(run).sort()).toEqual([
      "store-minio-setup-egress",
      "store-minio-setup-ingress",
      "store-spark-egress",
      "store-spark-ingress",
    ]);
    expect(run.manifest("NetworkPolicy", "store-spark-egress")).toMatchObject({
      metadata: { namespace: "dev-spark" },
      spec: { podSelector: { matchLabels: { part: "spark" } } },
    });
    expect(run.manifest("NetworkPolicy", "store-spark-ingress").metadata).toMatchObject({ namespace: "dev-storage" });
  });

  it("is opened to machines outside by a port of every node, to the named addresses", async () => {
    const outside = { nodePort: 30900, nodePortSources: ["10.88.0.0/24"], externalEndpoint: "http://10.88.0.2:30900" };
    const run = await declare({ ...minio, ...outside });
    expect(run.manifest("Service", "store-minio-outside").spec).toMatchObject({
      type: "NodePort",
      ports: [{ port: 9000, targetPort: "s3", nodePort: 30900 }],
    });
    expect(run.manifest("NetworkPolicy", "store-minio-outside-ingress").spec).toMatchObject({
      ingress: [{ from: [{ ipBlock: { cidr: "10.88.0.0/24" } }], ports: [{ port: 9000 }] }],
    });
    expect(await valueOf(run.result.externalEndpoint)).toBe("http://10.88.0.2:30900");
    expect(await valueOf(run.result.endpoint)).toBe("http://store-minio.dev-storage.svc.cluster.local:9000");
  });

  it("generates every password, and hands each user only its own", async () => {
    const run = await declare(minio);
    const passwords = run.all("random:index/randomPassword:RandomPassword");
    expect(passwords.map((each) => each.name).sort()).toEqual([
      "store-minio-root-password",
      "store-minio-spark-password",
      "store-minio-submitter-password",
    ]);
    for (const each of passwords) expect(each.additionalSecretOutputs).toContain("result");
    expect(run.manifest("Secret", "store-spark-credentials")).toMatchObject({
      metadata: { namespace: "dev-spark" },
      stringData: {
        AWS_ACCESS_KEY_ID: "spark",
        AWS_SECRET_ACCESS_KEY: expect.stringContaining("password-of-store-minio-spark-password") as string,
      },
    });
  });

  it("lets no password out of a Secret", async () => {
    const run = await declare({ ...minio, nodePort: 30900 });
    for (const each of run.all("Secret")) expect(isSecret(each.inputs.stringData)).toBe(true);
    for (const each of run.resources.filter((r) => isManifest(r) && !r.type.endsWith(":Secret")))
      expect(JSON.stringify(each.inputs)).not.toContain("password-of-");
    expect(JSON.stringify(run.manifest("Secret", "store-minio-setup-files").stringData)).toContain(
      "password-of-store-minio-spark",
    );
  });

  it("runs its setup again when buckets, grants or credentials change, and only then", async () => {
    const jobName = async (args: ObjectStoreArgs) =>
      ((await declare(args)).one("Job").inputs.metadata as { name: string }).name;
    const name = await jobName(minio);
    expect(await jobName({ ...minio, storage: { className: "local-path", size: "20Gi" } })).toBe(name);
    expect(await jobName({ ...minio, buckets: { ...minio.buckets, events: "events" } })).not.toBe(name);
    expect(await jobName({ ...minio, users: { spark: { namespace: spark, grants: { lake: "read" } } } })).not.toBe(
      name,
    );
    expect(await jobName({ ...minio, credentialsVersion: "2" })).not.toBe(name);
  });

  it("makes new servers of its pods when root's password changes", async () => {
    const annotations = podOf((await declare(minio)).manifest("StatefulSet")).metadata.annotations as Plain;
    expect(annotations["checksum/config"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("protects servers, volume and passwords if told to", async () => {
    const run = await declare({ ...minio, protect: true });
    const guarded = run.resources.filter((each) => each.protect).map((each) => each.type.split(":").at(-1));
    expect(new Set(guarded)).toEqual(new Set(["StatefulSet", "PersistentVolumeClaim", "RandomPassword"]));
    expect((await declare(minio)).resources.filter((each) => each.protect)).toEqual([]);
  });

  it.each<[string, Partial<typeof minio>]>([
    ['MinioStore "store-minio": replicas is 2; expected 1, or a whole number from 4 to 16.', { replicas: 2 }],
    ["nodePort is 9000; expected a port from 30000 to 32767", { nodePort: 9000 }],
    ['storage.size is "10g"', { storage: { size: "10g" } }],
    ['externalEndpoint is "store:9000"; expected a URL', { externalEndpoint: "store:9000" }],
    ['ObjectStore "store": buckets is {}; expected at least one bucket', { buckets: {} }],
    ["users.spark.grants", { users: { spark: { namespace: spark, grants: { lak: "read" } } } }],
  ])("refuses with: %s", async (sentence, change) => {
    await expect(declare({ ...minio, ...change })).rejects.toThrow(sentence);
  });
});

describe("an external store", () => {
  it("gets no objects but the users' keys and their way to it", async () => {
    const run = await declare(external);
    const kinds = run.resources.filter(isManifest).map((each) => each.type.split(":").at(-1));
    expect(kinds.sort()).toEqual(["NetworkPolicy", "Secret"]);
    expect(run.manifest("NetworkPolicy", "store-spark-egress").spec).toMatchObject({
      egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/24" } }], ports: [{ port: 443, protocol: "TCP" }] }],
    });
    expect(run.manifest("Secret", "store-spark-credentials").stringData).toEqual({
      AWS_ACCESS_KEY_ID: "access",
      AWS_SECRET_ACCESS_KEY: "hush-hush",
    });
    expect(run.result).toMatchObject({ region: "eu-central-1", pathStyle: true });
  });

  it.each<[string, Partial<typeof external>]>([
    ["expected https, or allowPlainHttp: true", { endpoint: "http://s3.example.org" }],
    ["expected a URL without a path", { endpoint: "https://s3.example.org/lake" }],
    ['ExternalStore "store-external": endpoint is "s3.example.org"; expected a URL', { endpoint: "s3.example.org" }],
    ["keys.spark is nothing; expected the user's accessKey and secretKey", { keys: {} }],
  ])("refuses with: %s", async (sentence, change) => {
    await expect(declare({ ...external, ...change })).rejects.toThrow(sentence);
  });

  it("never shows a password that stands in its URL", async () => {
    const endpoint = "https://user:hush-hush@s3.example.org";
    const failure = declare({ ...external, endpoint });
    await expect(failure).rejects.toThrow("expected a URL without a user or password");
    await expect(failure).rejects.not.toThrow("hush-hush");
  });
});

describe.each([minio, external])("the connection to a store: $kind", (args) => {
  it("finds buckets and credentials, and names what there is if it doesn't", async () => {
    const { result } = await declare(args);
    expect(result.bucket("lake")).toEqual({ role: "lake", name: "lake", url: "s3a://lake" });
    expect(await valueOf(result.credentials("spark").secretName)).toBe("store-spark-credentials");
    expect(() => result.bucket("logs")).toThrow(/ObjectStore "store": bucket is "logs"; expected one of lake/);
    expect(() => result.credentials("airflow")).toThrow(/user is "airflow"; expected one of spark/);
  });

  it("keeps its keys secret", async () => {
    const { result } = await declare(args);
    const { accessKey, secretKey } = result.credentials("spark");
    for (const key of [accessKey, secretKey]) expect(await pulumi.isSecret(key)).toBe(true);
  });

  it("can be previewed before anything of it exists", async () => {
    const run = await declare(args, true);
    expect(await valueOf(run.result.endpoint)).toMatch(/^https?:/);
    expect(run.all("Secret").length).toBeGreaterThan(0);
  });

  it("parents every object and gives it a name that starts with its own", async () => {
    for (const each of (await declare(args)).resources.filter((r) => r.custom)) {
      expect(each.parent).toContain("hamilton:storage:");
      expect(each.name).toMatch(/^store-/);
    }
  });
});
