import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { submitFiles } from "../../components/spark/submitter";
import { StepError } from "../../console/errors";

/** The file of a bundle that sets the submitter's keys to the object store, for a shell to read. */
export const credentialsFile = "credentials.env";

const submitterSchema = z.object({
  namespace: z.string().min(1),
  serviceAccount: z.string().min(1),
  kubeconfig: z.string().min(1),
  sparkDefaults: z.string().min(1),
  driverPodTemplate: z.string().min(1),
  executorPodTemplate: z.string().min(1),
  command: z.string().min(1),
  tokenSeconds: z.number().int().positive(),
  accessKey: z.string().min(1),
  secretKey: z.string().min(1),
});

/** The stack output `submitter`: everything that submitting from outside needs but a token. */
export type SubmitterOutputs = z.infer<typeof submitterSchema>;

/**
 * The submitter among the outputs of a stack.
 *
 * @throws StepError where it isn't there or lacks a part; no value is shown, since some are secret
 */
export function submitterOutputs(outputs: unknown): SubmitterOutputs {
  const parsed = z.object({ submitter: submitterSchema }).safeParse(outputs);
  if (parsed.success) return parsed.data.submitter;
  const places = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", ");
  throw new StepError(`The stack's outputs don't say how to submit jobs: ${places} is missing or malformed`, {
    fix: "bring the platform up with this version of the project: `npm start`, or `pulumi up` on your stack",
  });
}

/** The files of a folder for submitting, by name. Whoever has them may submit until the token expires. */
export function bundleFiles(outputs: SubmitterOutputs, token: string): Readonly<Record<string, string>> {
  return {
    [submitFiles.kubeconfig]: outputs.kubeconfig,
    [submitFiles.token]: token,
    [submitFiles.sparkDefaults]: outputs.sparkDefaults,
    [submitFiles.driverPodTemplate]: outputs.driverPodTemplate,
    [submitFiles.executorPodTemplate]: outputs.executorPodTemplate,
    [credentialsFile]: credentialsText({ accessKey: outputs.accessKey, secretKey: outputs.secretKey }),
    "submit.sh": `#!/bin/sh\n# Run in this folder: sh submit.sh, with the job in place of JOB.py.\nset -e\n. ./${credentialsFile}\n${outputs.command}\n`,
  };
}

/** Writes the files of {@link bundleFiles}; all are for their owner only. The folder is made where it is missing. */
export function writeBundle(directory: string, outputs: SubmitterOutputs, token: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(bundleFiles(outputs, token))) {
    const file = join(directory, name);
    writeFileSync(file, text, { mode: 0o600 });
    // The mode above counts only for a file that is new.
    chmodSync(file, 0o600);
  }
}

/** The keys to the object store, as a shell sets them. */
export interface StoreKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The text of {@link credentialsFile}. */
export function credentialsText({ accessKey, secretKey }: StoreKeys): string {
  const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  return `export AWS_ACCESS_KEY_ID=${quoted(accessKey)}\nexport AWS_SECRET_ACCESS_KEY=${quoted(secretKey)}\n`;
}

/** What {@link credentialsText} wrote, as environment variables. */
export function readCredentials(text: string): Record<string, string> {
  const entries = [...text.matchAll(/^export (\w+)='(.*)'$/gm)];
  return Object.fromEntries(entries.map(([, name = "", value = ""]) => [name, value.replaceAll(`'\\''`, "'")]));
}

/**
 * Makes sure that a folder holds all files of a bundle.
 *
 * @throws StepError naming the files that are missing
 */
export function requireBundle(directory: string): void {
  const missing = [...Object.values(submitFiles), credentialsFile].filter((name) => !existsSync(join(directory, name)));
  if (missing.length > 0) {
    throw new StepError(`${directory} is no folder for submitting: it lacks ${missing.join(", ")}`, {
      fix: `make one with: npm run submitter -- ${directory}`,
    });
  }
}

/**
 * The token in a file.
 *
 * @throws StepError where the file can't be read or is empty
 */
export function readToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new StepError(`The token file ${file} can't be read: ${(error as Error).message}`);
  }
  if (token === "") throw new StepError(`The token file ${file} is empty`);
  return token;
}
