import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { StepError } from "../../console/errors";
import { secretsKey } from "../../infra/config/secrets";
import { type Engine, runPulumi } from "./engine";
import { localStackFile } from "./stack-file";

/** Which text each secret was last given: digests by name. */
function digestFile(): string {
  return join(dirname(localStackFile()), "given-secrets.json");
}

/**
 * Gives the stack of this host secrets that this host itself has made, encrypted by the engine as an operator would do
 * it. One that has its text already stays as it is.
 *
 * @param texts The texts by the name of their entry of `hamilton:secrets`.
 * @throws StepError where the engine can't encrypt one; no text is shown
 */
export async function giveSecrets(engine: Engine, texts: Readonly<Record<string, string>>): Promise<void> {
  const given = givenDigests();
  const there = Object.keys(encryptedSecrets());
  for (const [name, text] of Object.entries(texts)) {
    const digest = createHash("sha256").update(text).digest("hex");
    if (given[name] === digest && there.includes(name)) continue;
    const path = ["--path", `${secretsKey}.${name}`];
    const set = await runPulumi(engine, ["config", "set", "--secret", ...path], { reject: false, input: text });
    if (set.exitCode !== 0)
      throw new StepError(`The secret ${name} could not be given to stack \`local\``, {
        command: set.command,
        lastLines: String(set.stderr).split("\n").slice(-10),
        fix: "mend what the lines above name, then run `npm start` again",
      });
    given[name] = digest;
    writeFileSync(`${digestFile()}.new`, JSON.stringify(given), { mode: 0o600 });
    renameSync(`${digestFile()}.new`, digestFile());
  }
}

function givenDigests(): Record<string, string> {
  return existsSync(digestFile()) ? (JSON.parse(readFileSync(digestFile(), "utf8")) as Record<string, string>) : {};
}

function encryptedSecrets(): Readonly<Record<string, unknown>> {
  const { config } = parse(readFileSync(localStackFile(), "utf8")) as { config?: Record<string, unknown> };
  return (config?.[secretsKey] ?? {}) as Record<string, unknown>;
}
