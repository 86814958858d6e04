import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { FoundFault } from "./judge";
import { rules } from "./rules";

/** The file of exceptions. */
export const exceptionsFile = "policy/exceptions.yaml";

/** One thing that a rule would refuse and the house allows. */
export interface Exception {
  /** The rule's name. */
  readonly rule: string;
  /** The object, as faults name it, with "*" for any text: `PersistentVolume spark-harp-*`. */
  readonly object: string;
  /** The field, likewise. @default any */
  readonly field?: string;
  /** Environments in which it is needed; "every" for each that happens to have the object. */
  readonly environments: "every" | readonly string[];
  /** Why it is allowed. */
  readonly reason: string;
}

const schema = z.array(
  z.strictObject({
    rule: z.enum(rules.map(({ name }) => name) as [string, ...string[]]),
    object: z.string().min(1),
    field: z.string().min(1).optional(),
    environments: z.union([z.literal("every"), z.array(z.string()).min(1)]),
    reason: z.string().min(20),
  }),
);

/**
 * The exceptions in a text of YAML.
 *
 * @throws Error naming the faulty entry and key.
 */
export function parseExceptions(text: string): readonly Exception[] {
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${exceptionsFile} is faulty: ${lines.join("; ")}`);
}

/** The exceptions of this repository. */
export function houseExceptions(): readonly Exception[] {
  return parseExceptions(readFileSync(join(__dirname, "exceptions.yaml"), "utf8"));
}

/** Whether an exception allows a fault in an environment. */
export function allows(exception: Exception, fault: FoundFault, environment: string): boolean {
  const { rule, object, field = "*", environments } = exception;
  return (
    rule === fault.rule &&
    (environments === "every" || environments.includes(environment)) &&
    matches(object, fault.object) &&
    matches(field, fault.field)
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
