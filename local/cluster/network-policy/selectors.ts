import type { V1LabelSelector } from "@kubernetes/client-node";

/** The labels of a pod or a namespace. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Whether a label selector takes an object with these labels, as Kubernetes defines it: all `matchLabels` and all
 * `matchExpressions` must hold, and a selector without either takes everything.
 *
 * @throws RangeError for an operator that Kubernetes does not know.
 */
export function selects(selector: V1LabelSelector, labels: Labels): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {});
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          // An object without the label is not in the set either.
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          throw new RangeError(`label selector operator ${operator} is none of In, NotIn, Exists, DoesNotExist`);
      }
    })
  );
}
