/** A JSON Schema, or a piece of one. */
type Schema = Readonly<Record<string, unknown>>;

/** What of Kubernetes' OpenAPI document this needs. */
export interface OpenApiDocument {
  readonly definitions: Readonly<Record<string, Schema>>;
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Types that OpenAPI 2 can't say: their texts are often written as numbers. */
const eitherType: Readonly<Record<string, Schema>> = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: ["string", "integer"] },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: ["string", "number"] },
};

/** What decides whether a value is valid; descriptions and Kubernetes' own notes are left out, they are most of the text. */
const kept = ["type", "properties", "required", "items", "additionalProperties", "enum", "$ref", "minimum", "maximum"];

/**
 * Kubernetes' OpenAPI document (version 2, as its repository carries it) as JSON Schemas that stand alone and know no
 * further fields: one for each kind, by the file name under which kubeconform looks for it, `deployment-apps-v1.json`.
 */
export function strictSchemas({ definitions }: OpenApiDocument): ReadonlyMap<string, Schema> {
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, eitherType[name] ?? strictly(definition)]),
  );
  const files = new Map<string, Schema>();
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = (definition["x-kubernetes-group-version-kind"] ?? []) as readonly GroupVersionKind[];
    const [only, ...others] = kinds;
    // What belongs to many kinds, such as the options of a deletion, is no object of its own.
    if (only === undefined || others.length > 0) continue;
    const { properties, ...rest } = strict[name] as { properties?: Schema };
    if (properties === undefined) continue;
    const { group, version, kind } = only;
    const exact = { apiVersion: { const: group === "" ? version : `${group}/${version}` }, kind: { const: kind } };
    const used = [...closure(properties, strict)].sort().map((each) => [each, strict[each]]);
    files.set(schemaFile(only), {
      $schema: "http://json-schema.org/draft-07/schema#",
      ...rest,
      required: [...new Set(["apiVersion", "kind", ...((rest as { required?: string[] }).required ?? [])])],
      properties: { ...properties, ...exact },
      definitions: Object.fromEntries(used) as Schema,
    });
  }
  return files;
}

/** Under this name kubeconform asks for a kind: its template `{{.ResourceKind}}{{.KindSuffix}}.json`. */
function schemaFile({ group, version, kind }: GroupVersionKind): string {
  const [shortGroup = ""] = group.split(".");
  return `${[kind, shortGroup, version].filter((part) => part !== "").join("-")}.json`.toLowerCase();
}

function strictly(definition: Schema): Schema {
  const entries = Object.entries(definition)
    .filter(([key]) => kept.includes(key))
    .map(([key, value]) => [key, strictPart(key, value)] as const);
  const closed = "properties" in definition && !("additionalProperties" in definition);
  return Object.fromEntries(closed ? [...entries, ["additionalProperties", false] as const] : entries);
}

function strictPart(key: string, value: unknown): unknown {
  if (key === "properties")
    return Object.fromEntries(Object.entries(value as Schema).map(([name, part]) => [name, strictly(part as Schema)]));
  return (key === "items" || key === "additionalProperties") && typeof value === "object"
    ? strictly(value as Schema)
    : value;
}

/** The definitions that a schema needs, by name. */
function closure(
  schema: unknown,
  definitions: Readonly<Record<string, Schema>>,
  found = new Set<string>(),
): Set<string> {
  if (typeof schema !== "object" || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    const name = key === "$ref" && typeof value === "string" ? value.replace("#/definitions/", "") : undefined;
    if (name === undefined) closure(value, definitions, found);
    else if (!found.has(name)) closure(definitions[name], definitions, found.add(name));
  }
  return found;
}
