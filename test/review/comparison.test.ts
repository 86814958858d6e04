import { beforeAll, describe, expect, it } from "vitest";
import { parseStackFile } from "../../infra/config";
import { deploy } from "../../infra/platform";
import { at, isRecord, type Values } from "../../kubernetes/json";
import type { EnvironmentChanges, ResourceChange } from "../../review/changes";
import { compareSnapshots } from "../../review/comparison";
import { renderedAccess, stackFileText } from "../../review/environments";
import { record } from "../../review/recording";
import { snapshotOf } from "../../review/snapshot";
import type { Snapshot, SnapshotResource } from "../../review/snapshot-format";
import { changed, type Path } from "../support/stack-files";
import type { Environment } from "../support/platform";

async function snapshotOfText(text: string, environment: Environment): Promise<Snapshot> {
  const { config } = parseStackFile(text, environment);
  const access = { ...renderedAccess, context: config.cluster.context };
  return snapshotOf(environment, await record(() => deploy(config, access), { stack: environment }));
}

/** Each change in a line: what happens, to what, in which fields; `!` after a field that needs a new object. */
function lines({ changes }: EnvironmentChanges): readonly string[] {
  return changes.map(({ action, object, fields, protected: kept }) =>
    [
      `${action} ${object.replace(/-[0-9a-f]{10}\b/g, "-#")}`,
      ...fields.map(({ path, replaces }) => path + (replaces ? "!" : "")),
      ...(kept ? ["PROTECTED"] : []),
    ].join(" "),
  );
}

/** A snapshot with one resource changed, as another program would have registered it. */
function edited(snapshot: Snapshot, name: string, edit: (resource: SnapshotResource) => object): Snapshot {
  const resources = snapshot.resources.map((each) =>
    each.name === name && each.custom ? { ...each, ...edit(structuredClone(each)) } : each,
  );
  expect(resources).not.toEqual(snapshot.resources);
  return { ...snapshot, resources };
}

/** The inputs of a resource with the value at a path changed; `undefined` takes it away. */
function withInput(resource: SnapshotResource, path: Path, value: unknown): { inputs: Values } {
  const inputs = structuredClone(resource.inputs) as Values;
  const target = at(inputs, ...path.slice(0, -1));
  if (!isRecord(target) && !Array.isArray(target)) throw new Error(`nothing at ${path.join(".")}`);
  (target as Values)[String(path.at(-1))] = value as Values;
  return { inputs };
}

const snapshots = {} as Record<Environment, Snapshot>;
beforeAll(async () => {
  for (const environment of ["local", "dev", "prod"] as const)
    snapshots[environment] = await snapshotOfText(stackFileText(environment), environment);
});

