/** A LabelSelector of Kubernetes. An empty one selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

/** One expression of a selector. */
export interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** The labels of a pod or a namespace. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Whether a selector selects an object with these labels: all of `matchLabels` and all of `matchExpressions` must hold.
 *
 * @throws RangeError for an operator that Kubernetes does not know.
 */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => holds(expression, labels))
  );
}

function holds({ key, operator, values = [] }: LabelExpression, labels: Labels): boolean {
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
}

/** What a selector asks for, one text each and sorted: equal selectors give equal lists, however they are spelt. */
export function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly string[] {
  const equals = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return [...new Set([...equals, ...matchExpressions.map(expressionText)])].sort();
}

function expressionText({ key, operator, values = [] }: LabelExpression): string {
  const either = [...values].sort().join(" or ");
  switch (operator) {
    case "In":
      return `${key}=${either}`;
    case "NotIn":
      return `${key} other than ${either}`;
    case "Exists":
      return `label ${key}`;
    default:
      return `no label ${key}`;
  }
}
