import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStackFile, stackFileName } from "../infra/config";
import { deploy, type PlatformOutputs } from "../infra/platform";
import { projectDirectory } from "../infra/project";
import { record, type Recording } from "./recording";

/** A cluster that nothing is asked of: the same in every rendering, whatever the machine's kubeconfig; the context is
 * the stack file's. */
export const renderedAccess = {
  kubeconfig: "/home/user/.kube/config",
  context: "rendered",
  address: { server: "https://kubernetes.example.com:6443", certificateAuthorityData: "Y2VydGlmaWNhdGU=" },
};

/** The environments of a folder, by the stack files in it, sorted. @default folder the project's own */
export function environmentsIn(folder: string = projectDirectory): readonly string[] {
  return readdirSync(folder)
    .map((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/**
 * The text of an environment's stack file.
 *
 * @throws Error naming the environments that there are, if this one has no file.
 */
export function stackFileText(environment: string, folder: string = projectDirectory): string {
  const file = join(folder, stackFileName(environment));
  if (!existsSync(file))
    throw new Error(`there is no ${stackFileName(environment)}; there are: ${environmentsIn(folder).join(", ")}`);
  return readFileSync(file, "utf8");
}

/**
 * Runs the whole program for an environment under the recording mocks: no engine, no cluster. The mocks are one for the
 * whole process, so await one rendering before the next.
 *
 * @param preview as `pulumi preview` on a cluster where nothing exists yet. @default false
 * @throws ConfigError with every fault of the stack file.
 */
export function renderEnvironment(
  environment: string,
  { folder = projectDirectory, preview = false }: { folder?: string; preview?: boolean } = {},
): Promise<Recording<PlatformOutputs>> {
  const { config } = parseStackFile(stackFileText(environment, folder), environment);
  return record(() => deploy(config, { ...renderedAccess, context: config.cluster.context }), {
    stack: environment,
    preview,
  });
}
