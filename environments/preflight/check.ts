import { RunError } from "@pulumi/pulumi";
import { ApiError } from "../../kubernetes/cluster-client";
import type { Manifest } from "../../kubernetes/manifest";
import type { StackConfig } from "../../infra/config";
import { type PreflightCluster, ServerGone } from "./cluster";
import { notChecked, type Row } from "./row";

/** What an environment asks for: its configuration, and the objects that it amounts to. */
export interface Wanted {
  readonly config: StackConfig;
  readonly manifests: readonly Manifest[];
}

/** One check of the preflight: it asks the cluster for facts and has them judged by a pure function. */
export interface Check {
  /** What stands in the table where the check can't be made. */
  readonly title: string;
  readonly run: (cluster: PreflightCluster, wanted: Wanted) => Promise<readonly Row[]>;
}

/** How long a check may take in all, in milliseconds, beside the probe's pods. */
const checkTimeout = 20_000;

/**
 * Runs a check within its time; whatever keeps it from its end becomes a row. Only an interruption is thrown.
 *
 * @param interrupted Ctrl-C and the like.
 */
export async function runCheck(
  { title, run }: Check,
  cluster: PreflightCluster,
  wanted: Wanted,
  interrupted: AbortSignal,
  timeout: number = checkTimeout,
): Promise<readonly Row[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Row[]>((resolve) => {
    timer = setTimeout(
      () => resolve([notChecked(title, `no result within ${timeout / 1000} s`, "try again")]),
      timeout,
    );
  });
  try {
    return await Promise.race([run(cluster, wanted), late]);
  } catch (error) {
    interrupted.throwIfAborted();
    return [notChecked(title, ...reasonOf(error))];
  } finally {
    clearTimeout(timer);
  }
}

/** Why a check couldn't be made, and what to do. */
export function reasonOf(error: unknown): [string, string?] {
  if (error instanceof ServerGone) return [error.message, "run the check again once it answers"];
  if (error instanceof ApiError && (error.code === 401 || error.code === 403))
    return [error.message, "ask whoever administers the cluster, or name a context with more rights by --context"];
  if (error instanceof ApiError || error instanceof RunError) return [error.message];
  throw error;
}
