import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { execa } from "execa";
import { parseDocument } from "yaml";
import { projectDirectory } from "../infra/project";
import { StepError } from "../console/errors";
import { runPlan } from "../console/progress";
import { submit } from "../local/submit/submit";
import { jobOutput } from "../local/submit/submit-from-stack";
import { findHostProgram } from "../local/toolchain/search-path";

/** An environment to provision on a cluster that exists. */
export interface ExistingCluster {
  /** A context of the caller's kubeconfig. */
  readonly context: string;
  /** The environment, whose stack file is `Pulumi.<stack>.yaml`. */
  readonly stack: string;
}

/**
 * Provisions an environment on a cluster that exists, with the caller's own Pulumi, backend and kubeconfig, then runs the
 * job that reads no storage. Needs no root and starts nothing on this host.
 *
 * @throws StepError where the context, the stack file or Pulumi is missing, or a step fails
 */
export async function provisionExisting({ context, stack }: ExistingCluster): Promise<void> {
  const pulumi = findHostProgram("pulumi");
  if (pulumi === undefined) {
    throw new StepError("There is no `pulumi` on PATH", { fix: "install Pulumi, then `pulumi login` to a backend" });
  }
  const stackFile = join(projectDirectory, `Pulumi.${stack}.yaml`);
  if (!existsSync(stackFile)) {
    throw new StepError(`There is no stack file Pulumi.${stack}.yaml`, {
      fix: "choose an environment with --stack, or make its file as docs/operations.md shows",
    });
  }
  const run = (...args: string[]) => execa(pulumi, args, { cwd: projectDirectory, reject: false, all: true });
  const folder = mkdtempSync(join(tmpdir(), "hamilton-stack-"));
  const configFile = join(folder, `Pulumi.${stack}.yaml`);
  const lines: string[] = [];
  try {
    await runPlan(
      [
        { title: `Context ${context}`, run: (_, report) => checkContext(context, report) },
        {
          title: `Stack ${stack}`,
          run: async () => {
            if ((await run("stack", "select", stack)).exitCode !== 0) await must(run("stack", "init", stack));
            // The context is the caller's; the committed file stays as it is.
            copyFileSync(stackFile, configFile);
            const document = parseDocument(readFileSync(configFile, "utf8"));
            document.setIn(["config", "hamilton:cluster", "context"], context);
            writeFileSync(configFile, document.toString(), { mode: 0o600 });
          },
        },
        {
          title: "Platform (pulumi up)",
          run: async (_, report) => {
            const up = run(
              "up",
              "--yes",
              "--skip-preview",
              "--non-interactive",
              "--stack",
              stack,
              "--config-file",
              configFile,
            );
            for await (const line of up.iterable({ from: "all" })) if (line.trim() !== "") report(line.trim());
            await must(up);
          },
        },
        {
          title: "Job without_read",
          run: async (_, report) => {
            const status = await submit(
              join(projectDirectory, "workloads", "jobs", "without_read.py"),
              [],
              {
                readOutputs: async () =>
                  JSON.parse(
                    (await must(run("stack", "output", "--json", "--show-secrets", "--stack", stack))).stdout,
                  ) as unknown,
                login: { context },
                onLog: (line) => lines.push(line),
              },
              report,
            );
            if (status !== 0) throw new StepError(`The job ended with ${status}`, { lastLines: lines.slice(-20) });
          },
        },
      ],
      {},
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(jobOutput(lines).join("\n"));
}

async function checkContext(context: string, report: (line: string) => void): Promise<void> {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (!config.getContextObject(context)) {
    const known = config.getContexts().map(({ name }) => name);
    throw new StepError(`Your kubeconfig has no context "${context}"; it has ${known.join(", ") || "none"}`, {
      fix: "choose one of these, or set KUBECONFIG",
    });
  }
  config.setCurrentContext(context);
  try {
    const version = await config.makeApiClient(VersionApi).getCode();
    report(`Kubernetes ${version.gitVersion}`);
  } catch (error) {
    throw new StepError(`The cluster of context "${context}" doesn't answer: ${String(error)}`, {
      fix: `try: kubectl --context ${context} version`,
      cause: error,
    });
  }
}

/** The result of a command that has to succeed. */
async function must<T extends { exitCode?: number; command: string; all?: unknown }>(
  running: PromiseLike<T>,
): Promise<T> {
  const ended = await running;
  if (ended.exitCode === 0) return ended;
  const lines = String(ended.all)
    .split("\n")
    .filter((line) => line.trim() !== "");
  throw new StepError(`A Pulumi command failed`, { command: ended.command, lastLines: lines.slice(-25) });
}
