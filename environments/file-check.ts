import { ResourceError, RunError } from "@pulumi/pulumi";
import { ConfigError, parseStackFile, stackFileName, type StackConfig } from "../infra/config";
import type { ConfigFault } from "../infra/config/faults";
import { howToSet } from "../infra/config/secrets";
import { manifestsOf } from "../review/manifests";
import { renderEnvironment, stackFileText } from "../review/environments";
import type { Manifest } from "../kubernetes/manifest";
import type { UnsetSecret } from "./check-report";
import { clashes } from "./clashes";
import { parseStackFiles } from "./stack-files";

/** What a stack file comes to without a cluster. */
export interface FileCheck {
  /** Every fault of the file. */
  readonly faults: readonly ConfigFault[];
  /** What the environment and those beside it take from each other, one sentence each. */
  readonly clashes: readonly string[];
  readonly unsetSecrets: readonly UnsetSecret[];
  /** What the environment amounts to; absent where the file has faults. */
  readonly wanted?: { readonly config: StackConfig; readonly manifests: readonly Manifest[] };
}

/**
 * Checks a stack file alone: its values, its secrets, other environments beside it, and whether the program accepts all
 * of it. No cluster, no engine, no passphrase.
 *
 * @param folder Where its stack file is.
 * @param neighbours Where the stack files of the environments beside it are; faulty ones among them are left out.
 * @throws Error where the environment has no stack file.
 */
export async function checkFile(environment: string, folder: string, neighbours: string = folder): Promise<FileCheck> {
  let parsed: ReturnType<typeof parseStackFile>;
  try {
    parsed = parseStackFile(stackFileText(environment, folder), environment);
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.faults, clashes: [], unsetSecrets: [] };
    throw error;
  }
  const unsetSecrets = parsed.unsetSecrets.map((name) => ({ name, command: howToSet(name, environment) }));
  const others = parseStackFiles(neighbours).configs.filter((config) => config.environment !== environment);
  const found = clashes([parsed.config, ...others])
    .filter(({ places }) => places.some((place) => place.environment === environment))
    .map(({ sentence }) => sentence);
  try {
    const manifests = manifestsOf(await renderEnvironment(environment, { folder }));
    return { faults: [], clashes: found, unsetSecrets, wanted: { config: parsed.config, manifests } };
  } catch (error) {
    // What a component refuses is a fault of the file that no rule of the configuration has caught.
    if (!(error instanceof RunError) && !(error instanceof ResourceError)) throw error;
    const fault = {
      key: stackFileName(environment),
      sentence: `is refused by the program: ${error.message}`,
    };
    return { faults: [fault], clashes: found, unsetSecrets };
  }
}
