import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { projectDirectory } from "../infra/project";
import { StepError } from "../console/errors";
import { stackOutputs } from "../local/stack/engine";
import { localStack } from "../local/stack/stack-file";
import { readStartRecord, wasStarted } from "../local/stack/record";
import { contextName } from "../local/cluster/network";
import { choosePulumi } from "./chosen-pulumi";
import { submit, writeSubmitter, type SubmitOptions } from "../local/submit/submit";

/** What the command line gives. */
export interface SubmitCommandOptions {
  readonly stack: string;
  readonly tokenFile?: string;
  readonly bundle?: string;
  readonly conf?: readonly string[];
  readonly detach?: boolean;
  readonly startTimeout?: number;
}

type Source = Pick<SubmitOptions, "readOutputs" | "login">;

/** Where outputs and login come from: this host's record for the embedded cluster, the caller's own Pulumi otherwise. */
function sourceOf(stack: string): Source {
  if (stack === localStack) {
    const { engine } = readStartRecord();
    return { readOutputs: () => stackOutputs(engine), login: { kubeconfig: engine.kubeconfig } };
  }
  const file = join(projectDirectory, `Pulumi.${stack}.yaml`);
  if (!existsSync(file))
    throw new StepError(`There is no stack file Pulumi.${stack}.yaml`, { fix: "name a stack that has one" });
  const context: unknown = parseDocument(readFileSync(file, "utf8")).getIn(["config", "hamilton:cluster", "context"]);
  return {
    readOutputs: () => ownOutputs(stack),
    login: {
      context: typeof context === "string" ? context : undefined,
      ...(context === contextName && wasStarted() ? { kubeconfig: readStartRecord().engine.kubeconfig } : {}),
    },
  };
}

async function ownOutputs(stack: string): Promise<unknown> {
  const pulumi = choosePulumi();
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const shown = await pulumi.run(args, { cwd: projectDirectory });
  if (shown.exitCode === 0) return JSON.parse(shown.stdout);
  throw new StepError(`The outputs of stack "${stack}" can't be read`, {
    command: `${pulumi.command} ${args.join(" ")}`,
    lastLines: shown.stderr.split("\n").slice(-10),
    fix: "log in to the backend that holds the stack (`pulumi login`), and bring it up with `pulumi up`",
  });
}

/** Runs `npm run submit`: ends with the driver's status; Ctrl-C deletes the driver. */
export async function submitCommand(application: string, args: string[], options: SubmitCommandOptions): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  process.exitCode = await submit(
    application,
    args,
    {
      // A bundle holds everything, so it works on a machine that has never seen a stack.
      ...(options.bundle === undefined ? sourceOf(options.stack) : { readOutputs: () => Promise.resolve({}) }),
      bundle: options.bundle,
      tokenFile: options.tokenFile,
      settings: options.conf,
      detach: options.detach,
      startTimeoutSeconds: options.startTimeout,
      signal: interrupted.signal,
    },
    (line) => console.error(`› ${line}`),
  );
}

/** Runs `npm run submitter`: writes the folder with which another machine can submit. */
export async function submitterCommand(directory: string, stack: string, seconds: number | undefined): Promise<void> {
  await writeSubmitter(directory, seconds, sourceOf(stack));
  console.log(
    `${directory} holds what a machine needs to submit; docs/operations.md, "Submit from outside", shows how.`,
  );
}
