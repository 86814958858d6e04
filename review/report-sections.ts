import { describeManifest } from "../kubernetes/manifest";
import type { Action, EnvironmentChanges, FieldChange, ResourceChange } from "./changes";
import { accessChange, moves, type ReachChange } from "./access-change";
import { costFigures, type CostFigure } from "./cost-words";
import { fieldKey } from "./field-lines";
import { groupedBy } from "./grouping";
import { networkChange } from "./network-change";
import { countsText, reportCounts, type ReportCounts } from "./report-counts";
import { reviewChanges, risks, type ReviewedChange, type Risk } from "./risk";

/** What both reports tell of one environment. */
export interface EnvironmentReport {
  readonly environment: string;
  readonly counts: ReportCounts;
  /** {@link counts} in one line: "1 refused; 2 replaced; access widened", or "nothing changes". */
  readonly countsLine: string;
  /** Requested CPU, memory and storage first; empty for an environment that nothing changes in. */
  readonly cost: readonly CostFigure[];
  /** The most dangerous first; groups with nothing in them are left out. */
  readonly sections: readonly ReportSection[];
}

/** A part of a report: one group of changes of one environment. */
export interface ReportSection {
  readonly risk: Risk;
  readonly title: string;
  /** How many changes stand in the group. */
  readonly count: number;
  /** Rights and flows that the change as a whole widens or narrows, wherever they come from. */
  readonly reach: ReachChange;
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
  leaves: "Leaves the stack",
  updates: "Other updates",
  creates: "Creates",
};

/** What is said of a group in which Roles or policies change, and nothing follows from it. */
export const withoutEffect: Partial<Readonly<Record<Risk, string>>> = {
  access: "nobody gains or loses a right",
  network: "the same connections pass as before",
};

const unmoved: ReachChange = { widened: [], narrowed: [] };

/** Sorts out what a report tells of an environment. */
export function environmentReport(all: EnvironmentChanges): EnvironmentReport {
  const { environment, before, after } = all;
  const reviewed = reviewChanges(all);
  const reach = { access: accessChange(before, after), network: networkChange(before, after) };
  const reachOf: Partial<Readonly<Record<Risk, ReachChange>>> = reach;
  const sections = risks
    .map((risk) => section(risk, reviewed[risk], reachOf[risk] ?? unmoved))
    .filter((one) => one.count > 0 || moves(one.reach));
  const counts = reportCounts(reviewed);
  const cost = sections.length === 0 ? [] : costFigures(before, after);
  return { environment, counts, countsLine: countsText(counts, reach), cost, sections };
}

function section(risk: Risk, reviewed: readonly ReviewedChange[], reach: ReachChange): ReportSection {
  const dataFirst = [...reviewed].sort(
    (one, other) => Number(other.data !== undefined) - Number(one.data !== undefined),
  );
  const items = dataFirst.map((one) => ({
    sign: signs[one.change.action],
    object: objectText(one.change),
    reviewed: one,
    fields: one.change.action === "update" || one.change.action === "replace" ? one.change.fields : [],
  }));
  const shared = sharedChanges(items);
  const told = new Set(shared.map(({ field }) => fieldKey(field)));
  const own = items
    .map((item) => ({ ...item, fields: item.fields.filter((field) => !told.has(fieldKey(field))) }))
    .filter((item, index) => item.fields.length > 0 || items[index]?.fields.length === 0 || remarkable(item));
  return { risk, title: titles[risk], count: reviewed.length, reach, shared, items: own };
}

/** The object; both of its names where it gets another one. */
function objectText({ object, before, after }: ResourceChange): string {
  if (before === undefined || after === undefined) return object;
  const [was, becomes] = [describeManifest(before), describeManifest(after)];
  return was === becomes ? object : `${was} → ${becomes}`;
}

/** Whether an object has to be named even though all its fields are told of elsewhere. */
function remarkable({ reviewed }: ReportItem): boolean {
  return reviewed.refusal !== undefined || reviewed.data !== undefined || reviewed.pods !== undefined;
}

function sharedChanges(items: readonly ReportItem[]): readonly SharedChange[] {
  const all = items.flatMap(({ object, fields }) => fields.map((field) => ({ object, field })));
  return groupedBy(all, ({ field }) => fieldKey(field))
    .filter((group) => group.length >= sharedFrom)
    .map((group) => ({ field: group[0].field, objects: group.map(({ object }) => object) }));
}
