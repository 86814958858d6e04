import { execa } from "execa";
import { hostValues } from "../local/stack/host-values";
import { readStartRecord } from "../local/stack/record";
import { guardState } from "../local/stack/guard-state";
import { prepareStack, runPulumi } from "../local/stack/engine";
import { withPolicyPacks } from "../local/stack/policy-packs";

/** Runs kubectl on the embedded cluster with the caller's terminal, and ends with its exit code. */
export async function kubectl(args: readonly string[]): Promise<void> {
  const { kubectl: command, engine } = readStartRecord();
  const [program, ...first] = command;
  const ended = await execa(program, [...first, ...args], {
    stdio: "inherit",
    reject: false,
    env: { KUBECONFIG: engine.kubeconfig },
  });
  process.exitCode = ended.exitCode ?? 1;
}

/** Runs pulumi on stack `local` with the caller's terminal, and ends with its exit code. */
export async function pulumi(args: readonly string[]): Promise<void> {
  const { engine } = readStartRecord();
  await prepareStack(engine, hostValues());
  await guardState(engine);
  const run = withPolicyPacks({ engine, args });
  const ended = await runPulumi(run.engine, run.args, { stdio: "inherit", reject: false });
  process.exitCode = ended.exitCode ?? 1;
}
