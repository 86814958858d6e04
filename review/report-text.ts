import { styleText } from "node:util";
import type { EnvironmentChanges, FieldChange } from "./changes";
import { moves, type ReachChange } from "./access-change";
import { fieldText, type OneLine } from "./field-lines";
import { figureText } from "./cost-words";
import {
  environmentReport,
  withoutEffect,
  type ReportItem,
  type ReportSection,
  type SharedChange,
} from "./report-sections";
import type { Risk } from "./risk";
import { listText } from "./words";

type Format = Parameters<typeof styleText>[0];
type Paint = (format: Format, text: string) => string;

const formats: Readonly<Record<Risk, Format>> = {
  refused: ["bold", "red"],
  deletes: ["bold", "red"],
  replaces: ["bold", "yellow"],
  restarts: ["bold", "yellow"],
  access: ["bold", "magenta"],
  network: ["bold", "magenta"],
  leaves: "bold",
  updates: "bold",
  creates: ["bold", "green"],
};

const signFormats = { "+": "green", "~": "yellow", "±": "yellow", "-": "red" } as const;

/**
 * What a change does to each environment, for a terminal: a line of counts, then the groups by risk, object by object,
 * field by field. Ends with a newline.
 *
 * @param options.colour whether to colour it. @default false
 */
export function reportText(all: readonly EnvironmentChanges[], { colour = false }: { colour?: boolean } = {}): string {
  const paint: Paint = (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text);
  return `${all.map((one) => environmentText(one, paint).join("\n")).join("\n\n")}\n`;
}

function environmentText(all: EnvironmentChanges, paint: Paint): readonly string[] {
  const { environment, countsLine, cost, sections } = environmentReport(all);
  const head = `${paint("bold", environment)}: ${countsLine}`;
  const asked = cost.length === 0 ? [] : [`  requested: ${cost.map(figureText).join(", ")}`];
  return [head, ...asked, ...sections.flatMap((section) => ["", ...sectionText(section, paint)])];
}

function sectionText({ risk, title, reach, shared, items }: ReportSection, paint: Paint): readonly string[] {
  return [
    `  ${paint(formats[risk], title)}`,
    ...reachText(risk, reach, paint),
    ...shared.flatMap((change) => sharedText(change, paint)),
    ...items.flatMap((item) => itemText(item, paint)),
  ];
}

function reachText(risk: Risk, reach: ReachChange, paint: Paint): readonly string[] {
  if (!moves(reach)) return withoutEffect[risk] === undefined ? [] : [`    ${withoutEffect[risk]}`];
  return [
    ...reach.widened.map((line) => `    ${paint("red", "widened:")} ${line}`),
    ...reach.narrowed.map((line) => `    ${paint("green", "narrowed:")} ${line}`),
  ];
}

function sharedText({ field, objects }: SharedChange, paint: Paint): readonly string[] {
  return [`    ${paint("yellow", "~")} ${objects.length} objects: ${listText(objects)}`, ...fieldLines(field, paint)];
}

function itemText({ sign, object, reviewed, fields }: ReportItem, paint: Paint): readonly string[] {
  const { data, leaves, pods, refusal } = reviewed;
  const notes = [
    ...(refusal === undefined ? (data === undefined ? [] : [paint("red", `data: ${data}`)]) : []),
    ...(refusal === undefined
      ? []
      : [
          paint("red", refusal.reason),
          "to do it deliberately: back up first (docs/operations.md), then",
          `  ${refusal.command}`,
        ]),
    ...(leaves === undefined ? [] : [leaves]),
    ...(pods === undefined ? [] : [`pods: ${pods}`]),
  ];
  return [
    `    ${paint(signFormats[sign], sign)} ${paint("bold", object)}`,
    ...notes.map((note) => `      ${note}`),
    ...fields.flatMap((field) => fieldLines(field, paint)),
  ];
}

function fieldLines(field: FieldChange, paint: Paint): readonly string[] {
  const text = fieldText(field);
  const forces = text.replaces ? paint("yellow", " (needs a new object)") : "";
  if ("values" in text) return [`      ${text.path}: ${valuesText(text)}${forces}`];
  return [
    `      ${text.path}:${forces}`,
    ...text.diff.map((line) => `        ${diffLine(line, paint)}`),
    ...(text.leftOut === 0 ? [] : [`        … ${text.leftOut} more lines`]),
  ];
}

function valuesText({ values, remark }: OneLine): string {
  const said = values.length > 0 && remark !== undefined ? `(${remark})` : remark;
  return [...(values.length > 0 ? [values.join(" → ")] : []), ...(said === undefined ? [] : [said])].join(" ");
}

function diffLine(line: string, paint: Paint): string {
  const format = { "+": "green", "-": "red", "@": "cyan" }[line[0] ?? ""] as Format | undefined;
  return format === undefined ? line : paint(format, line);
}
