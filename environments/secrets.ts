import { randomBytes, randomInt } from "node:crypto";
import { parseDocument } from "yaml";
import type { StackConfig } from "../infra/config";
import { nearest } from "../infra/config/faults";
import { secretReferences } from "../infra/config/secrets";
import { StepError } from "../console/errors";

/** A secret that an environment names. */
export interface NeededSecret {
  /** The entry of `hamilton:secrets`. */
  readonly name: string;
  /** The places that name it: `hamilton:volumes.harp.password`. */
  readonly keys: readonly string[];
  /** Why it can't be random, the rest of a sentence; nothing if it can. */
  readonly givenBy?: string;
}

/** The secrets that an environment names, in the order of its groups. */
export function neededSecrets(config: StackConfig): readonly NeededSecret[] {
  const keys = new Map<string, string[]>();
  for (const { key, name } of secretReferences(config)) keys.set(name, [...(keys.get(name) ?? []), key]);
  return [...keys].map(([name, places]) => ({ name, keys: places, givenBy: places.map(ownerOf).find(Boolean) }));
}

/** Who has the secret already, where it belongs to an account outside of the platform. */
function ownerOf(key: string): string | undefined {
  if (/^hamilton:volumes\..+\.password$/.test(key)) return "the file server knows the password of its user";
  if (key === "hamilton:images.credentials.password") return "the registry knows the password of its user";
  if (/^hamilton:databases\..+\.password$/.test(key)) return "the database knows the password of its user";
  if (key.startsWith("hamilton:ingress.tls.")) return "an authority has signed the certificate of this very key";
  if (/^hamilton:notebooks\..+\.login\.clientSecret$/.test(key)) return "the login service knows its client's secret";
  return undefined;
}

/**
 * A new random value. An access key of S3 is 20 capitals and digits, everything else 40 characters of 240 random bits:
 * MinIO takes at most that, and AWS's own are as long.
 */
export function randomSecret(keys: readonly string[]): string {
  if (!keys.some((key) => key.endsWith(".accessKey"))) return randomBytes(30).toString("base64url");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from({ length: 20 }, () => letters[randomInt(letters.length)]).join("");
}

/** The values of secrets by name. Never print one. */
export type SecretValues = ReadonlyMap<string, string>;

/**
 * Random values for the secrets that `--generate` names.
 *
 * @throws StepError for a name that isn't needed, and for one whose value somebody else has set
 */
export function generatedSecrets(needed: readonly NeededSecret[], names: readonly string[]): SecretValues {
  return new Map(
    names.map((name) => {
      const secret = known(name, needed, "--generate");
      if (secret.givenBy !== undefined)
        throw new StepError(`--generate ${name} can't be: ${secret.givenBy}`, {
          fix: "give it when it is asked for, or in the file of --secrets",
        });
      return [name, randomSecret(secret.keys)];
    }),
  );
}

/**
 * The values in a file of secrets, `name: value` in YAML.
 *
 * @param source What to call the file in messages.
 * @throws StepError if it is no such file, or names a secret that isn't needed; no value is shown
 */
export function readSecrets(text: string, source: string, needed: readonly NeededSecret[]): SecretValues {
  const document = parseDocument(text);
  const fix = "write one line for each secret, NAME: VALUE, the value in quotes";
  const root: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (typeof root !== "object" || root === null || Array.isArray(root))
    throw new StepError(`${source} holds no secrets by name`, { fix });
  return new Map(
    Object.entries(root).map(([name, value]: [string, unknown]) => {
      known(name, needed, source);
      if (typeof value !== "string" || value === "")
        throw new StepError(`${source}: the value of ${name} is ${value === "" ? "empty" : "no text"}`, { fix });
      return [name, value];
    }),
  );
}

function known(name: string, needed: readonly NeededSecret[], source: string): NeededSecret {
  const found = needed.find((secret) => secret.name === name);
  if (found !== undefined) return found;
  const names = needed.map((secret) => secret.name);
  const near = nearest(name, names);
  // Somebody may have written value and name the wrong way round, so a name is shown only if it is nearly right.
  const what = near === undefined ? "a secret" : `a secret "${name}"`;
  throw new StepError(`${source} has ${what} that nothing in the new environment names`, {
    fix: near === undefined ? `its secrets are: ${names.join(", ") || "none"}` : `the nearest that is named: "${near}"`,
  });
}
