import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isMap, parse, parseDocument } from "yaml";
import { parseStackFile } from "../../infra/config";
import { secretsKey } from "../../infra/config/secrets";
import { projectDirectory } from "../../infra/project";
import { stateDirectory } from "../directories";
import { StepError } from "../../console/errors";

/** The stack that the embedded cluster carries. */
export const localStack = "local";

/** A value that only this host knows, and where in the stack file it belongs. */
export interface HostValue {
  /** The key and the path below it, such as `["hamilton:images", "spark"]`. */
  readonly path: readonly string[];
  readonly value: string;
}

/** The stack file that the engine reads for stack `local`: the committed `Pulumi.local.yaml` with this host's values. */
export function localStackFile(): string {
  return join(stateDirectory(), "pulumi", "project", "Pulumi.local.yaml");
}

/** The committed stack file of the embedded cluster. */
export function committedStackFile(): string {
  return join(projectDirectory, "Pulumi.local.yaml");
}

/** How many notebooks a stack file of the embedded cluster names: without any, their image is neither built nor wanted. */
export function localNotebooks(committed: string = readFileSync(committedStackFile(), "utf8")): number {
  const notebooks = parseDocument(committed).getIn(["config", "hamilton:notebooks"]);
  return isMap(notebooks) ? notebooks.items.length : 0;
}

/**
 * The committed stack file with this host's values set and the encryption salt of the earlier file kept: the salt
 * belongs to the passphrase of this host, so it is never committed, and without it the state's secrets can't be read.
 * Secrets that this host gave the earlier file are kept too, if the committed one still names them.
 *
 * @param named The secrets that the committed file names. @default all of the earlier file
 * @throws StepError where the committed file isn't YAML
 */
export function composeStackFile(
  committed: string,
  values: readonly HostValue[],
  earlier?: string,
  named?: readonly string[],
): string {
  const document = parseDocument(committed);
  const [fault] = document.errors;
  if (fault) {
    throw new StepError(`Pulumi.local.yaml is not valid YAML: ${fault.message}`, { fix: "mend the file at that line" });
  }
  for (const { path, value } of values) document.setIn(["config", ...path], value);
  if (earlier === undefined) return document.toString();
  const { config = {}, encryptionsalt: salt } = parse(earlier) as EarlierFile;
  for (const [name, secret] of Object.entries(config[secretsKey] ?? {}))
    if (named === undefined || named.includes(name)) document.setIn(["config", secretsKey, name], secret);
  if (salt !== undefined) document.set("encryptionsalt", salt);
  return document.toString();
}

interface EarlierFile {
  readonly config?: { readonly [secretsKey]?: Readonly<Record<string, unknown>> };
  readonly encryptionsalt?: string;
}

/** The secrets that a stack file names; nothing for one with faults, which the program tells of better. */
function secretsNamedIn(text: string): readonly string[] | undefined {
  try {
    return Object.keys(parseStackFile(text, localStack).config.secrets);
  } catch {
    return undefined;
  }
}

/** Writes the stack file of this host anew from the committed one, whole or not at all. */
export function writeLocalStackFile(values: readonly HostValue[]): void {
  const file = localStackFile();
  const earlier = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const committed = readFileSync(committedStackFile(), "utf8");
  const text = composeStackFile(committed, values, earlier, secretsNamedIn(committed));
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
