/** A part of the JSON Schema of stack files, as far as its readers need it. */
export interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

/** Whether the schema is of a group with keys of its own, rather than of a value, a list or entries by name. */
export function isGroup(schema: SchemaNode): boolean {
  return schema.properties !== undefined;
}

/** The schema of the entries of a list, or of entries by name; an empty one for everything else. */
export function entryOf({ items, additionalProperties }: SchemaNode): SchemaNode {
  return items ?? (typeof additionalProperties === "object" ? additionalProperties : {});
}

/** The kinds of a choice, each with a `kind` of its own; none if the schema is no choice. */
export function kindsOf(schema: SchemaNode): readonly SchemaNode[] {
  return schema.oneOf ?? [];
}

/** The kind that a value of a choice is of. */
export function chosenKind(schema: SchemaNode, value: Readonly<Record<string, unknown>>): SchemaNode | undefined {
  return kindsOf(schema).find(({ properties }) => properties?.kind?.const === value.kind);
}

/** The schema of a key that is known by a pattern only; an empty one if it is unknown. */
export function schemaByPattern({ patternProperties = {} }: SchemaNode, key: string): SchemaNode {
  return Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern).test(key))?.[1] ?? {};
}

/** What a value may be, as a sentence; empty where the description says it all. */
export function allowedValues({ enum: values, minimum, maximum }: SchemaNode): string {
  if (values !== undefined) return `One of ${values.map((value) => JSON.stringify(value)).join(", ")}.`;
  return minimum !== undefined && maximum !== undefined ? `From ${minimum} to ${maximum}.` : "";
}

/**
 * The default of a key, where it is a value. A schema whose input is converted first carries its default in its
 * description alone.
 */
export function defaultOf({ default: value, description = "", pattern }: SchemaNode): unknown {
  if (value !== undefined) return value;
  const described = /Default: (\S+)\.$/.exec(description)?.[1];
  return described !== undefined && pattern !== undefined && new RegExp(pattern).test(described)
    ? described
    : undefined;
}
