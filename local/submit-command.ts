import { readStartRecord } from "./record";
import { stackOutputs } from "./pulumi";
import { submit, writeSubmitter, type SubmitOptions } from "./submit/submit";

/** What the command line gives. */
export interface SubmitCommandOptions {
  readonly tokenFile?: string;
  readonly bundle?: string;
  readonly conf?: readonly string[];
  readonly detach?: boolean;
  readonly startTimeout?: number;
}

/** Where outputs and login come from: the embedded cluster, unless a bundle brings its own. */
function source(): Pick<SubmitOptions, "readOutputs" | "login"> {
  const { engine } = readStartRecord();
  return { readOutputs: () => stackOutputs(engine), login: { kubeconfig: engine.kubeconfig } };
}

/** Runs `npm run submit`: ends with the driver's status; Ctrl-C deletes the driver. */
export async function submitCommand(application: string, args: string[], options: SubmitCommandOptions): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  process.exitCode = await submit(
    application,
    args,
    {
      // A bundle holds everything, so it works on a machine that has never seen the embedded cluster.
      ...(options.bundle === undefined ? source() : { readOutputs: () => Promise.resolve({}) }),
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
export async function submitterCommand(directory: string, seconds: number | undefined): Promise<void> {
  await writeSubmitter(directory, seconds, source());
  console.log(
    `${directory} holds what a machine needs to submit: see the README in docs/operations.md, "Submit from outside".`,
  );
}
