import { isRecord, type Value } from "./values";

/** The way to a value inside an object: keys and list indexes. */
export type Path = readonly (string | number)[];

/** One property that differs between what was asked for last time and what is asked for now. */
export interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
}

/** A path as Pulumi writes it, e.g. `spec.ports[0].name` or `metadata.labels["app.kubernetes.io/name"]`. */
export function pathText(path: Path): string {
  const parts = path.map((key) =>
    typeof key === "number" ? `[${key}]` : /^\w[\w-]*$/.test(key) ? `.${key}` : `["${key}"]`,
  );
  return parts.join("").replace(/^\./, "");
}

const SCALE: Record<string, number> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
const FRACTION: Record<string, number> = { m: 1e3, u: 1e6, n: 1e9 };

/** The number that a Kubernetes quantity (`100m`, `1.5Gi`, `1e3`, 2) stands for; undefined for any other text. */
export function quantity(value: Value | undefined): number | undefined {
  const match = /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([numkKMGTPE]?)(i?)$/.exec(String(value as string | number));
  if (!match) return undefined;
  const [number, suffix, binary] = [Number(match[1]), match[2] ?? "", match[3]];
  if (binary) return number * 1024 ** "KMGTPE".indexOf(suffix.toUpperCase()) * 1024;
  return number * (SCALE[suffix] ?? 1 / FRACTION[suffix]!);
}

const QUANTITIES =
  /(^|\.)(requests|limits|capacity|hard|max|min|default|defaultRequest|overhead)\.[^.]+$|\.(sizeLimit|divisor)$/;

/** True when two values mean the same: equal, or equal as quantities where the path is one of a quantity. */
export function same(left: Value | undefined, right: Value | undefined, path: Path = []): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => same(item, right[index], [...path, index]));
  if (isRecord(left) && isRecord(right))
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
      same(left[key], right[key], [...path, key]),
    );
  if (!QUANTITIES.test(path.join(".")) || path[0] === "data") return false;
  const number = quantity(left);
  return number !== undefined && Math.abs(number - (quantity(right) ?? NaN)) <= Math.abs(number) * 1e-12;
}

/**
 * What changed from the old inputs to the new ones, down to single properties.
 *
 * @param imported the old inputs are all that the server holds, not what a program asked for: what the program leaves
 *   out is then no change, since applying doesn't touch it.
 */
export function changes(
  before: Value | undefined,
  after: Value | undefined,
  imported: boolean,
  path: Path = [],
): Change[] {
  if (same(before, after, path)) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (after === undefined) return imported ? [] : [{ path, kind: "delete" }];
  const keys =
    isRecord(before) && isRecord(after)
      ? [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
      : Array.isArray(before) && Array.isArray(after)
        ? [...Array(Math.max(before.length, after.length)).keys()]
        : undefined;
  if (!keys) return [{ path, kind: "update" }];
  const inner = (value: Value, key: string | number) => (value as Record<string | number, Value>)[key];
  return keys.flatMap((key) => changes(inner(before, key), inner(after, key), imported, [...path, key]));
}

// Maps that belong to the program alone: a key added by hand there is drift. Elsewhere controllers add keys of theirs.
const OWNED_MAPS = new Set(["data", "binaryData", "metadata.labels", "spec.hard"]);

/**
 * The inputs as a refresh should keep them: the program's spelling wherever the server still holds what was last seen,
 * the live value where someone changed it.
 *
 * @param seen the same part of the object as the last operation left it.
 * @returns undefined where the server no longer has what the program asked for.
 */
export function drifted(
  input: Value,
  seen: Value | undefined,
  live: Value | undefined,
  path: Path = [],
): Value | undefined {
  if (live === undefined) return seen === undefined ? input : undefined;
  if (same(seen, live, path) || same(input, live, path)) return input;
  if (Array.isArray(input) && Array.isArray(live)) {
    const before = Array.isArray(seen) ? seen : [];
    const kept = live.slice(0, input.length);
    const items = kept.map((item, index) => drifted(input[index]!, before[index], item, [...path, index]) ?? item);
    return [...items, ...live.slice(Math.max(input.length, before.length))];
  }
  if (!isRecord(input) || !isRecord(live)) return live;
  const before = isRecord(seen) ? seen : {};
  const added = OWNED_MAPS.has(path.join("."))
    ? Object.keys(live).filter((key) => !(key in input) && !(key in before))
    : [];
  return Object.fromEntries([
    ...Object.entries(input).flatMap(([key, value]) => {
      const kept = drifted(value, before[key], live[key], [...path, key]);
      return kept === undefined ? [] : [[key, kept] as const];
    }),
    ...added.map((key) => [key, live[key]!] as const),
  ]);
}
