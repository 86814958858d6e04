import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { submitFiles } from "../../components/spark/submitter";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { checkSettings, locateApplication, runName } from "./application";
import { readToken, requireBundle, submitterOutputs, writeBundle } from "./bundle";
import { DriverApi } from "./driver-api";
import { driverState } from "./driver-state";
import { exitTraceFilter } from "./log-filter";
import { driverPodName, runSparkSubmit } from "./spark-submit";
import { mintToken, type OperatorLogin } from "./token";

/** How a job is submitted. */
export interface SubmitOptions {
  /** Reads the outputs of the stack, secrets in the clear; not called where `bundle` is given. */
  readonly readOutputs: () => Promise<unknown>;
  /** Whose login mints the token. @default the caller's kubeconfig */
  readonly login?: OperatorLogin;
  /** A file with a token to use instead of a new one. */
  readonly tokenFile?: string;
  /** A folder that `npm run submitter` wrote, to use instead of the stack's outputs. */
  readonly bundle?: string;
  /** Further Spark settings for this job, `spark.NAME=VALUE`. @default none */
  readonly settings?: readonly string[];
  /** Returns once the driver's pod is made, without following it. @default false */
  readonly detach?: boolean;
  /** How long the driver may wait for its start, in seconds. @default 300 */
  readonly startTimeoutSeconds?: number;
  /** Takes each line of the driver's log. @default standard output */
  readonly onLog?: (line: string) => void;
  /** Deletes the driver, and so its executors, when it is aborted. */
  readonly signal?: AbortSignal;
}

/** The exit code of a submission that was broken off: what a shell gives for Ctrl-C. */
export const interruptedExitCode = 130;

/**
 * Submits a job from outside the cluster, in cluster mode, with the submitter's identity, and follows its driver.
 *
 * @param application a file of this machine, or a URL that the driver can read
 * @param args the application's own arguments
 * @returns the driver's exit code; 0 with `detach`
 * @throws StepError where the job can't be submitted or its driver can't start; nothing of it is left running then
 */
export async function submit(
  application: string,
  args: readonly string[],
  options: SubmitOptions,
  report: Report,
): Promise<number> {
  const located = locateApplication(application);
  const settings = options.settings ?? [];
  checkSettings(settings);
  const temporary = mkdtempSync(join(tmpdir(), "hamilton-submit-"));
  try {
    const bundle = options.bundle === undefined ? temporary : resolve(options.bundle);
    await prepareBundle(bundle, options, report);
    const kubeconfig = readFileSync(join(bundle, submitFiles.kubeconfig), "utf8");
    const token = readToken(options.tokenFile ?? join(bundle, submitFiles.token));
    const api = new DriverApi(kubeconfig, token, namespaceOf(kubeconfig));
    await api.check(options.tokenFile === undefined ? "" : ` in ${options.tokenFile}`);

    const name = runName(application, randomBytes(4).toString("hex"));
    const driver = driverPodName(name);
    report(`submitting ${application} as ${name}`);
    try {
      await runSparkSubmit({ bundle, name, application: located, args, settings }, report, options.signal);
      if (options.signal?.aborted) return await interrupt(api, driver, report);
      report(`driver ${driver}`);
      if (options.detach) return 0;
      return await followDriver(api, driver, options, report);
    } catch (error) {
      // A failed submission may have got as far as the driver's pod.
      await api.remove(driver).catch(() => undefined);
      throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Writes a folder with which a machine that has neither this project nor a login can submit until its token expires.
 *
 * @param seconds the token's life. @default the stack's `spark.tokenDuration`
 * @throws StepError where the stack has no such output, or the API server refuses
 */
export async function writeSubmitter(
  directory: string,
  seconds: number | undefined,
  options: Pick<SubmitOptions, "readOutputs" | "login">,
): Promise<void> {
  const outputs = submitterOutputs(await options.readOutputs());
  writeBundle(directory, outputs, await mintToken(outputs, seconds ?? outputs.tokenSeconds, options.login ?? {}));
}

async function prepareBundle(bundle: string, options: SubmitOptions, report: Report): Promise<void> {
  if (options.bundle !== undefined) {
    requireBundle(bundle);
    if (options.tokenFile !== undefined) {
      throw new StepError("--token-file and --bundle can't be given together: a bundle has a token of its own");
    }
    return;
  }
  const outputs = submitterOutputs(await options.readOutputs());
  if (options.tokenFile !== undefined) return writeBundle(bundle, outputs, readToken(options.tokenFile));
  report(`asking for a login as ${outputs.namespace}/${outputs.serviceAccount} for ${outputs.tokenSeconds} s`);
  writeBundle(bundle, outputs, await mintToken(outputs, outputs.tokenSeconds, options.login ?? {}));
}

/** The namespace of the one context of the submitter's kubeconfig. */
function namespaceOf(kubeconfig: string): string {
  const { contexts } = parse(kubeconfig) as { contexts: { context: { namespace: string } }[] };
  return contexts[0]?.context.namespace ?? "default";
}

async function followDriver(api: DriverApi, driver: string, options: SubmitOptions, report: Report): Promise<number> {
  const { onLog = (line: string) => console.log(line), signal, startTimeoutSeconds = 300 } = options;
  const keep = exitTraceFilter();
  const onLine = (line: string) => {
    if (keep(line)) onLog(line);
  };
  const deadline = Date.now() + startTimeoutSeconds * 1000;
  const aborted = new Promise<"aborted">((resolve) => signal?.addEventListener("abort", () => resolve("aborted")));
  let lastStamp = "";
  let told = "";
  let logRead = false;
  for (;;) {
    if (signal?.aborted) return interrupt(api, driver, report);
    const pod = await api.pod(driver);
    if (pod === undefined) throw new StepError(`The driver ${driver} was deleted while it ran`);
    const state = driverState(pod);
    if (state.kind === "ended" && logRead) {
      if (state.reason !== undefined) throw new StepError(`The driver ${driver} failed: ${state.reason}`);
      report(`driver ${driver} ended with exit code ${state.exitCode}`);
      return state.exitCode;
    }
    if (state.kind === "stuck")
      throw new StepError(`The driver ${driver} can't start: ${state.reason}`, { fix: state.fix });
    if (state.kind === "waiting") {
      if (state.obstacle !== undefined && state.obstacle !== told) report((told = state.obstacle));
      if (Date.now() > deadline) {
        throw new StepError(
          `The driver ${driver} did not start within ${startTimeoutSeconds} s: ${told || "no reason is known"}`,
          {
            fix: "ask for less (--conf spark.driver.memory=…), wait for other jobs to end, or give the cluster more nodes",
          },
        );
      }
      await Promise.race([sleep(500), aborted]);
      continue;
    }
    // Running, or ended with its log not read to the end yet.
    const ended = state.kind === "ended";
    const followed = await Promise.race([api.follow(driver, lastStamp, onLine).catch(() => undefined), aborted]);
    if (followed === "aborted") continue;
    if (followed !== undefined) lastStamp = followed;
    if (ended) logRead = true;
    else await sleep(300);
  }
}

async function interrupt(api: DriverApi, driver: string, report: Report): Promise<number> {
  report(`deleting ${driver} and its executors`);
  await api.remove(driver);
  return interruptedExitCode;
}
