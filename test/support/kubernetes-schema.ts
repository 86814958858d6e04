import { createRequire } from "node:module";
import * as client from "@kubernetes/client-node";
import type { Manifest } from "../../kubernetes/manifest";

/** A field of a type, as the models that are generated from Kubernetes' OpenAPI document describe it. */
interface Field {
  /** The name in JSON. */
  readonly baseName: string;
  /** `string`, `V1PodSpec`, `Array<V1Container>`, `{ [key: string]: string; }`. */
  readonly type: string;
}

interface ModelType {
  getAttributeTypeMap(): readonly Field[];
}

interface ValidatedModel {
  validate(): void;
}
type ModelModule = Readonly<Record<string, new (data: unknown) => ValidatedModel>>;

/**
 * What Kubernetes' own schema has against an object; nothing if it is fine.
 *
 * Two sources are asked, both generated from Kubernetes' OpenAPI document: `kubernetes-models` (1.33) for types, formats
 * and required fields, `@kubernetes/client-node` (1.34) for fields that don't exist, which an API server would drop
 * without a word.
 */
export function schemaFaults(manifest: Manifest): readonly string[] {
  return [...typeFaults(manifest), ...unknownFields(manifest, typeOf(manifest), manifest.kind)];
}

const load = createRequire(__filename);

function typeFaults(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const Model = (load(`kubernetes-models/${apiVersion}`) as ModelModule)[kind];
  if (Model === undefined) return [`${apiVersion} has no kind ${kind}`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** The type's name: `v1` and `apps/v1` kinds are both `V1<Kind>`; only a few of older groups are called otherwise. */
function typeOf({ apiVersion, kind }: Manifest): string {
  const version = apiVersion.split("/").at(-1) ?? "";
  return `${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`;
}

/** The type's name, where the models call it otherwise than its kind because another group has that kind as well. */
function modelOf(type: string): ModelType | undefined {
  return (client as unknown as Record<string, ModelType | undefined>)[type];
}

function unknownFields(value: unknown, type: string, path: string): string[] {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined)
    return Array.isArray(value) ? value.flatMap((one, index) => unknownFields(one, list, `${path}[${index}]`)) : [];
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (typeof value !== "object" || value === null) return [];
  if (map !== undefined)
    return Object.entries(value).flatMap(([key, part]) => unknownFields(part, map, `${path}.${key}`));
  const model = modelOf(type);
  if (model === undefined) return plainTypes.has(type) ? [] : [`${path}: no model of ${type}`];
  const fields = new Map(model.getAttributeTypeMap().map((field) => [field.baseName, field.type]));
  return Object.entries(value).flatMap(([key, part]) => {
    const inner = fields.get(key);
    return inner === undefined
      ? [`${path}.${key}: no such field in ${type}`]
      : unknownFields(part, inner, `${path}.${key}`);
  });
}

/** Types that have no fields of their own. */
const plainTypes = new Set(["any", "boolean", "Date", "IntOrString", "number", "object", "string", "V1MicroTime"]);
