import type { Action } from "./changes";
import { moves, type ReachChange } from "./access-change";
import { risks, type ReviewedChanges } from "./risk";

/** How much changes in an environment, in the engine's words first. */
export interface ReportCounts {
  /** What `pulumi preview` counts alike, whichever group a change stands in. */
  readonly actions: Readonly<Record<Action, number>>;
  /** Deletions and replacements that the engine refuses; they are in `actions` too. */
  readonly refused: number;
  /** Deletions that leave the object on the cluster; they are in `actions` too. */
  readonly retained: number;
  /** Changes under "Restarts pods"; they are in `actions` too. */
  readonly restarts: number;
}

/** The engine's words, the most dangerous first. */
export const actionWords: Readonly<Record<Action, string>> = {
  delete: "deleted",
  replace: "replaced",
  update: "updated",
  create: "created",
};

/** Counts the changes of an environment. */
export function reportCounts(reviewed: ReviewedChanges): ReportCounts {
  const all = risks.flatMap((risk) => reviewed[risk]).map(({ change }) => change);
  const count = (action: Action) => all.filter((change) => change.action === action).length;
  return {
    actions: { delete: count("delete"), replace: count("replace"), update: count("update"), create: count("create") },
    refused: reviewed.refused.length,
    retained: all.filter(({ retained }) => retained).length,
    restarts: reviewed.restarts.length,
  };
}

/** In one line: "1 refused; 1 deleted, 2 replaced; access widened"; "nothing changes" where nothing does. */
export function countsText(
  { actions, refused, retained, restarts }: ReportCounts,
  reach: Readonly<Record<"access" | "network", ReachChange>>,
): string {
  const done = (Object.entries(actionWords) as [Action, string][])
    .filter(([action]) => actions[action] > 0)
    .map(([action, word]) => {
      const kept = action === "delete" && retained > 0 ? ` (${retained} of them kept on the cluster)` : "";
      return `${actions[action]} ${word}${kept}`;
    });
  const effects = [
    ...(restarts === 0 ? [] : [restarts === 1 ? "1 restarts pods" : `${restarts} restart pods`]),
    ...(["access", "network"] as const).flatMap((risk) => (moves(reach[risk]) ? [`${risk} ${ways(reach[risk])}`] : [])),
  ];
  const parts = [refused === 0 ? "" : `${refused} refused`, done.join(", "), effects.join(", ")];
  return parts.filter((part) => part !== "").join("; ") || "nothing changes";
}

function ways({ widened, narrowed }: ReachChange): string {
  return [...(widened.length > 0 ? ["widened"] : []), ...(narrowed.length > 0 ? ["narrowed"] : [])].join(" and ");
}
