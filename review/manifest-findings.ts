import { z } from "zod";
import { describeManifest } from "../kubernetes/manifest";

/** The tools that check manifests. */
export type CheckingTool = "kubeconform" | "kube-score";

/** One thing that a tool says of an object. */
export interface Finding {
  readonly tool: CheckingTool;
  /** kube-score's own id, `pod-probes`; for kubeconform `invalid`, or `unchecked` where it has no schema. */
  readonly check: string;
  /** As people name it: `NetworkPolicy spark/default-deny`. */
  readonly object: string;
  /** `error` and `critical` fail the check, `warning` is shown. */
  readonly severity: "error" | "critical" | "warning";
  readonly sentence: string;
}

/** What a tool looked at, and what it found. */
export interface Report {
  readonly tool: CheckingTool;
  /** How many objects it looked at. */
  readonly objects: number;
  readonly findings: readonly Finding[];
}

const kubeconformSchema = z.object({
  resources: z.array(
    z.object({
      filename: z.string(),
      kind: z.string(),
      name: z.string(),
      status: z.enum(["statusValid", "statusInvalid", "statusError", "statusSkipped", "statusEmpty"]),
      msg: z.string(),
      validationErrors: z.array(z.object({ path: z.string(), msg: z.string() })).nullish(),
    }),
  ),
});

/**
 * What `kubeconform -verbose -output json` says. Anything but a valid object is a finding, also one that it skipped.
 *
 * @param objectIn the object in a file that kubeconform was given
 * @throws ZodError for another format, such as that of another version
 */
export function kubeconformReport(output: string, objectIn: (file: string) => string): Report {
  const { resources } = kubeconformSchema.parse(JSON.parse(output));
  const findings = resources.flatMap(({ filename, status, msg, validationErrors }): Finding[] => {
    if (status === "statusValid") return [];
    const details = (validationErrors ?? []).map(({ path, msg: sentence }) => `${path}: ${sentence}`).join("; ");
    const check = status === "statusInvalid" ? "invalid" : "unchecked";
    const sentence = details || msg || "was not looked at";
    return [{ tool: "kubeconform", check, object: objectIn(filename), severity: "error", sentence }];
  });
  return { tool: "kubeconform", objects: resources.length, findings };
}

/** kube-score's grades that are worse than "almost fine". */
const severities: Readonly<Record<number, Finding["severity"]>> = { 1: "critical", 5: "warning" };

const kubeScoreSchema = z.array(
  z.object({
    type_meta: z.object({ apiVersion: z.string(), kind: z.string() }),
    object_meta: z.object({ name: z.string(), namespace: z.string().optional() }),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string(), name: z.string() }),
        grade: z.union([z.literal(0), z.literal(1), z.literal(5), z.literal(7), z.literal(10)]),
        skipped: z.boolean(),
        comments: z.array(z.object({ path: z.string(), summary: z.string() })).nullable(),
      }),
    ),
  }),
);

/**
 * What `kube-score score --output-format json` says: a finding for each of its comments.
 *
 * @throws ZodError for another format, such as that of another version
 */
export function kubeScoreReport(output: string): Report {
  const objects = kubeScoreSchema.parse(JSON.parse(output));
  const findings = objects.flatMap(({ type_meta: { apiVersion, kind }, object_meta: metadata, checks }) =>
    checks.flatMap(({ check, grade, skipped, comments }): Finding[] => {
      const severity = severities[grade];
      if (skipped || severity === undefined) return [];
      const said = (comments ?? []).map(({ path, summary }) => (path === "" ? summary : `${path}: ${summary}`));
      const object = describeManifest({ apiVersion, kind, metadata });
      const finding = { tool: "kube-score", check: check.id, object, severity } as const;
      return (said.length > 0 ? said : [check.name]).map((sentence) => ({ ...finding, sentence }));
    }),
  );
  return { tool: "kube-score", objects: objects.length, findings: [...findings].sort(byObject) };
}

function byObject(a: Finding, b: Finding): number {
  const key = ({ object, check, sentence }: Finding) => [object, check, sentence].join("\u0000");
  return key(a) < key(b) ? -1 : 1;
}
