import type { Manifest } from "../kubernetes/manifest";
import { rightsBeyond, rightsOf, type Right } from "../kubernetes/rights";
import { groupedBy } from "./grouping";
import { listText } from "./words";

/** What becomes possible and what ends, a sentence each. */
export interface ReachChange {
  readonly widened: readonly string[];
  readonly narrowed: readonly string[];
}

/** Whether anything widens or narrows. */
export function moves({ widened, narrowed }: ReachChange): boolean {
  return widened.length > 0 || narrowed.length > 0;
}

/**
 * What rights a change gives and takes, by subject, and which pods its namespaces admit. Rules that are only worded or
 * split otherwise are no change; a role that the environment doesn't define is named.
 */
export function accessChange(before: readonly Manifest[], after: readonly Manifest[]): ReachChange {
  const [had, has] = [rightsOf(before), rightsOf(after)];
  const admission = admissionChange(before, after);
  return {
    widened: [...rightLines(rightsBeyond(has, had), "may now"), ...admission.widened],
    narrowed: [...rightLines(rightsBeyond(had, has), "may no longer"), ...admission.narrowed],
  };
}

/** Rights as sentences: those of one subject that have their verbs, place and object in common in one. */
function rightLines(rights: readonly Right[], may: string): readonly string[] {
  const byObject = groupedBy(rights, (right) => [holder(right), thing(right), nameOf(right)]);
  const groups = byObject.map((group) => ({ first: group[0], verbs: verbsOf(group), isRole: "role" in group[0] }));
  return groupedBy(groups, ({ first, verbs, isRole }) => [holder(first), nameOf(first), verbs, isRole]).map(
    (sentence) => {
      const [{ first, verbs }] = sentence;
      const things = listText(sentence.map(({ first: right }) => thing(right)));
      const named = nameOf(first) === undefined ? "" : ` "${nameOf(first)}"`;
      const done = "role" in first ? `do whatever ${things} allows` : `${verbs} ${things}${named}`;
      return `${first.subject} ${may} ${done} ${place(first)}`;
    },
  );
}

function verbsOf(group: readonly Right[]): string {
  const verbs = group.flatMap((right) => ("verb" in right ? [right.verb] : []));
  return verbs.includes("*") ? "do anything to" : listText([...new Set(verbs)].sort());
}

function holder({ subject, namespace }: Right): readonly (string | undefined)[] {
  return [subject, namespace];
}

function nameOf(right: Right): string | undefined {
  return "name" in right ? right.name : undefined;
}

function thing(right: Right): string {
  if ("role" in right) return right.role;
  const { group, resource } = right;
  if (resource === "*") {
    if (group === "*") return "every resource";
    return group === "" ? "every resource of the core group" : `every resource of ${group}`;
  }
  if (group === "*") return `${resource} of every API group`;
  return group === "" ? resource : `${resource}.${group}`;
}

function place({ subject, namespace }: Right): string {
  if (namespace !== undefined) return `in namespace ${namespace}`;
  return subject.startsWith("everybody with") ? "wherever they are bound" : "in the whole cluster";
}

/** The levels of Kubernetes' Pod Security Standards, the strictest first. A namespace without the label is open. */
const levels = ["restricted", "baseline", "privileged"];
const enforceLabel = "pod-security.kubernetes.io/enforce";

function admissionChange(before: readonly Manifest[], after: readonly Manifest[]): ReachChange {
  const namespaces = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => kind === "Namespace");
  const changed = namespaces(after).flatMap(({ metadata: { name, labels } }) => {
    const old = namespaces(before).find((one) => one.metadata.name === name);
    if (old === undefined) return [];
    const [had, has] = [levelOf(old.metadata.labels), levelOf(labels)];
    const text = `namespace ${name} admits ${has} pods, until now ${had} ones`;
    return had === has ? [] : [{ wider: levels.indexOf(has) > levels.indexOf(had), text }];
  });
  return {
    widened: changed.filter(({ wider }) => wider).map(({ text }) => text),
    narrowed: changed.filter(({ wider }) => !wider).map(({ text }) => text),
  };
}

function levelOf(labels: Readonly<Record<string, string>> = {}): string {
  return labels[enforceLabel] ?? "privileged";
}
