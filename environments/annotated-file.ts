import { Document, type Node, Pair, Scalar, visit, YAMLMap } from "yaml";
import { stackFileJsonSchema } from "../infra/config";
import {
  allowedValues,
  chosenKind,
  defaultOf,
  entryOf,
  isGroup,
  kindsOf,
  schemaByPattern,
  type SchemaNode,
} from "./schema-node";

/** The longest line of a comment, its indentation included. */
const commentWidth = 110;

/** How the file is written: as Prettier would leave it. */
const style = { flowCollectionPadding: false, nullStr: "", lineWidth: 0 } as const;

/** The first line of every stack file: by it an editor with the YAML language server completes and checks the keys. */
export const schemaLine = " yaml-language-server: $schema=infra/stack-file.schema.json";

/**
 * A stack file that explains itself: before every key stand its meaning, its unit and what it may be, from the JSON
 * Schema of stack files. Keys that `config` sets are active, in the schema's order; every other key of the schema stands
 * commented out with its default (`#key: value`, no space), so that taking the `#` away sets it. Of a choice between
 * kinds the keys of the kinds that weren't chosen are told in the comment before it.
 *
 * @param config What stands under `config:`, as it is read from YAML: no default filled in, keys with their colons.
 * @param header Comment lines for the top, after the one for editors.
 */
export function annotatedStackFile(config: Readonly<Record<string, unknown>>, header: readonly string[]): Document {
  const schema = (stackFileJsonSchema() as SchemaNode).properties?.config as SchemaNode;
  // Readers of YAML 1.1 take a bare `no` for a boolean; written for them, both versions read the same.
  const document = new Document<Node>(undefined, { version: "1.1" });
  const map = annotatedMap(document, schema, config, 1);
  for (const { key } of map.items.slice(1)) key.spaceBefore = true;
  const root = new YAMLMap<Scalar, Node>();
  root.items.push(new Pair(new Scalar("config"), map));
  document.contents = root;
  document.commentBefore = [schemaLine, ...header.map((line) => ` ${line}`)].join("\n");
  return document;
}

/** The text of an annotated stack file. */
export function annotatedText(document: Document): string {
  return document.toString(style);
}

type Values = Readonly<Record<string, unknown>>;

function annotatedMap(document: Document, schema: SchemaNode, values: Values, depth: number) {
  const map = new YAMLMap<Scalar, Node>();
  const add = (key: string, value: Node, comment: readonly string[]) => {
    const scalar = new Scalar(key);
    if (comment.length > 0) scalar.commentBefore = comment.join("\n");
    map.items.push(new Pair(scalar, value));
  };
  const known = schema.properties ?? {};
  // What the schema only knows by a pattern (`pulumi:…`) comes first.
  for (const [key, value] of Object.entries(values))
    if (!(key in known)) add(key, plainNode(document, value), explanation(schemaByPattern(schema, key), value, depth));
  let pending: string[] = [];
  for (const [key, part] of Object.entries(known)) {
    const value = values[key];
    pending.push(...explanation(part, value, depth));
    if (value === undefined || (isGroup(part) && isEmptyGroup(value))) {
      pending.push(...commentedOut(key, part));
      continue;
    }
    add(key, node(document, part, value, depth + 1), pending);
    pending = [];
  }
  if (pending.length > 0) map.comment = pending.join("\n");
  return map;
}

/** The node of an active key's value. */
function node(document: Document, schema: SchemaNode, value: unknown, depth: number): Node {
  if (!isObject(value)) return plainNode(document, value);
  const kind = chosenKind(schema, value) ?? schema;
  if (isGroup(kind)) return annotatedMap(document, kind, value, depth);
  if (typeof schema.additionalProperties !== "object" || isEmptyGroup(value)) return plainNode(document, value);
  return namedEntries(document, schema.additionalProperties, value, depth);
}

/** Entries by name; of several entries of one kind the first is explained, the others only say what they set. */
function namedEntries(document: Document, schema: SchemaNode, values: Values, depth: number): Node {
  const map = new YAMLMap<Scalar, Node>();
  const explained = new Set<SchemaNode>();
  for (const [name, value] of Object.entries(values)) {
    const kind = isObject(value) ? (chosenKind(schema, value) ?? schema) : schema;
    const first = !explained.has(kind);
    explained.add(kind);
    const entry = first ? node(document, schema, value, depth + 1) : plainNode(document, value);
    map.items.push(new Pair(new Scalar(name), entry));
  }
  return map;
}

