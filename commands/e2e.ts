import { execa } from "execa";
import { projectDirectory } from "../infra/project";
import { StepError } from "../console/errors";

/** One end-to-end suite. */
interface Suite {
  /** The folder of its test files. */
  readonly path: string;
  /** Whether it works on the running platform, which is brought up first. */
  readonly needsPlatform: boolean;
  /** How many of its files may run at a time. @default 1 */
  readonly workers?: number;
}

/**
 * The end-to-end suites, in the order in which they share the cluster: what disturbs it comes late, and `stop` comes
 * last because it takes the cluster down.
 */
export const suites: Readonly<Record<string, Suite>> = {
  spine: { path: "test/e2e/spine", needsPlatform: true },
  existing: { path: "test/e2e/existing", needsPlatform: true },
  environments: { path: "test/e2e/environments", needsPlatform: true },
  workloads: { path: "test/cluster/workloads", needsPlatform: true },
  // Its files share one notebook's executors.
  jupyter: { path: "test/e2e/jupyter", needsPlatform: true },
  // Each file has stacks and namespaces of its own, and mostly waits.
  plugins: { path: "test/cluster/plugins", needsPlatform: true, workers: 3 },
  faults: { path: "test/e2e/faults", needsPlatform: true },
  cluster: { path: "test/cluster/embedded", needsPlatform: true },
  stop: { path: "test/e2e/stop", needsPlatform: false },
};

/**
 * The suites to run for the names that were asked for: all of them for none.
 *
 * @throws StepError for a name that is no suite
 */
export function chosenSuites(names: readonly string[]): string[] {
  const unknown = names.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    throw new StepError(`No end-to-end suite is called "${unknown.join('", "')}"`, {
      fix: `choose from: ${Object.keys(suites).join(", ")}`,
    });
  }
  return Object.keys(suites).filter((name) => names.length === 0 || names.includes(name));
}

/** Brings the platform up and runs the chosen suites one after another; gives the exit code. */
export async function runSuites(names: readonly string[]): Promise<number> {
  const chosen = chosenSuites(names);
  const inherit = { cwd: projectDirectory, stdio: "inherit", reject: false } as const;
  if (chosen.some((name) => suites[name]?.needsPlatform)) {
    const started = await execa("npm", ["start", "--silent", "--", "--yes", "--no-job"], inherit);
    if (started.exitCode !== 0) return started.exitCode ?? 1;
  }
  for (const name of chosen) {
    console.log(`\n── suite ${name}`);
    const { path, workers = 1 } = suites[name] ?? { path: name };
    const beside = workers > 1 ? ["--fileParallelism", "--maxWorkers", String(workers)] : [];
    const args = ["vitest", "run", "--config", "vitest.e2e.config.mts", ...beside, path];
    const run = await execa("npx", args, inherit);
    if (run.exitCode !== 0) return run.exitCode ?? 1;
  }
  return 0;
}
