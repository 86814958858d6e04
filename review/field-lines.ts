import { structuredPatch } from "diff";
import { stringify } from "yaml";
import type { FieldChange } from "./changes";

/** How one field's change is shown: in one line, or as the lines of a unified diff. */
export type FieldText = { readonly path: string; readonly replaces: boolean } & (OneLine | DiffLines);

/** A change that fits on a line. */
export interface OneLine {
  /** What it was and what it becomes, or the one of them that there is; none of a secret. */
  readonly values: readonly string[];
  /** "new", "removed", "secret changes". */
  readonly remark?: string;
}

/** A change of long or multi-line values. */
export interface DiffLines {
  /** Each with its sign: `-old`, `+new`, ` same`, `@@ … @@`. */
  readonly diff: readonly string[];
  /** Lines that are left out. */
  readonly leftOut: number;
}

/** How much of a field is shown. */
export interface FieldLimits {
  /** Lines of a diff. @default 40 */
  readonly diffLines?: number;
  /** Characters of a value on one line, and of a line of a diff. @default 100 */
  readonly width?: number;
}

/** What a masked secret stands as in a rendering, a comparison and a preview of the engine. */
const secretMark = /<secret>|\[secret(?: [0-9a-f]+)?\]/;

/** A field's change as a reader takes it in at once; a secret's as "secret changes", never as a value. */
export function fieldText(field: FieldChange, { diffLines = 40, width = 100 }: FieldLimits = {}): FieldText {
  const { path, before, after, replaces } = field;
  const head = { path, replaces };
  if (isSecretMark(before) || isSecretMark(after)) return { ...head, values: [], remark: secretRemark(field) };
  if (before === undefined && after === undefined)
    return { ...head, values: [], remark: path === "provider" ? "another cluster" : "comes from what is replaced" };
  const [was, becomes] = [shown(before), shown(after)];
  // The same to the eye: secrets inside, or a text that becomes the number or the switch that it spells.
  if (was === becomes)
    return was.includes("<secret>")
      ? { ...head, values: [], remark: "secret changes" }
      : { ...head, values: [JSON.stringify(before), JSON.stringify(after)] };
  if (fits(before, was, width) && fits(after, becomes, width)) {
    if (before === undefined) return { ...head, values: [becomes], remark: "new" };
    if (after === undefined) return { ...head, values: [was], remark: "removed" };
    return { ...head, values: [was, becomes] };
  }
  const lines = diffOf(before, after).map((line) => cut(line, Math.max(width, 100) + 20));
  return { ...head, diff: lines.slice(0, diffLines), leftOut: Math.max(0, lines.length - diffLines) };
}

/** A change's key: equal for fields that change in the same way, whatever the object. */
export function fieldKey({ path, before, after, replaces }: FieldChange): string {
  return JSON.stringify([path, before ?? null, after ?? null, before === undefined, after === undefined, replaces]);
}

/** Whether a value is the mark that stands for a secret. */
export function isSecretMark(value: unknown): boolean {
  return typeof value === "string" && new RegExp(`^(${secretMark.source})$`).test(value);
}

function secretRemark({ before, after }: FieldChange): string {
  if (before === undefined) return "secret is new";
  return after === undefined ? "secret is removed" : "secret changes";
}

function shown(value: unknown): string {
  const text = typeof value === "string" && value !== "" && value.trim() === value ? value : JSON.stringify(value);
  return value === undefined ? "" : withoutMarks(text);
}

/** Marks tell one secret from another; a reader needs to know only that there is one. */
function withoutMarks(text: string): string {
  return text.replaceAll(new RegExp(secretMark.source, "g"), "<secret>");
}

/** Whether a value is shown on one line: it is short, and no text of several lines. */
function fits(value: unknown, text: string, width: number): boolean {
  return text.length <= width && !(typeof value === "string" && value.trimEnd().includes("\n"));
}

function diffOf(before: unknown, after: unknown): string[] {
  const { hunks } = structuredPatch("", "", asText(before), asText(after), undefined, undefined, { context: 2 });
  const alone = hunks.length === 1;
  return hunks.flatMap(({ oldStart, newStart, lines }) => [
    ...(alone ? [] : [`@@ line ${oldStart} → ${newStart} @@`]),
    ...lines.filter((line) => !line.startsWith("\\")),
  ]);
}

/** A value as lines: a text as it is, anything else as YAML, so that a diff shows single fields. */
function asText(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return withoutMarks(text.endsWith("\n") ? text : `${text}\n`);
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width)}… (${line.length - width} more characters)`;
}
