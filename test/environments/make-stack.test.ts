import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeStack } from "../../environments/make-stack";
import { newEnvironment } from "../../environments/new-environment";
import { checkBackend, type PulumiProgram } from "../../environments/pulumi";
import { parseStackFile } from "../../infra/config";
import { projectDirectory } from "../../infra/project";
import { laterFailure } from "../support/failure";

let folder: string;
let calls: { args: readonly string[]; input?: string }[];

beforeEach(() => {
  calls = [];
  folder = mkdtempSync(join(tmpdir(), "make-stack-"));
  for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) copyFileSync(join(projectDirectory, file), join(folder, file));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a run of `pulumi` writes; the real one is run by the end-to-end suite. */
const pulumi = (fails: (args: readonly string[]) => boolean = () => false): PulumiProgram => ({
  command: "pulumi",
  environment: {},
  run: (args, { cwd, input }) => {
    calls.push({ args, input });
    if (fails(args)) return Promise.resolve({ exitCode: 1, stdout: "", stderr: "error: the disk is full" });
    const written = join(cwd, "Pulumi.next.yaml");
    if (args[0] === "stack" && args[1] === "init") writeFileSync(written, "encryptionsalt: v1:salt\n");
    if (args[0] === "config") {
      const before = readFileSync(written, "utf8");
      const name = args.at(-1)?.split(".")[1] ?? "";
      const head = before.includes("config:") ? before : `${before}config:\n  hamilton:secrets:\n`;
      writeFileSync(written, `${head}    ${name}:\n      secure: v1:${name}\n`);
    }
    return Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
  },
});

const secrets = new Map([
  ["harp-password", "Hunter2!"],
  ["registry-password", "Hunter3!"],
  ["harp-database-password", "Hunter4!"],
]);

const make = (program: PulumiProgram, signal?: AbortSignal) => {
  const { values } = newEnvironment({ name: "next", like: "dev", folder, settings: [] });
  return makeStack(program, { name: "next", like: "dev", values, secrets, folder, signal }, () => undefined);
};

describe("a made stack", () => {
  it("leaves one whole stack file, its secrets encrypted, and nothing beside it", async () => {
    const file = await make(pulumi());
    expect(file).toBe(join(folder, "Pulumi.next.yaml"));
    const text = readFileSync(file, "utf8");
    expect(parseStackFile(text, "next").unsetSecrets).toEqual([]);
    expect(text).toMatch(/secure: v1:harp-password[^]*encryptionsalt: v1:salt/);
    expect(readdirSync(folder).sort()).toEqual(["Pulumi.dev.yaml", "Pulumi.next.yaml", "Pulumi.yaml"]);
  });

  it("gives secrets to Pulumi's standard input, never to its arguments", async () => {
    await make(pulumi());
    expect(calls.flatMap(({ args }) => args).join(" ")).not.toContain("Hunter");
    expect(calls.map(({ input }) => input).filter(Boolean)).toEqual(["Hunter2!", "Hunter3!", "Hunter4!"]);
  });
});

describe("after a failure", () => {
  const left = () => readdirSync(folder).sort();

  it("to make the stack there is no file, and no stack to remove", async () => {
    const shown = await laterFailure(make(pulumi((args) => args[1] === "init")));
    expect(shown).toMatch(/The stack next could not be made\n[^]*the disk is full/);
    expect(left()).toEqual(["Pulumi.dev.yaml", "Pulumi.yaml"]);
    expect(calls.map(({ args }) => args[1])).toEqual(["init"]);
  });

  it("to encrypt a secret there is neither a file nor a stack, and the secret isn't shown", async () => {
    const shown = await laterFailure(make(pulumi((args) => args.at(-1) === "hamilton:secrets.registry-password")));
    expect(shown).toMatch(/registry-password could not be encrypted/);
    expect(shown).not.toContain("Hunter");
    expect(left()).toEqual(["Pulumi.dev.yaml", "Pulumi.yaml"]);
    expect(calls.at(-1)?.args.slice(0, 3)).toEqual(["stack", "rm", "next"]);
  });

  it("because somebody ended it there is neither a file nor a stack", async () => {
    const ended = new AbortController();
    ended.abort();
    expect(await laterFailure(make(pulumi(), ended.signal))).toMatch(/Interrupted; nothing was left behind/);
    expect(existsSync(join(folder, "Pulumi.next.yaml"))).toBe(false);
    expect(calls.at(-1)?.args.slice(0, 3)).toEqual(["stack", "rm", "next"]);
  });
});

describe("a backend", () => {
  const backend = (
    url: string,
    environment: NodeJS.ProcessEnv = {},
    stacks: readonly string[] = [],
  ): PulumiProgram => ({
    command: "pulumi",
    environment,
    run: ([command]) => {
      const stdout = command === "whoami" ? { user: "me", url } : stacks.map((name) => ({ name }));
      return Promise.resolve({ exitCode: 0, stdout: JSON.stringify(stdout), stderr: "" });
    },
  });
  const check = (program: PulumiProgram, secretsProvider?: string) =>
    checkBackend(program, { stack: "next", cwd: folder, secretsProvider });

  it("that encrypts with a passphrase is refused without one, before anything is asked", async () => {
    const missing = /There is no passphrase[^]*PULUMI_CONFIG_PASSPHRASE_FILE/;
    expect(await laterFailure(check(backend("file:///srv/state")))).toMatch(missing);
    expect(await laterFailure(check(backend("https://app.pulumi.com/me"), "passphrase"))).toMatch(missing);
    const nowhere = { PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "nowhere") };
    expect(await laterFailure(check(backend("s3://state", nowhere)))).toMatch(/There is no file .*nowhere/);
  });

  it("needs none where it or a key service encrypts, or where one is set", async () => {
    await check(backend("https://app.pulumi.com/me"));
    await check(backend("s3://state"), "awskms://alias/hamilton");
    await check(backend("s3://state", { PULUMI_CONFIG_PASSPHRASE: "of a test" }));
    await check(backend("s3://state", { PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "Pulumi.yaml") }));
  });

  it("that has such a stack already is refused, whoever it belongs to", async () => {
    for (const name of ["next", "me/next"])
      expect(await laterFailure(check(backend("https://app.pulumi.com/me", {}, [name])))).toMatch(
        /has a stack "next" already/,
      );
  });

  it("that doesn't answer is refused with the way to log in", async () => {
    expect(await laterFailure(check(pulumi(() => true)))).toMatch(/doesn't answer[^]*pulumi login/);
  });
});