describe("a change of a stack file", () => {
  const setup = [
    "update Secret storage/store-minio-setup-files",
    "replace Job storage/store-minio-setup-# metadata.name!",
  ];
  const settings = 'update ConfigMap spark/spark-settings data["spark-defaults.conf"]';
  it.each<[string, Path, unknown, readonly string[]]>([
    ["of nothing", ["spark", "executors", "max"], 2, []],
    ["of the number of executors", ["spark", "executors", "max"], 7, [settings]],
    [
      "of the image",
      ["images", "minio"],
      "1.2.3",
      [
        'update Service storage/store-minio-peers metadata.labels["app.kubernetes.io/version"]',
        "update StatefulSet storage/store-minio",
        "replace Job storage/store-minio-setup-# metadata.name!",
      ],
    ],
    [
      "that brings a volume",
      ["volumes", "second"],
      { kind: "hostPath", path: "/var/lib/second", mountPath: "/mnt/second" },
      ["create PersistentVolume spark-second-#", "create PersistentVolumeClaim spark/second-#", settings],
    ],
    [
      "that takes a volume away",
      ["volumes"],
      {},
      [settings, "delete PersistentVolumeClaim spark/harp-#", "delete PersistentVolume spark-harp-#"],
    ],
    [
      "of the size of a claim",
      ["objectStore", "storage", "size"],
      "20Gi",
      ["update PersistentVolumeClaim storage/store-minio-data spec.resources.requests.storage"],
    ],
    ["that brings a bucket", ["objectStore", "buckets", "extra"], "extra", [...setup, settings]],
    ["of the quota", ["spark", "quota", "pods"], 20, ["update ResourceQuota spark/namespace-quota spec.hard.pods"]],
    [
      "of the class of a claim, which goes before its successor and takes along what is made of it",
      ["objectStore", "storage", "className"],
      "other",
      [
        "replace PersistentVolumeClaim storage/store-minio-data spec.storageClassName!",
        "replace StatefulSet storage/store-minio spec!",
        "replace Job storage/store-minio-setup-# spec!",
      ],
    ],
  ])("%s", async (_, path, value, expected) => {
    const now = await snapshotOfText(changed("local", [path, value]), "local");
    const found = lines(compareSnapshots("local", snapshots.local, now));
    for (const line of expected) expect(found).toContainEqual(expect.stringMatching(startOf(line)));
    if (expected.length === 0) expect(found).toEqual([]);
    const kinds = new Set(expected.map((line) => line.split(" ").slice(0, 2).join(" ")));
    for (const line of found.filter((each) => /^(replace|delete|create)/.test(each)))
      expect([...kinds]).toContain(line.split(" ").slice(0, 2).join(" "));
  });

  it("shows a rotated secret in the objects that use it, without its value", async () => {
    const set = (ciphertext: string) =>
      snapshotOfText(changed("prod", [["secrets"], { "harp-password": { secure: `v1:${ciphertext}` } }]), "prod");
    const [before, after] = [await set("first-ciphertext"), await set("second-ciphertext")];
    const compared = compareSnapshots("prod", before, after);
    expect(lines(compared)).toEqual(["update Secret harp-smb/harp-credentials data.password"]);
    const [field] = compared.changes[0]?.fields ?? [];
    expect(field?.before).toMatch(/^\[secret [0-9a-f]{10}\]$/);
    expect(field?.after).not.toEqual(field?.before);
    expect(JSON.stringify([before, after])).not.toMatch(/ciphertext|placeholder-of/);
  });

  it("to another cluster makes everything anew", async () => {
    const now = await snapshotOfText(changed("prod", [["cluster", "context"], "elsewhere"]), "prod");
    const found = lines(compareSnapshots("prod", snapshots.prod, now));
    expect(found).toHaveLength(snapshots.prod.resources.filter(({ type }) => type.startsWith("kubernetes:")).length);
    expect(found).toContain("replace Namespace harp-spark provider! PROTECTED");
    expect(found.every((line) => /^replace .* provider!/.test(line))).toBe(true);
  });
});

describe("a change of a component", () => {
  const servers = "store-minio-servers";
  it.each<[string, string, (resource: SnapshotResource) => object, readonly string[]]>([
    [
      "scales",
      servers,
      (old) => withInput(old, ["spec", "replicas"], 4),
      ["update StatefulSet storage/store-minio spec.replicas"],
    ],
    [
      "sets a label of the pods",
      servers,
      (old) => withInput(old, ["spec", "template", "metadata", "labels", "team.example.com/name"], "a"),
      ['update StatefulSet storage/store-minio spec.template.metadata.labels["team.example.com/name"]'],
    ],
    [
      "gives an object another name",
      "spark-settings",
      (old) => withInput(old, ["metadata", "name"], "settings"),
      ["replace ConfigMap spark/settings metadata.name!"],
    ],
    [
      "gives an object another logical name",
      "spark-settings",
      (old) => ({ urn: old.urn.replace(/spark-settings$/, "settings"), name: "settings" }),
      ["create ConfigMap spark/spark-settings", "delete ConfigMap spark/spark-settings"],
    ],
    [
      "gives an object another logical name and the old one as an alias",
      "spark-settings",
      (old) => ({ urn: old.urn.replace(/spark-settings$/, "settings"), name: "settings", aliases: [old.urn] }),
      [],
    ],
    [
      "adds a verb to a Role",
      "spark-access-driver-role",
      (old) => withInput(old, ["rules", 0, "verbs", 12], "escalate"),
      ["update Role spark/spark-driver rules[0].verbs[12]"],
    ],
    [
      "opens a port",
      "spark-spark-driver-to-executor-ingress",
      (old) => withInput(old, ["spec", "ingress", 0, "ports", 9], { port: 9999, protocol: "TCP" }),
      ["update NetworkPolicy spark/driver-to-executor-ingress spec.ingress[0].ports[9]"],
    ],
    [
      "changes what the program says can't change in place",
      "spark-driver-priority",
      (old) => withInput(old, ["value"], 5),
      ["replace PriorityClass spark-driver value!", "replace ResourceQuota spark/spark-drivers spec!"],
    ],
    [
      "touches only what the program ignores",
      servers,
      (old) => ({ ...withInput(old, ["spec", "replicas"], 4), ignoreChanges: ["spec.replicas"] }),
      [],
    ],
    [
      "generates another password",
      "store-minio-root-password",
      (old) => withInput(old, ["keepers", "version"], "2"),
      ["replace store-minio-root-password keepers.version!"],
    ],
    ["protects an object", servers, () => ({ protect: true }), []],
  ])("that %s", (_, name, edit, expected) => {
    expect(lines(compareSnapshots("local", snapshots.local, edited(snapshots.local, name, edit)))).toEqual(expected);
  });

  it("that changes one key of a Secret shows that key alone", () => {
    const again = edited(snapshots.local, "store-minio-root", (old) =>
      withInput(old, ["data", "rootPassword"], "[secret 1]"),
    );
    expect(lines(compareSnapshots("local", snapshots.local, again))).toEqual([
      "update Secret storage/store-minio-root data.rootPassword",
    ]);
  });
});

