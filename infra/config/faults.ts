import { closest, distance } from "fastest-levenshtein";
import { RunError } from "@pulumi/pulumi";
import type { z } from "zod";

/** One thing that is wrong in a stack file. */
export interface ConfigFault {
  /** The full key: `hamilton:spark.driver.memory`. */
  readonly key: string;
  /** What is wrong and what would be right, the rest of the sentence: `is 80; expected a port from 30000 to 32767`. */
  readonly sentence: string;
}

/**
 * A stack file that can't be used. The message holds every fault, one a line, each with the file and the key. As a
 * RunError it is shown without a stack: the faults are the user's to mend.
 */
export class ConfigError extends RunError {
  constructor(
    readonly fileName: string,
    readonly faults: readonly ConfigFault[],
  ) {
    super(faults.map((fault) => `${fileName}: ${fault.key} ${fault.sentence}.`).join("\n"));
    this.name = "ConfigError";
  }
}

/**
 * A fault about a value. Never give a secret as `got`. What somebody may have pasted a secret into isn't shown: the user
 * part of a URL, a text where a group of keys belongs, groups as a whole.
 */
export function valueFault(key: string, got: unknown, expected: string): ConfigFault {
  const state = got === undefined ? "is missing" : `is ${shown(got, expected)}`;
  return { key, sentence: `${state}; expected ${expected}` };
}

function shown(got: unknown, expected: string): string {
  if (typeof got === "string" && expected === typeNames.object) return "a text";
  const parts: readonly unknown[] = Array.isArray(got) ? got : [got];
  if (parts.some((part) => typeof part === "object" && part !== null))
    return Array.isArray(got) ? "a list of groups" : "a group of keys";
  return JSON.stringify(got).replace(/\/\/[^\s"]*@/g, "//…@");
}

/** A fault about a key that nobody reads, with the nearest of those that are read. */
export function unknownKeyFault(key: string, name: string, known: readonly string[]): ConfigFault {
  const near = nearest(name, known);
  const hint =
    near === undefined
      ? `known are: ${[...known].sort().join(", ") || "none"}`
      : `the nearest that is known is "${near}"`;
  return { key, sentence: `is unknown; ${hint}` };
}

/** The known name that `name` is most likely meant to be; nothing if none is near (half its letters or more differ). */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(name.toLowerCase(), known);
  return distance(name.toLowerCase(), best.toLowerCase()) <= Math.max(1, Math.floor(name.length / 2))
    ? best
    : undefined;
}

/** A key path as a stack file's reader writes it: `hamilton:spark.submitters.groups[0]`. */
export function keyPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (key, part) => (typeof part === "number" ? `${key}[${part}]` : `${key}.${String(part)}`),
    root,
  );
}

const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a group of keys",
  record: "a group of keys",
  string: "a text",
};

/**
 * What would be right, for the faults whose schema doesn't say so itself. It is given to zod as the error map of a
 * parse, so that a message is always the end of the sentence "expected …".
 */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return Array.isArray(issue.options) ? oneOf(issue.options as unknown[]) : "another form";
    case "too_small":
      return issue.origin === "array"
        ? `at least ${Number(issue.minimum)} entries`
        : `${Number(issue.minimum)} or more`;
    case "too_big":
      return `${Number(issue.maximum)} or less`;
    default:
      return "another value";
  }
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.map((v) => JSON.stringify(v)).join(", ")}`;
}

/** The parameter of an issue whose value must not be shown: somebody may have written the secret itself there. */
export const hidden = "hidden";

/** The faults behind one zod issue found under the key `root`; `knownKeys` lists the keys allowed at a path. */
export function faultsOf(
  root: string,
  issue: z.core.$ZodIssue,
  knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): readonly ConfigFault[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((name) => unknownKeyFault(keyPath(root, [...issue.path, name]), name, knownKeys(issue.path)));
  if (issue.code === "invalid_key")
    return [
      { key: keyPath(root, issue.path), sentence: `has a wrong name; expected ${issue.issues[0]?.message ?? ""}` },
    ];
  const key = keyPath(root, issue.path);
  if (issue.code === "custom" && issue.params?.[hidden] === true)
    return [{ key, sentence: `names no secret; expected ${issue.message}` }];
  // The input of a choice is the whole group; what is wrong with it is the key that chooses.
  const chooser = issue.code === "invalid_union" ? issue.discriminator : undefined;
  const got = chooser === undefined ? issue.input : (issue.input as Record<string, unknown> | undefined)?.[chooser];
  return [valueFault(key, got, issue.message)];
}
