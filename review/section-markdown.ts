import { moves } from "./access-change";
import type { FieldChange } from "./changes";
import { fieldText, type FieldLimits, type OneLine } from "./field-lines";
import { codeBlock, inlineCode, plainText } from "./markdown-code";
import { withoutEffect, type ReportItem, type ReportSection, type SharedChange } from "./report-sections";
import { listText } from "./words";

/** How much of a section is shown, from all to its size alone. */
export type Detail = "full" | "short" | "objects" | "left out";

const limits: Readonly<Record<"full" | "short", FieldLimits>> = {
  full: {},
  short: { diffLines: 10, width: 60 },
};

/** Groups that are unfolded from the start. */
const unfolded = ["refused", "deletes", "replaces"];

/** A group of changes as Markdown, folded up unless it is dangerous. */
export function sectionMarkdown(section: ReportSection, detail: Detail): string {
  const { risk, title, count } = section;
  const size = count === 0 ? "" : ` (${count})`;
  if (detail === "left out") return `**${title}**${size}: left out.`;
  const open = unfolded.includes(risk) ? " open" : "";
  const blocks = [reachMarkdown(section), ...bodyOf(section, detail)].filter((block) => block !== "");
  return [`<details${open}><summary><b>${title}</b>${size}</summary>`, ...blocks, "</details>"].join("\n\n");
}

function bodyOf({ shared, items }: ReportSection, detail: "full" | "short" | "objects"): readonly string[] {
  if (detail === "objects") {
    const told = shared.map((change) => `- ${sharedHead(change)}`);
    return [[...told, ...items.map((item) => itemMarkdown({ ...item, fields: [] }, {}))].join("\n")];
  }
  const blocks = [
    ...shared.map((change) => sharedMarkdown(change, limits[detail])),
    ...items.map((item) => itemMarkdown(item, limits[detail])),
  ];
  return [blocks.join("\n")];
}

function reachMarkdown({ risk, reach }: ReportSection): string {
  if (!moves(reach)) return withoutEffect[risk] ?? "";
  return [
    ...reach.widened.map((line) => `- **widened:** ${plainText(line)}`),
    ...reach.narrowed.map((line) => `- narrowed: ${plainText(line)}`),
  ].join("\n");
}

function sharedHead({ objects }: SharedChange): string {
  return `**${objects.length} objects** alike: ${listText(objects.map(inlineCode))}`;
}

function sharedMarkdown(change: SharedChange, limit: FieldLimits): string {
  return [`- ${sharedHead(change)}`, ...fieldMarkdown(change.field, limit)].join("\n");
}

function itemMarkdown({ sign, object, reviewed, fields }: ReportItem, limit: FieldLimits): string {
  const { data, leaves, pods, refusal } = reviewed;
  const told = refusal === undefined ? [...(data === undefined ? [] : [`**data:** ${plainText(data)}`])] : [];
  const said = [
    ...told,
    ...(leaves === undefined ? [] : [leaves]),
    ...(pods === undefined ? [] : [plainText(pods)]),
  ].join("; ");
  const refused =
    refusal === undefined
      ? []
      : [
          `  - ${plainText(refusal.reason)}`,
          "  - to do it deliberately: back up first (docs/operations.md), then",
          indented(codeBlock("sh", [refusal.command])),
        ];
  return [
    `- ${inlineCode(sign)} ${inlineCode(object)}${said === "" ? "" : ` — ${said}`}`,
    ...refused,
    ...fields.flatMap((field) => fieldMarkdown(field, limit)),
  ].join("\n");
}

function fieldMarkdown(field: FieldChange, limit: FieldLimits): readonly string[] {
  const text = fieldText(field, limit);
  const forces = text.replaces ? " (needs a new object)" : "";
  const path = `  - ${inlineCode(text.path)}`;
  if ("values" in text) return [`${path}: ${valuesMarkdown(text)}${forces}`];
  const more = text.leftOut === 0 ? [] : [`    … ${text.leftOut} more lines`];
  return [`${path}${forces}`, indented(codeBlock("diff", text.diff)), ...more];
}

function valuesMarkdown({ values, remark }: OneLine): string {
  const said = values.length > 0 && remark !== undefined ? `(${remark})` : remark;
  return [
    ...(values.length > 0 ? [values.map(inlineCode).join(" → ")] : []),
    ...(said === undefined ? [] : [said]),
  ].join(" ");
}

function indented(block: string): string {
  return block
    .split("\n")
    .map((line) => (line === "" ? line : `    ${line}`))
    .join("\n");
}
