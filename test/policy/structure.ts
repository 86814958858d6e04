import { beforeAll, describe, expect, it } from "vitest";
import { dataBearer } from "../../kubernetes/data-bearing";
import { describeManifest, type Manifest } from "../../kubernetes/manifest";
import { manifestsOf } from "../../review/manifests";
import { isManifest, unwrapped, valueOf, type Recording, type Registration } from "../../review/recording";
import { environments, renderedPlatforms } from "../support/platform";
import type { PlatformOutputs } from "../../infra/platform";

/** Kinds that have no namespace. */
const clusterScoped = [
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "StorageClass",
];

/** Whether a resource must not be created beside the old one: its name is taken, and the provider doesn't know. */
const replacedFirst: Readonly<Record<string, readonly string[]>> = {
  StorageClass: ["reclaimPolicy", "volumeBindingMode"],
  PriorityClass: ["value", "preemptionPolicy"],
  CSIDriver: ["spec"],
};

/** Every text in a value, at any depth. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

describe.each(environments)("what %s registers", (environment) => {
  let run: Recording<PlatformOutputs>;
  let objects: readonly Manifest[];
  let kubernetes: readonly Registration[];

  beforeAll(async () => {
    const found = (await renderedPlatforms()).get(environment);
    if (found === undefined) throw new Error(`${environment} was not rendered`);
    run = found;
    objects = manifestsOf(run);
    kubernetes = run.resources.filter(isManifest);
  });

  it("has a URN of its own each", () => {
    const urns = run.resources.map(({ parent, type, name }) => `${parent} ${type} ${name}`);
    expect(urns.filter((urn, index) => urns.indexOf(urn) !== index)).toEqual([]);
  });

  it("has a name of its own in the cluster each", () => {
    const names = objects.map((object) => `${object.apiVersion} ${describeManifest(object)}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("is a child of a component of ours each, with the one provider", () => {
    for (const { name, parent, provider } of kubernetes) {
      expect([name, parent]).toEqual([name, expect.stringMatching(/hamilton:[a-z]+:[A-Z]/)]);
      expect([name, provider]).toEqual([name, expect.stringContaining("pulumi:providers:kubernetes::kubernetes::")]);
    }
  });

  it("is called after its parent each", () => {
    for (const { name, parent } of kubernetes) {
      const parentName = parent.split("::").at(-1) ?? "";
      expect([name, name.startsWith(`${parentName}-`)]).toEqual([name, true]);
    }
  });

  it("has components under tokens of one form", () => {
    const components = run.resources.filter(({ custom }) => !custom).map(({ type }) => type);
    for (const type of components)
      expect(type).toMatch(/^hamilton:(core|ingress|jupyter|spark|storage):[A-Z][A-Za-z]+$/);
  });

  it("has an explicit name each, and a namespace where the kind has one", () => {
    for (const { kind, metadata } of objects) {
      expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
      expect(metadata.name.length).toBeLessThanOrEqual(63);
      expect([kind, metadata.name, metadata.namespace !== undefined]).toEqual([
        kind,
        metadata.name,
        !clusterScoped.includes(kind),
      ]);
    }
  });

  it("has the common labels each", () => {
    for (const object of objects)
      for (const label of ["name", "instance", "part-of", "managed-by"])
        expect([describeManifest(object), Object.keys(object.metadata.labels ?? {})]).toEqual([
          describeManifest(object),
          expect.arrayContaining([`app.kubernetes.io/${label}`]),
        ]);
  });

  it("stands in namespaces of the platform, with the stack's prefix", () => {
    const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
    const prefix = { local: "", dev: "dev-", prod: "harp-" }[environment];
    for (const namespace of namespaces) expect(namespace.startsWith(prefix)).toBe(true);
    for (const { metadata } of objects) if (metadata.namespace) expect(namespaces).toContain(metadata.namespace);
  });

  it("has no secret's value outside Secrets", () => {
    const values = kubernetes
      .filter(({ type }) => type.endsWith(":Secret"))
      .flatMap(({ inputs }) => texts(unwrapped(inputs.stringData)))
      .filter((text) => /^(password|placeholder)-of-/.test(text));
    expect(values.length).toBeGreaterThan(0);
    for (const { name, type, inputs } of kubernetes.filter((one) => !one.type.endsWith(":Secret")))
      for (const text of texts(unwrapped(inputs)))
        expect([type, name, values.filter((value) => text.includes(value))]).toEqual([type, name, []]);
  });

  it("has nobody's address of an Output in its place", () => {
    for (const { name, inputs } of run.resources)
      for (const text of texts(unwrapped(inputs)))
        expect([name, text.includes("Calling [toString] on an [Output")]).toEqual([name, false]);
  });

  it("replaces objects with unchangeable fields by deleting them first", () => {
    for (const { type, name, replaceOnChanges, deleteBeforeReplace } of kubernetes) {
      const fields = replacedFirst[type.split(":").at(-1) ?? ""];
      if (fields === undefined) continue;
      expect([name, replaceOnChanges]).toEqual([name, expect.arrayContaining([...fields])]);
      expect([name, deleteBeforeReplace]).toEqual([name, true]);
    }
  });

  it("gives out the tokens of notebooks that have one, as a secret, and the addresses of all", async () => {
    const names = { local: ["harp"], dev: ["harp", "risk"], prod: ["analysts", "risk"] }[environment];
    const { notebookTokens, pages, namespaces } = run.result;
    expect(await (notebookTokens as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
    const tokens = await valueOf(notebookTokens);
    expect(Object.keys(tokens)).toEqual(environment === "prod" ? [] : names);
    for (const token of Object.values(tokens)) expect(token).toMatch(/^password-of-notebook-/);
    for (const name of names) {
      expect(pages[`notebook-${name}`]).toMatch(new RegExp(`^https://notebook-${name}\\.hamilton\\.[a-z.]+(:\\d+)?$`));
      expect(Object.keys(namespaces)).toContain(`notebooks-${name}`);
    }
  });

  it("gives out what consumers need, the submitter's part as a secret", async () => {
    const { namespaces, sparkImage, volumes, objectStore, submitter } = run.result;
    const prefix = { local: "", dev: "dev-", prod: "harp-" }[environment];
    expect(await valueOf(namespaces.spark as never)).toBe(`${prefix}spark`);
    expect(sparkImage).toMatch(/hamilton\/spark:4\.1\.2(@sha256:[0-9a-f]{64})?$/);
    expect(volumes).toEqual({ harp: { mountPath: "/mnt/harp", readOnly: true } });
    expect(Object.keys(objectStore).sort()).toEqual(["buckets", "endpoint", "externalEndpoint"]);
    expect(await (submitter as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
    const value = await valueOf(submitter);
    expect(Object.keys(value).sort()).toEqual([
      ...["accessKey", "command", "driverPodTemplate", "executorPodTemplate", "kubeconfig", "namespace", "secretKey"],
      ...["serviceAccount", "sparkDefaults", "tokenSeconds"],
    ]);
    expect(JSON.stringify({ ...value, accessKey: "", secretKey: "" })).not.toMatch(/(password|placeholder)-of-/);
  });

  it("is protected in prod, and there alone, where it can't be made again", () => {
    const holds = ({ type, inputs }: Registration) => {
      const manifest = type.startsWith("kubernetes:") ? (unwrapped(inputs) as Manifest) : undefined;
      return dataBearer({ type, manifest }, objects) !== undefined;
    };
    const bearing = run.resources.filter(holds);
    expect(bearing.length).toBeGreaterThan(0);
    for (const { name, protect } of bearing) expect([name, protect]).toEqual([name, environment === "prod"]);
  });

  it("stays in the cluster when it leaves the stack, where data would go with it", () => {
    const hostPaths = objects
      .filter(({ kind, spec }) => kind === "PersistentVolume" && (spec as { hostPath?: object }).hostPath !== undefined)
      .map(({ metadata }) => metadata.name);
    // A folder of the node is deleted with no object.
    const onNode = (manifest: Manifest) =>
      [manifest.metadata.name, (manifest.spec as { volumeName?: string } | undefined)?.volumeName].some((name) =>
        hostPaths.includes(name ?? ""),
      );
    const others = objects.filter((manifest) => !onNode(manifest));
    for (const { name, type, inputs, retainOnDelete } of kubernetes) {
      const manifest = unwrapped(inputs) as Manifest;
      const keeps = /Persistent/.test(type)
        ? !onNode(manifest)
        : dataBearer({ type, manifest }, others) === "namespace";
      expect([name, retainOnDelete]).toEqual([name, keeps]);
    }
  });
});
