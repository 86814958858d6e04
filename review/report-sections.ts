import type { Action, EnvironmentChanges, FieldChange } from "./changes";
import { fieldKey } from "./field-lines";
import { reviewChanges, risks, type ReviewedChange, type Risk } from "./risk";

/** A part of a report: one group of changes of one environment. */
export interface ReportSection {
  readonly risk: Risk;
  readonly title: string;
  /** How many changes stand in the group. */
  readonly count: number;
  /** What the group means as a whole: rights and flows that widen or narrow. */
  readonly lines: readonly string[];
  /** Fields that change in the same way on several objects; they are left out of `items`. */
  readonly shared: readonly SharedChange[];
  /** The changes that have something of their own to show. */
  readonly items: readonly ReportItem[];
}

/** A field's change that several objects have in common. */
export interface SharedChange {
  readonly field: FieldChange;
  readonly objects: readonly string[];
}

/** One change as both reports show it. */
export interface ReportItem {
  /** As Pulumi's own preview writes it: `+` new, `~` changed, `±` replaced, `-` deleted. */
  readonly sign: "+" | "~" | "±" | "-";
  readonly object: string;
  readonly reviewed: ReviewedChange;
  /** Fields to show; none for an object that comes or goes as a whole. */
  readonly fields: readonly FieldChange[];
}

/** From how many objects on a change is shown once for all of them. */
const sharedFrom = 3;

const signs: Readonly<Record<Action, ReportItem["sign"]>> = { create: "+", update: "~", replace: "±", delete: "-" };

const titles: Readonly<Record<Risk, string>> = {
  refused: "Refused",
  deletes: "Deletes",
  replaces: "Replaces",
  restarts: "Restarts pods",
  access: "Access",
  network: "Network",
  updates: "Other updates",
  creates: "Creates",
};

/** The parts of an environment's report, the most dangerous first; groups with nothing in them are left out. */
export function reportSections(all: EnvironmentChanges): readonly ReportSection[] {
  const reviewed = reviewChanges(all);
  const lines: Partial<Record<Risk, readonly string[]>> = {};
  return risks
    .map((risk) => section(risk, reviewed[risk], lines[risk] ?? []))
    .filter(({ count, lines: told }) => count > 0 || told.length > 0);
}

/** What happens to an environment in one line: "1 refused, 2 replaced, access widened", or "nothing changes". */
export function countsText(sections: readonly ReportSection[]): string {
  const said = sections.flatMap(({ risk, count }) => (count === 0 ? [] : [counted(risk, count)]));
  return said.length === 0 ? "nothing changes" : said.join(", ");
}

function counted(risk: Risk, count: number): string {
  const words: Readonly<Record<Risk, string>> = {
    refused: "refused",
    deletes: "deleted",
    replaces: "replaced",
    restarts: count === 1 ? "restarts pods" : "restart pods",
    access: "of access",
    network: "of network",
    updates: "updated",
    creates: "created",
  };
  return `${count} ${words[risk]}`;
}

function section(risk: Risk, reviewed: readonly ReviewedChange[], lines: readonly string[]): ReportSection {
  const items = reviewed.map((one) => ({
    sign: signs[one.change.action],
    object: one.change.object,
    reviewed: one,
    fields: one.change.action === "update" || one.change.action === "replace" ? one.change.fields : [],
  }));
  const shared = sharedChanges(items);
  const told = new Set(shared.map(({ field }) => fieldKey(field)));
  const own = items
    .map((item) => ({ ...item, fields: item.fields.filter((field) => !told.has(fieldKey(field))) }))
    .filter((item, index) => item.fields.length > 0 || items[index]?.fields.length === 0 || remarkable(item));
  return { risk, title: titles[risk], count: reviewed.length, lines, shared, items: own };
}

/** Whether an object has to be named even though all its fields are told of elsewhere. */
function remarkable({ reviewed }: ReportItem): boolean {
  return reviewed.refusal !== undefined || reviewed.data !== undefined || reviewed.pods !== undefined;
}

function sharedChanges(items: readonly ReportItem[]): readonly SharedChange[] {
  const byKey = new Map<string, { field: FieldChange; objects: string[] }>();
  for (const { object, fields } of items)
    for (const field of fields) {
      const known = byKey.get(fieldKey(field)) ?? { field, objects: [] };
      known.objects.push(object);
      byKey.set(fieldKey(field), known);
    }
  return [...byKey.values()].filter(({ objects }) => objects.length >= sharedFrom);
}
