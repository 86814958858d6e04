import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { parseDocument, type Document } from "yaml";
import { projectDirectory } from "../../../infra/project";
import { nodeAddress } from "../../../local/cluster/network";
import { readStartRecord } from "../../../local/stack/record";
import { kubernetesObject, mustRun, type Ended } from "./commands";
import { setBesideLocal } from "./local-stack-file";

/** A stack file's text before an edit becomes its document after it. */
export type Edit = (document: Document) => void;

/** What the engine did, or would do, to each resource that it touched: the operations by URN, in their order. */
export type Operations = Readonly<Record<string, readonly string[]>>;

/**
 * An environment of a test's own on the embedded cluster: another stack, in a backend of its own, beside `local`. The
 * engine runs in a checkout with its `node_modules`.
 */
export class OwnStack {
  private readonly folder = mkdtempSync(join(tmpdir(), "hamilton-own-stack-"));
  private lastEdit: Edit = () => undefined;
  /** Of the earlier stack file: the state's secrets can't be read without it. */
  private salt: unknown;
  /** The environment of the engine's runs. */
  readonly env: NodeJS.ProcessEnv;

  /**
   * @param name the stack's name and the prefix of its namespaces.
   * @param nodePort the port on the node where its object store is reached; one that nobody else has.
   */
  constructor(
    readonly name: string,
    private readonly nodePort: number,
    private checkout: string = projectDirectory,
  ) {
    const { engine } = readStartRecord();
    mkdirSync(join(this.folder, "backend"));
    this.env = {
      PATH: [...engine.path, dirname(engine.pulumi), process.env.PATH].join(delimiter),
      KUBECONFIG: engine.kubeconfig,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "of this test alone",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The flag --event-log is one of these.
      PULUMI_DEBUG_COMMANDS: "true",
    };
  }

  /** The checkout whose program the engine runs. */
  get project(): string {
    return this.checkout;
  }

  /** The stack file, in the project. */
  get stackFile(): string {
    return join(this.project, `Pulumi.${this.name}.yaml`);
  }

  /** Where the object store is reached from outside the cluster. */
  get storeEndpoint(): string {
    return `http://${nodeAddress}:${this.nodePort}`;
  }

  /** Writes the stack file and makes the stack; what a killed run of it left on the cluster goes first. */
  async create(edit?: Edit): Promise<void> {
    await this.removeKept();
    this.writeStackFile(edit);
    await this.must("stack", "init", this.name, "--secrets-provider", "passphrase");
  }

  /**
   * Writes the stack file: the project's own of the embedded cluster with what must differ, then the edit.
   */
  writeStackFile(edit: Edit = this.lastEdit): void {
    this.lastEdit = edit;
    const document = parseDocument(readFileSync(join(this.project, "Pulumi.local.yaml"), "utf8"));
    if (this.salt !== undefined) document.set("encryptionsalt", this.salt);
    setBesideLocal(document, this.name, this.nodePort, nodeAddress);
    edit(document);
    writeFileSync(this.stackFile, document.toString());
  }

  /** Goes on from another checkout, whose stack file is written as the first one was. */
  moveTo(project: string): void {
    this.salt = parseDocument(readFileSync(this.stackFile, "utf8")).get("encryptionsalt");
    rmSync(this.stackFile);
    this.checkout = project;
    this.writeStackFile();
  }

  /** Changes the stack file. */
  edit(edit: Edit): void {
    const document = parseDocument(readFileSync(this.stackFile, "utf8"));
    edit(document);
    writeFileSync(this.stackFile, document.toString());
  }

  /** Sets a secret of the stack file, as an operator does. */
  setSecret(name: string, value: string): Promise<string> {
    const where = ["--secret", "--path", `hamilton:secrets.${name}`, "--stack", this.name];
    return this.must("config", "set", ...where, value);
  }

  /** Runs `pulumi` in the project. */
  async pulumi(...args: string[]): Promise<Ended> {
    const ended = await execa("pulumi", args, { cwd: this.project, env: this.env, reject: false, all: true });
    return {
      exitCode: ended.exitCode ?? 1,
      stdout: String(ended.stdout),
      stderr: String(ended.stderr),
      all: String(ended.all),
    };
  }

  /** The same for a run that has to succeed; gives its standard output. */
  async must(...args: string[]): Promise<string> {
    const ended = await this.pulumi(...args);
    if (ended.exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} exited ${ended.exitCode}:\n${ended.all}`);
    return ended.stdout;
  }

  /** A preview as the document that `pulumi preview --json` prints. */
  preview(...args: string[]): Promise<string> {
    return this.must("preview", "--json", "--show-sames", "--non-interactive", "--stack", this.name, ...args);
  }

  /** Brings the environment up and tells what was done to each resource, by the engine's own log of events. */
  async up(): Promise<Operations> {
    const log = join(this.folder, "events.jsonl");
    rmSync(log, { force: true });
    await this.must("up", "--yes", "--skip-preview", "--non-interactive", "--stack", this.name, "--event-log", log);
    const done: Record<string, string[]> = {};
    for (const line of readFileSync(log, "utf8").trim().split("\n")) {
      const { resourcePreEvent } = JSON.parse(line) as {
        resourcePreEvent?: { metadata: { urn: string; op: string } };
      };
      if (resourcePreEvent === undefined || resourcePreEvent.metadata.op === "same") continue;
      const { urn, op } = resourcePreEvent.metadata;
      (done[urn] ??= []).push(op);
    }
    return done;
  }

  /** The stack's outputs, secrets in the clear. */
  async outputs<T>(): Promise<T> {
    return JSON.parse(await this.must("stack", "output", "--json", "--show-secrets", "--stack", this.name)) as T;
  }

  /** Destroys the environment as a user would. */
  destroy(): Promise<Ended> {
    return this.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", this.name);
  }

  /** Deletes what a destruction keeps: the namespaces with data, and the volumes of shares, which stand in none. */
  private async removeKept(): Promise<void> {
    const named = async (kind: string) => {
      const { items } = await kubernetesObject<{ items: { metadata: { name: string } }[] }>(kind);
      return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(`${this.name}-`));
    };
    const namespaces = await named("namespaces");
    if (namespaces.length > 0) await mustRun("kubectl", ["delete", "namespace", "--ignore-not-found", ...namespaces]);
    const volumes = await named("pv");
    if (volumes.length > 0) await mustRun("kubectl", ["delete", "pv", "--ignore-not-found", ...volumes]);
  }

  /** Removes the environment with all it kept, its stack file and its backend. */
  async remove(): Promise<void> {
    try {
      await this.destroy();
      await this.removeKept();
    } finally {
      rmSync(this.stackFile, { force: true });
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/**
 * A checkout of a revision with the dependencies of this one, for a test that changes the program or runs an older one.
 *
 * @param revision the revision to check out. @default HEAD with what isn't committed yet
 */
export async function checkout(revision?: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-checkout-"));
  await execa("git", ["clone", "--quiet", projectDirectory, folder]);
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: folder });
  if (revision !== undefined) await git("checkout", "--quiet", revision);
  else {
    const { stdout: patch } = await execa("git", ["diff", "HEAD", "--binary"], { cwd: projectDirectory });
    if (patch !== "") {
      await execa("git", ["apply"], { cwd: folder, input: `${patch}\n` });
      await git("commit", "--quiet", "--all", "--message", "What isn't committed yet");
    }
  }
  symlinkSync(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
  return folder;
}
