import type { ResourceChange } from "./changes";

/**
 * Marks the deletions that leave the object on the cluster: the engine only forgets a resource whose state says
 * `retainOnDelete`. One in a Namespace that goes is not kept, whatever its state says.
 *
 * @param keeps whether the state that the change starts from says `retainOnDelete` of the resource with this URN.
 */
export function withRetained(
  changes: readonly ResourceChange[],
  keeps: (urn: string) => boolean,
): readonly ResourceChange[] {
  const gone = changes
    .filter(({ action, before, urn }) => action === "delete" && before?.kind === "Namespace" && !keeps(urn))
    .map(({ before }) => before?.metadata.name);
  return changes.map((change) => {
    const { action, urn, before } = change;
    const retained = action === "delete" && keeps(urn) && !gone.includes(before?.metadata.namespace ?? "");
    return { ...change, retained };
  });
}
