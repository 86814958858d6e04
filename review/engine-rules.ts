import { changes, pathText, type Path } from "../kubernetes/difference";
import { needsReplacement } from "../kubernetes/immutable-fields";
import { at, text, type Value, type Values } from "../kubernetes/json";
import type { FieldChange } from "./changes";
import { covers } from "./property-paths";
import type { SnapshotResource } from "./snapshot-format";

/** What the engine and its providers make of two states of one resource. */
export interface Difference {
  readonly fields: readonly FieldChange[];
  readonly replaces: boolean;
  /** Whether the old object goes before the new one comes, and with it what is made of it. */
  readonly deletesFirst: boolean;
}

/** The value that nobody knows before it is applied. */
const unknown = "[unknown]";

/** What differs between two states of a resource of one provider, and whether that needs a new object. */
export function differenceOf(
  old: SnapshotResource,
  now: SnapshotResource,
  provider: SnapshotResource | undefined,
): Difference {
  const found = changes(old.inputs as Values, now.inputs as Values)
    .filter(({ path }) => !now.ignoreChanges.some((pattern) => covers(pattern, path)))
    .map((change) => ({
      path: change.path,
      replaces:
        now.replaceOnChanges.some((pattern) => covers(pattern, change.path)) ||
        replacedByProvider(change.path, old, now.inputs as Values, provider),
    }));
  const fields = found.map(({ path, replaces }) =>
    fieldChange(old.inputs as Values, now.inputs as Values, path, replaces),
  );
  const replaces = fields.some((field) => field.replaces);
  return { fields, replaces, deletesFirst: replaces && deletesFirst(old, now) };
}

/** Whether the old object goes first: as the program says, else where both would have one name in the cluster. */
function deletesFirst(old: SnapshotResource, now: SnapshotResource): boolean {
  const place = ({ inputs }: SnapshotResource) =>
    ["kind", "namespace", "name"].map((key) =>
      key === "kind" ? text(inputs as Values, key) : text(inputs as Values, "metadata", key),
    );
  return now.deleteBeforeReplace ?? (isKubernetes(now) && place(old).join("/") === place(now).join("/"));
}

/**
 * The top-level inputs that force a new object for `resource`, once what they are made of is deleted first: the engine
 * asks the provider what it would do if nobody knew their values.
 */
export function replacedWith(
  resource: SnapshotResource,
  deleted: ReadonlySet<string>,
  provider: SnapshotResource | undefined,
): readonly string[] {
  if (!resource.custom) return [];
  if (deleted.has(resource.provider)) return ["provider"];
  const affected = Object.entries(resource.propertyDependencies)
    .filter(([, urns]) => urns.some((urn) => deleted.has(urn)))
    .map(([key]) => (resource.type === "kubernetes:core/v1:Secret" && key === "stringData" ? "data" : key));
  const inputs = resource.inputs as Values;
  const unsettled = { ...inputs, ...Object.fromEntries(affected.map((key) => [key, unknown])) };
  return affected.filter((key) => replacedByProvider([key], resource, unsettled, provider));
}

/** Whether objects of `now` can't be those of `old`: only another cluster makes a new provider of an old one. */
export function leadsElsewhere(old: SnapshotResource, now: SnapshotResource): boolean {
  return text(old.inputs as Values, "clusterIdentifier") !== text(now.inputs as Values, "clusterIdentifier");
}

/** Whether the resource is the configuration of a provider rather than something that a provider makes. */
export function isProvider({ type }: Pick<SnapshotResource, "type">): boolean {
  return type.startsWith("pulumi:providers:");
}

/** Whether the resource is a Kubernetes object. */
export function isKubernetes({ type }: Pick<SnapshotResource, "type">): boolean {
  return type.startsWith("kubernetes:");
}

function replacedByProvider(
  path: Path,
  old: SnapshotResource,
  now: Values,
  provider: SnapshotResource | undefined,
): boolean {
  // A random value is drawn once: anything else that is asked of it is another value.
  if (old.type.startsWith("random:")) return true;
  if (!isKubernetes(old)) return false;
  const flags = (provider?.inputs ?? {}) as Values;
  const mutable = ["ConfigMap", "Secret"].filter((kind) => text(flags, `enable${kind}Mutable`) === "true");
  const change = { path, kind: "update" as const };
  return needsReplacement(
    change,
    old.inputs as Values,
    now,
    mutable.map((kind) => `/${kind}`),
  );
}

function fieldChange(old: Values, now: Values, path: Path, replaces: boolean): FieldChange {
  const [before, after] = [valueAt(old, path), valueAt(now, path)];
  return {
    path: pathText(path),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    replaces,
  };
}

const valueAt = (value: Values, path: Path): Value | undefined => at(value, ...path);
