import type { EnvironmentChanges, FieldChange, ResourceChange } from "../../review/changes";
import { describeManifest, type Manifest } from "../../kubernetes/manifest";

/** A Kubernetes object: `object("apps/v1 StatefulSet", "storage/store-minio", { spec: … })`. */
export function object(what: string, named: string, rest: Record<string, unknown> = {}): Manifest {
  const [apiVersion = "", kind = ""] = what.split(" ");
  const [name = "", namespace] = named.split("/").reverse();
  const { labels, ...fields } = rest;
  const metadata = { name, ...(namespace && { namespace }), ...(labels !== undefined && { labels }) };
  return { apiVersion, kind, metadata, ...fields } as Manifest;
}

/** A field that changes in place. */
export function field(path: string, before?: unknown, after?: unknown, replaces = false): FieldChange {
  return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }), replaces };
}

/** A change of an object, from its two states. */
export function change(
  before: Manifest | undefined,
  after: Manifest | undefined,
  fields: readonly FieldChange[] = [],
  isProtected = false,
  retained = false,
): ResourceChange {
  const one = (after ?? before) as Manifest;
  const replaced = fields.some(({ replaces }) => replaces);
  const action = before === undefined ? "create" : after === undefined ? "delete" : replaced ? "replace" : "update";
  const type = `kubernetes:${one.apiVersion.includes("/") ? one.apiVersion : `core/${one.apiVersion}`}:${one.kind}`;
  const urn = `urn:pulumi:prod::hamilton::${type}::${one.metadata.name}`;
  const object = describeManifest(one);
  return { urn, type, object, action, fields, before, after, protected: isProtected, retained };
}

/** The changes of an environment; its objects are those of the changes, and others beside them. */
export function environment(
  changes: readonly ResourceChange[],
  { name = "prod", others = [] as readonly Manifest[] } = {},
): EnvironmentChanges {
  const states = (side: "before" | "after") => changes.flatMap((one) => one[side] ?? []);
  return {
    environment: name,
    changes,
    before: [...others, ...states("before")],
    after: [...others, ...states("after")],
  };
}

/** A StatefulSet of the object store with disks of its own. */
export function store(replicas = 4, size = "100Gi"): Manifest {
  return object("apps/v1 StatefulSet", "storage/store-minio", {
    labels: { "app.kubernetes.io/name": "minio" },
    spec: {
      replicas,
      template: { spec: { containers: [{ name: "minio", resources: { requests: { cpu: "1", memory: "4Gi" } } }] } },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { resources: { requests: { storage: size } } } }],
    },
  });
}