/** A value without comments: lists of simple values in one line, everything else as a block. */
function plainNode(document: Document, value: unknown): Node {
  const simple = Array.isArray(value) && value.every((entry) => typeof entry !== "object" || entry === null);
  const node = document.createNode(value, { flow: simple });
  // The only text that is a number in YAML 1.2 and none in 1.1.
  visit(node, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === "string" && /^0o[0-7]+$/.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return node;
}

/** A key that isn't set, as the lines of a comment: with its default, or empty where the default is no value. */
function commentedOut(key: string, schema: SchemaNode): string[] {
  const document = new Document<Node>(undefined, { version: "1.1" });
  const map = new YAMLMap<Scalar, Node>();
  const value = isGroup(schema) ? defaultGroup(document, schema) : plainNode(document, defaultOf(schema) ?? null);
  map.items.push(new Pair(new Scalar(key), value));
  document.contents = map;
  return annotatedText(document).trimEnd().split("\n");
}

function defaultGroup(document: Document, schema: SchemaNode): Node {
  const map = new YAMLMap<Scalar, Node>();
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    const scalar = new Scalar(key);
    scalar.commentBefore = explanation(part, undefined, 3).join("\n");
    const value = isGroup(part) ? defaultGroup(document, part) : plainNode(document, defaultOf(part) ?? null);
    map.items.push(new Pair(scalar, value));
  }
  return map;
}

/** The comment before a key: what it means, what it may be, and what its entries or other kinds hold. */
function explanation(schema: SchemaNode, value: unknown, depth: number): string[] {
  const words = [schema.description ?? "", allowedValues(schema)].filter((part) => part !== "").join(" ");
  const width = commentWidth - 2 * depth;
  return [...wrapped(words, " ", width), ...entryLines(schema, width), ...otherKinds(schema, value, width)];
}

/** The keys of the entries of a list, or of entries by name, where these are groups. */
function entryLines(schema: SchemaNode, width: number): string[] {
  const entry = entryOf(schema);
  if (!isGroup(entry)) return [];
  return [...wrapped(entry.description ?? "", " ", width), " Each entry has:", ...keyLines(entry, [], width)];
}

/** The kinds that a choice, or entries by name that are one, leave aside, with the keys that the chosen ones lack. */
function otherKinds(schema: SchemaNode, value: unknown, width: number): string[] {
  const entry = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  const kinds = kindsOf(entry ?? schema);
  if (kinds.length === 0) return [];
  const given = entry === undefined ? [value] : isObject(value) ? Object.values(value) : [];
  const chosen = kinds.filter((kind) =>
    given.some((one) => isObject(one) && chosenKind(entry ?? schema, one) === kind),
  );
  const shown = chosen.flatMap((kind) => Object.keys(kind.properties ?? {}));
  const names = kinds.map(({ properties }) => String(properties?.kind?.const));
  const choice = chosen.length > 0 ? [] : wrapped(`kind: ${names.join(" or ")}, which decides the rest.`, "   ", width);
  const others = kinds
    .filter((kind) => !chosen.includes(kind))
    .flatMap((kind) => {
      const { const: name, description = "" } = kind.properties?.kind ?? {};
      const common = Object.keys(kind.properties ?? {}).filter((key) => key !== "kind" && shown.includes(key));
      const besides = common.length === 0 ? "" : ` Besides ${common.join(", ")} it has:`;
      return [
        ...wrapped(`${chosen.length > 0 ? "Or kind" : "Kind"} ${String(name)}: ${description}${besides}`, " ", width),
        ...keyLines(kind, ["kind", ...common], width),
      ];
    });
  return [...choice, ...others];
}

function keyLines(schema: SchemaNode, without: readonly string[], width: number): string[] {
  return Object.entries(schema.properties ?? {})
    .filter(([key]) => !without.includes(key))
    .flatMap(([key, part]) => [
      ...wrapped(`${key}: ${[part.description ?? "", allowedValues(part)].join(" ").trim()}`, "   ", width, "     "),
      ...keyLines(isGroup(part) ? part : entryOf(part), [], width - 2).map((line) => `  ${line}`),
    ]);
}

/** Breaks a text between words into lines of at most `width`, the first after `indent`, the others after `further`. */
function wrapped(text: string, indent: string, width: number, further = indent): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${lines.length === 0 ? indent : further}${word}`);
  }
  return lines;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmptyGroup(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
