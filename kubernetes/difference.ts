import { isRecord, type Value, type Values } from "./json";

/** One property that differs from what was asked for last time, and whether that needs a new object. */
export type Change = { readonly path: Path; readonly kind: "add" | "delete" | "update"; readonly replaces?: boolean };
/** The way to a value inside an object: keys and list indexes. */
export type Path = readonly (string | number)[];

/** A path as Pulumi writes it, e.g. `spec.ports[0].name` or `metadata.labels["app.kubernetes.io/name"]`. */
export function pathText(path: Path): string {
  const step = (key: string | number) =>
    typeof key === "number" ? `[${key}]` : /^\w[\w-]*$/.test(key) ? `.${key}` : `["${key}"]`;
  return path.map(step).join("").replace(/^\./, "");
}

/** The number that a Kubernetes quantity (`100m`, `1.5Gi`, `1e3`, 2) stands for; NaN for anything else. */
export function quantity(value: Value | undefined): number {
  const spelt = typeof value === "object" ? "" : String(value);
  const [, number, suffix = "", binary] =
    /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([numkKMGTPE]?)(i?)$/.exec(spelt) ?? [];
  const power = "num kMGTPE".indexOf(suffix.replace("K", "k") || " ") - 3;
  return Number(number) * (binary ? 1024 : 1000) ** power;
}

// Where values are quantities: there 1000m and 1 are the same, in a ConfigMap they aren't.
const QUANTITIES = /^(?!data\.).*\b(requests|limits|capacity|hard|max|min|default|defaultRequest|sizeLimit|divisor)\b/;

type Container = Record<string | number, Value | undefined>;
const container = (value: Value | undefined) => (typeof value === "object" && value ? (value as Container) : undefined);
const keysOf = (left: Container, right: Container) => {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return Array.isArray(left) ? keys.map(Number).sort((one, other) => one - other) : keys;
};

/** True when two values mean the same: equal, or equal as quantities where the path is one of a quantity. */
export function same(left: Value | undefined, right: Value | undefined, path: Path = []): boolean {
  if (left === right) return true;
  const [one, other] = [container(left), container(right)];
  if (one && other && Array.isArray(one) === Array.isArray(other))
    return keysOf(one, other).every((key) => same(one[key], other[key], [...path, key]));
  const [number, second] = [quantity(left), quantity(right)];
  return QUANTITIES.test(path.join(".")) && Math.abs(number - second) <= Math.abs(number) * 1e-12;
}

/**
 * What changed from the old inputs to the new ones, down to single properties.
 *
 * @param imported the old inputs are all that the server holds: what the program leaves out is then no change, since
 *   applying doesn't touch it.
 */
export function changes(old: Value | undefined, now: Value | undefined, imported = false, path: Path = []): Change[] {
  if (same(old, now, path) || (imported && now === undefined)) return [];
  const [before, after] = [container(old), container(now)];
  if (!before || !after || Array.isArray(before) !== Array.isArray(after))
    return [{ path, kind: old === undefined ? "add" : now === undefined ? "delete" : "update" }];
  return keysOf(before, after).flatMap((key) => changes(before[key], after[key], imported, [...path, key]));
}

/**
 * The inputs as a refresh should keep them: the program's spelling where the server still holds what the last operation
 * left, the live value where someone changed it, undefined where it is gone. What others added is none of the program's.
 */
export function drifted(
  input: Value,
  seen: Value | undefined,
  live: Value | undefined,
  path: Path = [],
): Value | undefined {
  if (live === undefined) return seen === undefined ? input : undefined;
  if (same(seen, live, path) || same(input, live, path)) return input;
  const known = container(seen) ?? {};
  if (Array.isArray(input) && Array.isArray(live)) {
    const kept = live.slice(0, input.length);
    const items = kept.map((item, index) => drifted(input[index]!, known[index], item, [...path, index]) ?? item);
    return [...items, ...live.slice(Math.max(input.length, Object.keys(known).length))];
  }
  if (!isRecord(input) || !isRecord(live)) return live;
  const kept = Object.entries(input).map(([key, value]) => [
    key,
    drifted(value, known[key], live[key], [...path, key]),
  ]);
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as Values;
}
