import { markdownTable } from "markdown-table";
import { moves } from "./access-change";
import type { EnvironmentChanges } from "./changes";
import { figureText } from "./cost-words";
import { actionWords } from "./report-counts";
import { environmentReport, type EnvironmentReport, type ReportSection } from "./report-sections";
import { sectionMarkdown, type Detail } from "./section-markdown";
import { inlineCode } from "./markdown-code";
import { risks, type Risk } from "./risk";
import { listText } from "./words";

/** The first line of every report: by it a later run finds its comment and edits it instead of adding one. */
export const reportMarker = "<!-- hamilton review -->";

/** GitHub takes 65536 characters in a comment; a few are left for whoever adds a line around the report. */
export const longestReport = 65_000;

/** The table's columns, the most dangerous first; one that is empty for every environment is left out. */
const columns: readonly { readonly heading: string; readonly cell: (report: EnvironmentReport) => string }[] = [
  { heading: "refused", cell: ({ counts }) => countCell(counts.refused, true) },
  { heading: actionWords.delete, cell: ({ counts }) => countCell(counts.actions.delete, true) },
  { heading: "of them kept", cell: ({ counts }) => countCell(counts.retained) },
  { heading: actionWords.replace, cell: ({ counts }) => countCell(counts.actions.replace, true) },
  { heading: "restart pods", cell: ({ counts }) => countCell(counts.restarts) },
  { heading: "access", cell: (report) => reachCell(report, "access") },
  { heading: "network", cell: (report) => reachCell(report, "network") },
  { heading: actionWords.update, cell: ({ counts }) => countCell(counts.actions.update) },
  { heading: actionWords.create, cell: ({ counts }) => countCell(counts.actions.create) },
];

/** What the last line may grow by when other groups than at first are named in it. */
const footerRoom = 500;

/** A section on its way into the report, in as much detail as there is room for. */
interface Part {
  readonly environment: string;
  readonly section: ReportSection;
  detail: Detail;
  /** Its text in the detail that was settled on. */
  text: string;
}

/**
 * What a change does to each environment, for a comment on a pull request: a table of all environments, then each one's
 * groups by risk, folded up. What would make it longer than {@link longestReport} is left out, the least dangerous
 * first, and counted.
 */
export function reportMarkdown(all: readonly EnvironmentChanges[]): string {
  const reports = all.map(environmentReport);
  const changed = reports.filter(({ sections }) => sections.length > 0);
  const same = reports.filter(({ sections }) => sections.length === 0).map(({ environment }) => environment);
  const head = [
    reportMarker,
    "## What this change does",
    ...(changed.length === 0 ? [] : [summary(changed)]),
    ...(same.length === 0 ? [] : [`Nothing changes in ${listText(same.map(inlineCode))}.`]),
  ].join("\n\n");
  return withinLimit(head, changed);
}

function withinLimit(head: string, reports: readonly EnvironmentReport[]): string {
  const parts = reports.flatMap(({ environment, sections }) =>
    sections.map((section): Part => ({ environment, section, ...rendered(section, "left out") })),
  );
  let length = whole(head, reports, parts).length;
  const byRisk = [...parts].sort((one, other) => risks.indexOf(one.section.risk) - risks.indexOf(other.section.risk));
  for (const part of byRisk) {
    const room = longestReport - footerRoom - length + part.text.length;
    const settled = fullest(part.section, room);
    if (settled === undefined) continue;
    length += settled.text.length - part.text.length;
    Object.assign(part, settled);
  }
  return cut(whole(head, reports, parts));
}

/** A section in the most detail that the room is enough for; nothing if its objects alone are too long. */
function fullest(section: ReportSection, room: number): Pick<Part, "detail" | "text"> | undefined {
  // Names come first: where they don't fit, there is no need to work out thousands of diffs.
  const names = rendered(section, "objects");
  if (names.text.length > room) return undefined;
  for (const detail of ["full", "short"] as const) {
    const more = rendered(section, detail);
    if (more.text.length <= room) return more;
  }
  return names;
}

function rendered(section: ReportSection, detail: Detail): Pick<Part, "detail" | "text"> {
  return { detail, text: sectionMarkdown(section, detail) };
}

function whole(head: string, reports: readonly EnvironmentReport[], parts: readonly Part[]): string {
  const environments = reports.map(({ environment, countsLine, cost }) => {
    const besides = cost.filter(({ always }) => !always).map(figureText);
    const asked = besides.length === 0 ? [] : [`Cost besides: ${listText(besides)}.`];
    const groups = parts.filter((part) => part.environment === environment).map(({ text }) => text);
    return folded(`<b>${environment}</b>: ${countsLine}`, [...asked, ...groups]);
  });
  return `${[head, ...environments, ...footer(parts)].join("\n\n")}\n`;
}

function footer(parts: readonly Part[]): readonly string[] {
  const shortened = parts.filter(({ detail }) => detail !== "full");
  if (shortened.length === 0) return [];
  const names = shortened.map(({ environment, section }) => `${environment}: ${section.title}`);
  return [`Shortened, since a comment takes so much only: ${listText(names)}. \`npm run diff\` shows all of it.`];
}

function folded(title: string, blocks: readonly string[]): string {
  return [`<details><summary>${title}</summary>`, ...blocks, "</details>"].join("\n\n");
}

function summary(reports: readonly EnvironmentReport[]): string {
  const shown = columns.filter(({ cell }) => reports.some((report) => cell(report) !== ""));
  const costs = [
    ...new Set(reports.flatMap(({ cost }) => cost.filter(({ always }) => always).map(({ name }) => name))),
  ];
  const rows = reports.map((report) => [
    `**${report.environment}**`,
    ...shown.map(({ cell }) => cell(report)),
    ...costs.map((name) => {
      const figure = report.cost.find((one) => one.name === name);
      if (figure === undefined) return "";
      return figure.before === figure.after ? figure.after : `${figure.before} → **${figure.after}**`;
    }),
  ]);
  const headings = ["environment", ...shown.map(({ heading }) => heading), ...costs];
  return markdownTable([headings, ...rows]);
}

function countCell(count: number, dangerous = false): string {
  return count === 0 ? "" : dangerous ? `**${count}**` : String(count);
}

function reachCell({ sections }: EnvironmentReport, risk: Risk): string {
  const reach = sections.find((one) => one.risk === risk)?.reach;
  if (reach === undefined || !moves(reach)) return "";
  return reach.widened.length === 0 ? "narrowed" : "**widened**";
}

/** Should the table alone be too long, its end goes. */
function cut(text: string): string {
  if (text.length <= longestReport) return text;
  const kept = text.slice(0, longestReport - 100);
  return `${kept.slice(0, kept.lastIndexOf("\n"))}\n\nThe rest is left out: \`npm run diff\` shows all of it.\n`;
}
