import { z } from "zod";
import { clusterGroup, imagesGroup, namespacesGroup } from "./cluster";
import { databasesGroup } from "./databases";
import { expectation, faultsOf, type ConfigFault } from "./faults";
import { ingressGroup } from "./ingress";
import { notebooksGroup } from "./notebooks";
import { objectStoreGroup } from "./object-store";
import { sparkGroup } from "./spark";
import { secretsGroup } from "./secrets";
import { volumesGroup } from "./volumes";

/** The groups of a stack file, each under the key `hamilton:<name>`, with the schema of its values. */
export const groupSchemas = {
  cluster: clusterGroup,
  namespaces: namespacesGroup,
  images: imagesGroup,
  volumes: volumesGroup,
  objectStore: objectStoreGroup,
  databases: databasesGroup,
  spark: sparkGroup,
  ingress: ingressGroup,
  notebooks: notebooksGroup,
} as const;

export type GroupName = keyof typeof groupSchemas;

/** The values of the groups as they are after parsing, with every default filled in. */
export type Groups = { readonly [Name in GroupName]: z.infer<(typeof groupSchemas)[Name]> };

/** The project whose keys these are: the part of a key before the colon. */
export const projectName = "hamilton";

/**
 * Parses each group on its own, so that a fault in one hides none in another.
 *
 * @param values The raw values by group name; groups that are missing are faults.
 */
export function parseGroups(values: Readonly<Record<string, unknown>>): {
  readonly groups: Partial<Groups>;
  readonly faults: readonly ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  const groups: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(groupSchemas) as [GroupName, z.ZodType][]) {
    const value = name in values && !isLeftOut(schema, values[name]) ? values[name] : emptyIfOptional(schema);
    const parsed = schema.safeParse(value, { error: expectation, reportInput: true });
    if (parsed.success) groups[name] = parsed.data;
    else
      for (const issue of parsed.error.issues)
        faults.push(...faultsOf(`${projectName}:${name}`, issue, (path) => keysAt(schema, value, path)));
  }
  return { groups, faults };
}

/** The engine hands over an empty group for one that the stack file leaves out: the default that `Pulumi.yaml` must give. */
function isLeftOut(schema: z.ZodType, value: unknown): boolean {
  const empty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return empty && schema.safeParse(undefined).success;
}

/** A group whose every key has a default may be left out altogether. */
function emptyIfOptional(schema: z.ZodType): unknown {
  return schema.safeParse({}).success && !(schema instanceof z.ZodRecord) ? {} : undefined;
}

/** The keys that the schema knows at a path of `value`, for the hint about an unknown one. */
export function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodDiscriminatedUnion) {
    const options = inner.options as z.ZodType[];
    const kind = (value as { kind?: unknown } | undefined)?.kind;
    const chosen = options.find((option) => kindOf(option) === kind);
    return chosen === undefined ? [] : keysAt(chosen, value, path);
  }
  const [first, ...rest] = path;
  if (first === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const part = (value as Record<PropertyKey, unknown> | undefined)?.[first];
  if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<string, z.ZodType>;
    const child = shape[String(first)];
    return child === undefined ? [] : keysAt(child, part, rest);
  }
  if (inner instanceof z.ZodRecord) return keysAt(inner.valueType as z.ZodType, part, rest);
  if (inner instanceof z.ZodArray) return keysAt(inner.element as z.ZodType, part, rest);
  return [];
}

function bare(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? bare(schema.unwrap() as z.ZodType)
    : schema;
}

function kindOf(option: z.ZodType): unknown {
  const kind = option instanceof z.ZodObject ? (option.shape as Record<string, z.ZodType>).kind : undefined;
  return kind instanceof z.ZodLiteral ? kind.value : undefined;
}

/**
 * The JSON Schema of a whole stack file, by which an editor completes and checks one. It holds what a single value may
 * be; rules between values are checked by the program alone.
 */
export function stackFileJsonSchema(): Record<string, unknown> {
  const groups = Object.entries({ ...groupSchemas, secrets: secretsGroup }).map(
    ([name, schema]) => [`${projectName}:${name}`, withoutDraft(z.toJSONSchema(schema, { io: "input" }))] as const,
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A stack file of Hamilton",
    description: "One environment: Pulumi.<environment>.yaml. Written by `npm run schema`.",
    type: "object",
    properties: {
      config: {
        type: "object",
        description: "What this environment is.",
        properties: Object.fromEntries(groups),
        patternProperties: { "^pulumi:": { description: "Settings of Pulumi itself." } },
        required: Object.entries(groupSchemas)
          .filter(([, schema]) => !schema.safeParse(emptyIfOptional(schema)).success)
          .map(([name]) => `${projectName}:${name}`),
        additionalProperties: false,
      },
      encryptionsalt: { type: "string", description: "Written by Pulumi: the passphrase's salt." },
      encryptedkey: { type: "string", description: "Written by Pulumi: the key, encrypted by a key service." },
      secretsprovider: {
        type: "string",
        description: "Which key service encrypts the secrets. Default: a passphrase.",
      },
      environment: { description: "Pulumi ESC environments to import." },
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** Only the outermost schema names its draft. */
function withoutDraft(schema: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}
