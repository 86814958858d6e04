import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStackFile, stackFileName } from "../../infra/config";
import { deploy, type PlatformOutputs } from "../../infra/platform";
import { record, type Recording } from "./monitor";

/** The environments that have a stack file. */
export const environments = ["local", "dev", "prod"] as const;
export type Environment = (typeof environments)[number];

/** The text of an environment's stack file. */
export function stackFileText(environment: Environment): string {
  return readFileSync(join(__dirname, "..", "..", stackFileName(environment)), "utf8");
}

/** A cluster that nothing is asked of: the same in every rendering, whatever the machine's kubeconfig. */
export const renderedAccess = {
  kubeconfig: "/home/user/.kube/config",
  context: "rendered",
  address: { server: "https://kubernetes.example.com:6443", certificateAuthorityData: "Y2VydGlmaWNhdGU=" },
};

/** Runs the whole program for an environment under the recording mocks. */
export function renderPlatform(environment: Environment, preview = false): Promise<Recording<PlatformOutputs>> {
  const { config } = parseStackFile(stackFileText(environment), environment);
  return record(() => deploy(config, renderedAccess), { stack: environment, preview });
}

const rendered = new Map<Environment, Promise<Recording<PlatformOutputs>>>();

/**
 * The environments rendered once each, one after the other: the mocks are one for the whole process. For tests that only
 * look at what was registered.
 */
export async function renderedPlatforms(): Promise<ReadonlyMap<Environment, Recording<PlatformOutputs>>> {
  const all = new Map<Environment, Recording<PlatformOutputs>>();
  for (const environment of environments) {
    if (!rendered.has(environment)) rendered.set(environment, renderPlatform(environment));
    all.set(environment, await (rendered.get(environment) as Promise<Recording<PlatformOutputs>>));
  }
  return all;
}
