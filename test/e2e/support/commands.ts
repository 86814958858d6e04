import { execa } from "execa";
import { projectDirectory } from "../../../infra/project";

/** What a command printed, and how it ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, in the order in which the lines came. */
  readonly all: string;
}

/** Runs one of the project's own commands, as a person would: `npmRun("kubectl", ["get", "pods"])`. */
export async function npmRun(
  script: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const ended = await execa("npm", ["run", "--silent", script, "--", ...args], {
    cwd: projectDirectory,
    reject: false,
    all: true,
    env,
  });
  return {
    exitCode: ended.exitCode ?? 1,
    stdout: String(ended.stdout),
    stderr: String(ended.stderr),
    all: String(ended.all),
  };
}

/** The same for a command that has to succeed; gives its standard output. */
export async function mustRun(
  script: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const ended = await npmRun(script, args, env);
  if (ended.exitCode !== 0)
    throw new Error(`npm run ${script} -- ${args.join(" ")} exited ${ended.exitCode}:\n${ended.all}`);
  return ended.stdout;
}

/** An object, or a list, of the embedded cluster. */
export async function kubernetesObject<T>(...args: string[]): Promise<T> {
  return JSON.parse(await mustRun("kubectl", ["get", ...args, "-o", "json"])) as T;
}

/** The outputs of stack `local`, secrets in the clear. */
export async function platformOutputs(): Promise<PlatformOutputs> {
  return JSON.parse(await mustRun("pulumi", ["stack", "output", "--json", "--show-secrets"])) as PlatformOutputs;
}

/** The stack outputs that the suites read. */
export interface PlatformOutputs {
  readonly namespaces: { readonly spark: string; readonly storage: string };
  readonly objectStore: {
    readonly endpoint: string;
    readonly externalEndpoint: string;
    readonly buckets: Record<string, string>;
  };
  readonly submitter: {
    readonly namespace: string;
    readonly serviceAccount: string;
    readonly kubeconfig: string;
    readonly sparkDefaults: string;
    readonly command: string;
    readonly accessKey: string;
    readonly secretKey: string;
  };
}
