import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { giveSecrets } from "../../../local/stack/given-secrets";
import type { Engine } from "../../../local/stack/engine";
import { localStackFile } from "../../../local/stack/stack-file";
import { laterFailure } from "../../support/failure";

let home: string;
let engine: Engine;
const calls = () =>
  existsSync(join(home, "calls")) ? readFileSync(join(home, "calls"), "utf8").trim().split("\n") : [];

/** An engine that writes down what it is called with and what it is given to read. */
function program(ending: string): void {
  const path = join(home, "program");
  writeFileSync(path, `#!/bin/sh\necho "$* < $(cat)" >> "${join(home, "calls")}"\n${ending}\n`);
  chmodSync(path, 0o755);
}

const stackFile = (...names: string[]) => {
  mkdirSync(dirname(localStackFile()), { recursive: true });
  const entries = names.map((name) => `    ${name}: { secure: v1:x }\n`).join("");
  writeFileSync(localStackFile(), `config:\n  hamilton:secrets:\n${entries || "    {}\n"}`);
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hamilton-secrets-"));
  process.env.HAMILTON_HOME = home;
  engine = { pulumi: join(home, "program"), path: [], plugins: "official", kubeconfig: "/none" };
  program("exit 0");
  stackFile();
});
afterEach(() => {
  delete process.env.HAMILTON_HOME;
  rmSync(home, { recursive: true });
});

describe("a secret that this host gives its stack", () => {
  it("is encrypted by the engine, which reads it from nowhere but its standard input", async () => {
    await giveSecrets(engine, { "page-key": "hush" });
    const [call = "", ...others] = calls();
    expect(others).toEqual([]);
    const [args, text] = call.split(" < ");
    expect(args).toMatch(/^config set --secret --path hamilton:secrets\.page-key --stack local --config-file /);
    expect(text).toBe("hush");
  });

  it("is given once, and again where its text is another or the stack file has lost it", async () => {
    await giveSecrets(engine, { "page-key": "hush" });
    stackFile("page-key");
    await giveSecrets(engine, { "page-key": "hush" });
    expect(calls()).toHaveLength(1);
    await giveSecrets(engine, { "page-key": "other" });
    expect(calls()).toHaveLength(2);
    stackFile();
    await giveSecrets(engine, { "page-key": "other" });
    expect(calls()).toHaveLength(3);
  });

  it("that the engine can't encrypt stops the start, and is shown to nobody", async () => {
    program("echo 'no passphrase' >&2; exit 1");
    const shown = await laterFailure(giveSecrets(engine, { "page-key": "hush" }));
    expect(shown).toMatch(/The secret page-key could not be given[^]*no passphrase/);
    expect(shown).not.toContain("hush");
    program("exit 0");
    await giveSecrets(engine, { "page-key": "hush" });
    expect(calls()).toHaveLength(2);
  });
});
