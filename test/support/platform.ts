import type { PlatformOutputs } from "../../infra/platform";
import { renderEnvironment } from "../../review/environments";
import type { Recording } from "../../review/recording";

export { renderedAccess, stackFileText } from "../../review/environments";

/** The environments that the repository carries. */
export const environments = ["local", "dev", "prod"] as const;
export type Environment = (typeof environments)[number];

/** Runs the whole program for an environment under the recording mocks. */
export function renderPlatform(environment: Environment, preview = false): Promise<Recording<PlatformOutputs>> {
  return renderEnvironment(environment, { preview });
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
