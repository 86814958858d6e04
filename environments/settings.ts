import { parseDocument } from "yaml";
import { stackFileJsonSchema } from "../infra/config";
import { nearest } from "../infra/config/faults";
import { StepError } from "../console/errors";
import { chosenKind, kindsOf, type SchemaNode } from "./schema-node";

/** What stands under `config:` of a stack file, as YAML gives it. */
export type Values = Record<string, unknown>;

/** Where a value stands under `config:`: the group's full key first. */
export type ValuePath = readonly (string | number)[];

/** One `--set PATH=VALUE`. */
export interface Setting {
  readonly path: ValuePath;
  /** The value; `undefined` takes the key away. */
  readonly value: unknown;
}

/**
 * Reads one `--set`: a path as Pulumi writes it (`objectStore.buckets.lake`, `spark.settings["spark.ui.port"]`,
 * `spark.submitters[0]`), with or without `hamilton:` before it, then `=` and a value in YAML; an empty one takes the key
 * away.
 *
 * @throws StepError if there is no path, no group of that name, the value is no YAML, or it would be a secret. The value
 * is never shown.
 */
export function parseSetting(text: string): Setting {
  const at = equalsSign(text);
  if (at < 1)
    throw new StepError("A --set has no path and value", {
      fix: "write --set PATH=VALUE, as in spark.executors.max=8",
    });
  const path = pathOf(text.slice(0, at));
  const document = parseDocument(text.slice(at + 1));
  if (document.errors.length > 0)
    throw new StepError(`The value of --set ${text.slice(0, at)} is no YAML`, {
      fix: "quote it, as in --set 'a.b=\"c\"'",
    });
  const value: unknown = document.toJS();
  return { path, value: value ?? undefined };
}

/** The `=` that ends the path: the first one outside of quotes. */
function equalsSign(text: string): number {
  const path = /^(?:"[^"]*"|[^="])*/.exec(text)?.[0] ?? "";
  return text[path.length] === "=" ? path.length : -1;
}

const groups = Object.keys((stackFileJsonSchema() as SchemaNode).properties?.config?.properties ?? {});

function pathOf(text: string): ValuePath {
  const parts = [...text.replace(/^hamilton:/, "").matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]"]+)/g)].map(
    ([, quoted, index, plain]) => (index === undefined ? (quoted ?? plain ?? "") : Number(index)),
  );
  const [first = "", ...rest] = parts;
  const group = `hamilton:${first}`;
  if (first === "secrets")
    throw new StepError("--set takes no secret, which the shell's history would keep", {
      fix: "leave it out: the command asks for secrets, or reads them with --secrets FILE",
    });
  if (groups.includes(group)) return [group, ...rest];
  const names = groups.map((name) => name.replace(/^hamilton:/, "")).filter((name) => name !== "secrets");
  const near = nearest(String(first), names);
  throw new StepError(`--set ${text} names no group of a stack file`, {
    fix: near === undefined ? `choose one of ${names.join(", ")}` : `the nearest that is known is "${near}"`,
  });
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(values: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], values);
}

/**
 * Values with one of them changed; what was given stays as it is. Where a `kind` is chosen anew, the keys that only the
 * earlier kind knew are left out.
 */
export function withValue(values: Values, { path, value }: Setting): Values {
  const changed = structuredClone(values);
  const last = path.length - 1;
  let parent: Record<string | number, unknown> = changed;
  for (const [index, part] of path.slice(0, last).entries()) {
    const next = parent[part];
    if (typeof next !== "object" || next === null) parent[part] = typeof path[index + 1] === "number" ? [] : {};
    parent = parent[part] as Record<string | number, unknown>;
  }
  const key = path[last] ?? "";
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  if (key === "kind") dropForeignKeys(parent, schemaAt(path.slice(0, last)));
  return changed;
}

function dropForeignKeys(group: Record<string, unknown>, schema: SchemaNode): void {
  const known = chosenKind(schema, group)?.properties;
  if (known === undefined) return;
  const foreign = kindsOf(schema).flatMap((kind) => Object.keys(kind.properties ?? {}));
  for (const key of Object.keys(group)) if (foreign.includes(key) && !(key in known)) delete group[key];
}

/** The schema of a choice or a group, however it is reached: by key, or by a name that the stack file chose. */
function schemaAt(path: ValuePath): SchemaNode {
  const config = (stackFileJsonSchema() as SchemaNode).properties?.config ?? {};
  return path.reduce<SchemaNode>((schema, part) => {
    const named = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
    return schema.properties?.[part] ?? named ?? schema.items ?? {};
  }, config);
}
