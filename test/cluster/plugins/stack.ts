import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import {
  LocalWorkspace,
  PulumiCommand,
  type UpResult,
  type EngineEvent,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { stateDirectory } from "../../../local/directories";
import { installOfflinePlugins } from "../../../local/plugins/install";
import { findUserProgram } from "../../../local/toolchain/search-path";
import { cachedTool } from "../../../local/toolchain/tool-cache";

/** The kubeconfig of the cluster under test. @default the embedded cluster's; `HAMILTON_TEST_KUBECONFIG` overrides it */
export const kubeconfig = process.env.HAMILTON_TEST_KUBECONFIG ?? join(stateDirectory(), "kubeconfig");

/** A program of the toolchain: the user's own, else the one that `npm start` built. */
function program(name: "pulumi" | "kubectl", tool: "pulumi" | "kubernetes"): string {
  const cached = cachedTool(tool);
  const found = findUserProgram(name) ?? (cached && join(dirname(cached.path), name));
  if (!found) throw new Error(`there is no ${name} on PATH or in the toolchain's cache: run npm start once`);
  return found;
}
const enginePath = process.env.HAMILTON_TEST_PULUMI ?? program("pulumi", "pulumi");
const kubectlPath = program("kubectl", "kubernetes");

/** True when the plugins under test are another implementation's, named by `HAMILTON_PLUGIN_DIRECTORY`. */
export const foreignPlugins = process.env.HAMILTON_PLUGIN_DIRECTORY !== undefined;

/** Runs kubectl on the cluster under test and returns what it prints. */
export function kubectl(...args: string[]): string {
  const options = { encoding: "utf8", env: { ...process.env, KUBECONFIG: kubeconfig } } as const;
  return execFileSync(kubectlPath, args, { ...options, stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** What one run of the engine did. */
export interface Run {
  readonly failed: boolean;
  /** Everything the engine said: diagnostics and progress, without colours. */
  readonly said: string;
  /** Resources by what happened to them: `create`, `update`, `replace`, `same`, … */
  readonly counts: Record<string, number>;
  /** Every step that changes something, as `operation name`. */
  readonly steps: string[];
  /** The changed properties of a resource by name: `path kind`. */
  readonly differences: Record<string, string[]>;
  readonly outputs: Record<string, unknown>;
}

/** One resource of a stack's exported state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: string[];
  readonly delete?: boolean;
}

/** A stack of its own in a temporary file backend, driven by the real engine with the plugins under test. */
export class TestStack {
  private readonly directory = mkdtempSync(join(tmpdir(), "hamilton-plugin-test-"));
  private stack?: Stack;
  /** The namespace that this stack's objects may use; it is made by {@link open}. */
  readonly namespace = `plugin-test-${Math.random().toString(36).slice(2, 8)}`;

  /** Makes namespace and stack. */
  async open(): Promise<this> {
    const plugins =
      process.env.HAMILTON_PLUGIN_DIRECTORY ?? (await installOfflinePlugins(join(tmpdir(), "hamilton-plugins")));
    const root = join(this.directory, "engine");
    mkdirSync(join(root, "bin"), { recursive: true });
    symlinkSync(enginePath, join(root, "bin", "pulumi"));
    kubectl("create", "namespace", this.namespace);
    this.stack = await LocalWorkspace.createOrSelectStack(
      { projectName: "plugins", stackName: "test", program: () => Promise.resolve() },
      {
        workDir: this.directory,
        pulumiCommand: await PulumiCommand.get({ root }),
        envVars: {
          PATH: [plugins, process.env.PATH].join(delimiter),
          KUBECONFIG: kubeconfig,
          PULUMI_HOME: join(this.directory, "home"),
          PULUMI_BACKEND_URL: `file://${this.directory}`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      },
    );
    return this;
  }

  /** Removes the stack's objects, its namespace and its folder. */
  async close(): Promise<void> {
    await this.destroy();
    kubectl("delete", "namespace", this.namespace, "--wait=false");
    rmSync(this.directory, { recursive: true, force: true });
  }

  up(program: PulumiFn, signal?: AbortSignal): Promise<Run> {
    return this.run((stack, options) => stack.up({ ...options, program, signal }));
  }

  preview(program: PulumiFn): Promise<Run> {
    return this.run((stack, options) => stack.preview({ ...options, program }));
  }

  refresh(): Promise<Run> {
    return this.run((stack, options) => stack.refresh(options));
  }

  destroy(): Promise<Run> {
    return this.run((stack, options) => stack.destroy(options));
  }

  /** The stack's state file as it stands on disk. */
  get stateFile(): string {
    return readFileSync(join(this.directory, ".pulumi", "stacks", "plugins", "test.json"), "utf8");
  }

  /** The stack's resources, secrets in plain text. */
  async state(): Promise<StateResource[]> {
    const exported = await this.opened.exportStack();
    return (exported.deployment as { resources: StateResource[] }).resources;
  }

  /** Rewrites the stack's state. */
  async rewrite(change: (resource: StateResource) => StateResource): Promise<void> {
    const exported = await this.opened.exportStack();
    const deployment = exported.deployment as { resources: StateResource[] };
    await this.opened.importStack({
      ...exported,
      deployment: { ...deployment, resources: deployment.resources.map(change) },
    });
  }

  private get opened(): Stack {
    if (!this.stack) throw new Error("open the stack first");
    return this.stack;
  }

  private async run(
    operation: (
      stack: Stack,
      options: { onEvent: (event: EngineEvent) => void; color: "never"; onOutput: () => void },
    ) => Promise<object>,
  ): Promise<Run> {
    const said: string[] = [];
    const counts: Record<string, number> = {};
    const steps: string[] = [];
    const differences: Record<string, string[]> = {};
    const onEvent = (event: EngineEvent) => {
      const { severity, message = "" } = event.diagnosticEvent ?? {};
      if (severity !== undefined && (severity as string) !== "debug") said.push(message);
      Object.assign(counts, event.summaryEvent?.resourceChanges);
      // A refresh knows what it found only afterwards.
      const { metadata } = event.resourcePreEvent ?? event.resOutputsEvent ?? {};
      if (!metadata || ["same", "refresh"].includes(metadata.op)) return;
      const name = metadata.urn.split("::").at(-1)!;
      if (!steps.includes(`${metadata.op} ${name}`)) steps.push(`${metadata.op} ${name}`);
      const detailed = Object.entries(metadata.detailedDiff ?? {}).map(([path, { diffKind }]) => `${path} ${diffKind}`);
      if (detailed.length) differences[name] = detailed;
    };
    const options = { onEvent, color: "never", onOutput: () => undefined } as const;
    try {
      const { outputs = {} } = (await operation(this.opened, options)) as UpResult;
      const plain = Object.entries(outputs).map(([name, { value }]) => [name, value] as const);
      return { failed: false, said: said.join("\n"), counts, steps, differences, outputs: Object.fromEntries(plain) };
    } catch (error) {
      said.push(String(error));
      return { failed: true, said: said.join("\n"), counts, steps, differences, outputs: {} };
    }
  }
}

/** Runs a test body with a stack of its own and removes whatever it left. */
export async function withStack(body: (stack: TestStack) => Promise<void>): Promise<void> {
  const stack = await new TestStack().open();
  try {
    await body(stack);
  } finally {
    await stack.close();
  }
}

/** A provider of the cluster under test with the program's usual flags. */
export function provider(args: kubernetes.ProviderArgs = {}, name = "cluster"): kubernetes.Provider {
  const flags = { enableConfigMapMutable: true, enableSecretMutable: true };
  return new kubernetes.Provider(name, { kubeconfig, ...flags, ...args });
}
