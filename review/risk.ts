import type { Value } from "../kubernetes/json";
import { amount } from "../kubernetes/requests";
import type { EnvironmentChanges, FieldChange, ResourceChange } from "./changes";
import { dataHeldBy } from "./data-words";
import { staleValues } from "./stale-values";
import { exchangeOf, restartOf, scalingOf } from "./restarts";

/** The groups of a report, the most dangerous first. A change stands in the first that fits. */
export const risks = [
  "refused",
  "deletes",
  "replaces",
  "restarts",
  "access",
  "network",
  "leaves",
  "updates",
  "creates",
] as const;
/** How a change may hurt. */
export type Risk = (typeof risks)[number];

/** A change with what a reader should know about it. */
export interface ReviewedChange {
  readonly change: ResourceChange;
  /** What data hangs on the resource: "holds the object store's disks". Absent where none does. */
  readonly data?: string;
  /** What it does to running pods. */
  readonly pods?: string;
  /** What becomes of the object where it leaves the stack and stays on the cluster. */
  readonly leaves?: string;
  /** Why the engine refuses it, and the way to do it deliberately; for protected resources only. */
  readonly refusal?: Refusal;
  /** The fields that need a new object; empty unless it is replaced. */
  readonly forcedBy: readonly FieldChange[];
}

/** Why the engine refuses a change, and the way to do it deliberately. */
export interface Refusal {
  /** "would be deleted, and holds the object store's disks". */
  readonly reason: string;
  /** The command that lifts the protection. */
  readonly command: string;
}

/** The changes of an environment by risk; a risk that no change runs has an empty list. */
export type ReviewedChanges = Readonly<Record<Risk, readonly ReviewedChange[]>>;

/** Sorts the changes of an environment by risk, each into one group, in the order of the program within it. */
export function reviewChanges(all: EnvironmentChanges): ReviewedChanges {
  const reviewed = all.changes.map((change) => ({ risk: riskOf(change), reviewed: reviewChange(change, all) }));
  const group = (risk: Risk) => reviewed.filter((one) => one.risk === risk).map((one) => one.reviewed);
  return Object.fromEntries(risks.map((risk) => [risk, group(risk)])) as unknown as ReviewedChanges;
}

/** The changes that the engine refuses, with their reasons; empty for an environment that may be updated as it is. */
export function refusedChanges(all: EnvironmentChanges): readonly ReviewedChange[] {
  return reviewChanges(all).refused;
}

function riskOf(change: ResourceChange): Risk {
  const { action } = change;
  if (change.protected && (action === "delete" || action === "replace")) return "refused";
  if (action === "delete") return change.retained ? "leaves" : "deletes";
  if (action === "create") return "creates";
  // A Job that is replaced loses nothing: it runs once more.
  if (restartOf(change) !== undefined) return "restarts";
  if (action === "replace") return "replaces";
  const kind = change.after?.kind ?? "";
  const beyondMetadata = change.fields.some(({ path }) => !path.startsWith("metadata"));
  if (beyondMetadata && /^(Cluster)?Role(Binding)?$/.test(kind)) return "access";
  if (beyondMetadata && kind === "NetworkPolicy") return "network";
  return "updates";
}

function reviewChange(change: ResourceChange, all: EnvironmentChanges): ReviewedChange {
  const { environment, before, after } = all;
  const objects = change.action === "create" ? after : before;
  const held = dataHeldBy({ type: change.type, manifest: change.before ?? change.after }, objects);
  const data = held !== undefined && shrinks(change) ? `${held}; Kubernetes refuses to make it smaller` : held;
  const refused = riskOf(change) === "refused";
  return {
    change,
    data,
    leaves: change.retained ? "leaves the stack; the object and its data stay on the cluster" : undefined,
    pods: change.retained
      ? undefined
      : (restartOf(change) ?? exchangeOf(change) ?? scalingOf(change) ?? staleValues(change, all)),
    refusal: refused ? refusalOf(change, data, environment) : undefined,
    forcedBy: change.action === "replace" ? change.fields.filter(({ replaces }) => replaces) : [],
  };
}

/** Whether a claim asks for less than it had. A class may also refuse to let it grow, which only the cluster knows. */
function shrinks({ after, fields }: ResourceChange): boolean {
  const size = fields.find(({ path }) => path === "spec.resources.requests.storage");
  return (
    after?.kind === "PersistentVolumeClaim" &&
    size !== undefined &&
    amount(size.after as Value) < amount(size.before as Value)
  );
}

function refusalOf({ action, urn }: ResourceChange, data: string | undefined, environment: string): Refusal {
  return {
    reason: `would be ${action === "delete" ? "deleted" : "replaced by a new one"}, and ${data ?? "is protected"}`,
    command: `pulumi state unprotect '${urn}' --stack ${environment}`,
  };
}
