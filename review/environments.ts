import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStackFile, stackFileName, type StackConfig } from "../infra/config";
import { StepError } from "../console/errors";
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
 * @throws StepError naming the environments that there are, if this one has no file.
 */
export function stackFileText(environment: string, folder: string = projectDirectory): string {
  const file = join(folder, stackFileName(environment));
  if (!existsSync(file))
    throw new StepError(`There is no environment "${environment}": no file ${stackFileName(environment)}`, {
      fix: `name one that there is: ${environmentsIn(folder).join(", ")}`,
    });
  return readFileSync(file, "utf8");
}

/** What stands for the secrets of an environment in a rendering, where nobody can decrypt or generate them. */
export interface SecretTexts {
  /** For the secret of this name in the stack file. */
  readonly stack: (name: string) => string;
  /** For the password that the resource of this logical name generates. */
  readonly generated: (name: string) => string;
}

/** How an environment is rendered. */
export interface RenderOptions {
  /** Where the stack files are. @default the project's own folder */
  readonly folder?: string;
  /** Whether to run as `pulumi preview` on a cluster where nothing exists yet. @default false */
  readonly preview?: boolean;
  /** @default placeholders that tests recognise */
  readonly secretTexts?: SecretTexts;
}

/**
 * What an environment's stack file says.
 *
 * @param standIn what stands for a secret, by its name. @default a placeholder that tests recognise
 * @throws StepError if there is no such environment, ConfigError with every fault of its stack file.
 */
export function environmentConfig(
  environment: string,
  folder: string = projectDirectory,
  standIn?: SecretTexts["stack"],
): StackConfig {
  return parseStackFile(stackFileText(environment, folder), environment, standIn).config;
}

/**
 * Runs the whole program for an environment under the recording mocks: no engine, no cluster. The mocks are one for the
 * whole process, so await one rendering before the next.
 *
 * @throws StepError if there is no such environment, ConfigError with every fault of its stack file.
 */
export async function renderEnvironment(
  environment: string,
  { folder, preview, secretTexts }: RenderOptions = {},
): Promise<Recording<PlatformOutputs>> {
  const config = environmentConfig(environment, folder, secretTexts?.stack);
  return renderConfig(config, { preview, generated: secretTexts?.generated });
}

/** {@link renderEnvironment} for a stack file that has been read. */
export function renderConfig(
  config: StackConfig,
  { preview = false, generated }: { readonly preview?: boolean; readonly generated?: SecretTexts["generated"] } = {},
): Promise<Recording<PlatformOutputs>> {
  return record(() => deploy(config, { ...renderedAccess, context: config.cluster.context }), {
    stack: config.environment,
    preview,
    generated,
  });
}
