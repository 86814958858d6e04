import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { engineEnvironment, pulumiDirectory, runPulumi } from "../../local/stack/engine";
import { readStartRecord } from "../../local/stack/record";
import { paired, type Paired } from "./paired";

/** What the measurement of previews gave. */
export interface PreviewMeasurement {
  /** How many objects of Kubernetes, and how many passwords, both programs declare. */
  readonly objects: number;
  readonly passwords: number;
  readonly times: Paired;
}

/** Times `pulumi preview` of the unchanged platform against a bare program of as many plain objects and passwords, same plugins. */
export async function measurePreviews(rounds: number): Promise<PreviewMeasurement> {
  const { engine } = readStartRecord();
  const state = JSON.parse(String((await runPulumi(engine, ["stack", "export"], {})).stdout)) as {
    deployment: { resources: { type: string }[] };
  };
  const countOf = (packageName: string) =>
    state.deployment.resources.filter(({ type }) => type.startsWith(`${packageName}:`)).length;
  const objects = countOf("kubernetes");
  const passwords = countOf("random");

  const cwd = join(__dirname, "bare-program");
  const directory = join(pulumiDirectory(), "bench");
  mkdirSync(directory, { recursive: true });
  const configFile = join(directory, "Pulumi.bench.yaml");
  const bare = (...args: string[]) =>
    execa(engine.pulumi, args, { cwd, env: engineEnvironment(engine), extendEnv: false });
  const onStack = ["--stack", "bench", "--config-file", configFile];
  await bare("stack", "select", "bench").catch(() => bare("stack", "init", "bench"));
  await bare("config", "set", "configMaps", String(objects - 1), ...onStack);
  await bare("config", "set", "passwords", String(passwords), ...onStack);
  await bare("config", "set", "kubeconfig", engine.kubeconfig, ...onStack);
  await bare("up", "--yes", "--skip-preview", "--non-interactive", ...onStack);
  try {
    const times = await paired(
      rounds,
      () => runPulumi(engine, ["preview", "--expect-no-changes", "--non-interactive"], {}),
      () => bare("preview", "--expect-no-changes", "--non-interactive", ...onStack),
    );
    return { objects, passwords, times };
  } finally {
    await bare("destroy", "--yes", "--skip-preview", "--non-interactive", ...onStack);
  }
}
