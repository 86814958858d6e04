import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { StepError } from "../console/errors";
import type { Finding } from "./manifest-findings";

/** The one place for exceptions from the tools that check manifests. */
export const exceptionsFile = join(__dirname, "manifest-exceptions.yaml");

const exceptionSchema = z.strictObject({
  tool: z.enum(["kubeconform", "kube-score"]),
  /** As in {@link Finding}. */
  check: z.string().min(1),
  /** `Kind namespace/name`, `*` for any part of a name. */
  objects: z.array(z.string().min(1)).min(1),
  /** What the tool says, or the end of it: `CPU limit is not set`. Without it whatever the check says is excepted. */
  says: z.string().min(1).optional(),
  /** Why what the tool wants is not right here: a whole sentence. */
  reason: z.string().min(20),
});

/** Objects that needn't do as a tool wants, and why. */
export type Exception = Readonly<z.infer<typeof exceptionSchema>>;

/**
 * The exceptions in a file.
 *
 * @throws StepError where one is not whole: each needs tool, check, objects and a reason
 */
export function readExceptions(file: string = exceptionsFile): readonly Exception[] {
  try {
    return z.array(exceptionSchema).parse(parse(readFileSync(file, "utf8")));
  } catch (cause) {
    const faults =
      cause instanceof z.ZodError
        ? cause.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
        : [cause instanceof Error ? cause.message : String(cause)];
    throw new StepError(`${file} can't be used`, {
      lastLines: faults,
      fix: "give each exception a tool, a check, objects and a reason",
      cause,
    });
  }
}

/** Findings, told apart by the exceptions. */
export interface Sorted {
  readonly excepted: readonly Finding[];
  readonly remaining: readonly Finding[];
  /** The objects of exceptions that no finding matches: `kube-score pod-probes: Pod spark/*`. */
  readonly unused: readonly string[];
}

/** Tells excepted findings from those that remain; warnings can be excepted as well. */
export function sortFindings(findings: readonly Finding[], exceptions: readonly Exception[]): Sorted {
  const patterns = exceptions.flatMap(({ tool, check, objects, says = "" }) =>
    objects.map((object) => ({ tool, check, object, says, matches: wildcard(object), used: false })),
  );
  const excepted: Finding[] = [];
  const remaining: Finding[] = [];
  for (const finding of findings) {
    const fitting = patterns.filter(
      ({ tool, check, says, matches }) =>
        tool === finding.tool &&
        check === finding.check &&
        finding.sentence.endsWith(says) &&
        matches.test(finding.object),
    );
    for (const pattern of fitting) pattern.used = true;
    (fitting.length > 0 ? excepted : remaining).push(finding);
  }
  const unused = patterns.filter(({ used }) => !used).map(({ tool, check, object }) => `${tool} ${check}: ${object}`);
  return { excepted, remaining, unused };
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^ /]*")}$`);
}
