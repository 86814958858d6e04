import { delimiter, dirname } from "node:path";
import { execa } from "execa";
import { StepError } from "../console/errors";
import type { PulumiProgram } from "../environments/pulumi";
import { engineEnvironment } from "../local/stack/engine";
import { readStartRecord, wasStarted } from "../local/stack/record";
import { findHostProgram } from "../local/toolchain/search-path";

/**
 * The caller's own Pulumi with its backend, else the embedded cluster's.
 *
 * @throws StepError where there is neither
 */
export function choosePulumi(): PulumiProgram {
  const own = findHostProgram("pulumi");
  if (own !== undefined) return program(own, "pulumi", { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" });
  if (!wasStarted())
    throw new StepError("There is no `pulumi` on PATH, and no embedded cluster with one", {
      fix: "install Pulumi and `pulumi login` to a backend, or bring the embedded cluster up: npm start",
    });
  const { engine } = readStartRecord();
  return program(engine.pulumi, "npm run pulumi --", engineEnvironment(engine));
}

function program(path: string, command: string, environment: NodeJS.ProcessEnv): PulumiProgram {
  return {
    command,
    environment,
    run: async (args, { cwd, input = "" }) => {
      const env = { ...environment, PATH: [dirname(path), environment.PATH].join(delimiter) };
      const ended = await execa(path, args, { cwd, env, extendEnv: false, input, reject: false });
      return { exitCode: ended.exitCode ?? 1, stdout: ended.stdout, stderr: ended.stderr };
    },
  };
}