describe("a protected object", () => {
  const name = "harp-spark-claim";
  const moved = (old: SnapshotResource) => withInput(old, ["spec", "storageClassName"], "other");
  it.each<[string, (resource: SnapshotResource) => object, string]>([
    ["is refused where it is replaced", moved, "PROTECTED"],
    ["may be replaced by the change that lifts its protection", (old) => ({ ...moved(old), protect: false }), "!"],
  ])("%s", (_, edit, end) => {
    const [line] = lines(compareSnapshots("prod", snapshots.prod, edited(snapshots.prod, name, edit)));
    expect(line?.endsWith(end), line).toBe(true);
  });

  it("is refused where it goes, even if its environment goes whole", () => {
    const gone = compareSnapshots("prod", snapshots.prod, undefined);
    expect(gone.changes.every(({ action }) => action === "delete")).toBe(true);
    expect(lines(gone)).toContain("delete Namespace harp-spark PROTECTED");
    expect(gone.after).toEqual([]);
  });
});

describe("what stays on the cluster when it leaves the stack", () => {
  const retained = (changes: readonly ResourceChange[]) =>
    changes.filter((each) => each.retained).map(({ object }) => object.replace(/-[0-9a-f]{10}\b/g, "-#"));

  it("is what the state before says so of", () => {
    const now = {
      ...snapshots.dev,
      resources: snapshots.dev.resources.filter(({ name }) => !/^harp-spark/.test(name)),
    };
    const { changes } = compareSnapshots("dev", snapshots.dev, now);
    expect(changes.map(({ action }) => action)).toEqual(["delete", "delete"]);
    expect(retained(changes)).toHaveLength(2);
  });

  it("is nothing in a Namespace that goes", () => {
    const before = edited(snapshots.dev, "harp-spark-claim", ({ inputs }) => ({
      ...{ retainOnDelete: true, inputs: { ...inputs, metadata: { name: "harp", namespace: "gone" } } },
    }));
    const namespace = edited(before, "spark-namespace", ({ inputs }) => ({
      ...{ retainOnDelete: false, inputs: { ...inputs, metadata: { name: "gone" } } },
    }));
    expect(retained(compareSnapshots("dev", before, undefined).changes)).toContain("PersistentVolumeClaim gone/harp");
    expect(retained(compareSnapshots("dev", namespace, undefined).changes)).not.toContain(
      "PersistentVolumeClaim gone/harp",
    );
  });

  it("is nothing that is made anew", () => {
    const moved = edited(snapshots.dev, "harp-spark-claim", (old) => withInput(old, ["spec", "storageClassName"], "b"));
    expect(retained(compareSnapshots("dev", snapshots.dev, moved).changes)).toEqual([]);
  });
});

it("creates everything of a new environment", () => {
  const { changes, after } = compareSnapshots("dev", undefined, snapshots.dev);
  expect(changes.every(({ action }) => action === "create")).toBe(true);
  expect(changes.filter(({ type }) => type.startsWith("kubernetes:"))).toHaveLength(after.length);
});

function startOf(line: string): RegExp {
  return new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
}
