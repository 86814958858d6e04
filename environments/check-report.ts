import Table from "cli-table3";
import type { ConfigFault } from "../infra/config/faults";
import type { Row } from "./preflight/row";

/** The exit codes of `npm run env:check`. */
export const exitCodes = { ok: 0, fileFaults: 1, preflightFailed: 2 } as const;

/** A secret that the stack file names and nobody has set, with the command that sets it. */
export interface UnsetSecret {
  readonly name: string;
  readonly command: string;
}

/** Everything that a check of an environment found. */
export interface CheckReport {
  readonly environment: string;
  /** The stack file that was looked at. */
  readonly file: string;
  /** What is wrong with the file alone. */
  readonly faults: readonly ConfigFault[];
  /** What it and the environments beside it take from each other, one sentence each. */
  readonly clashes: readonly string[];
  readonly unsetSecrets: readonly UnsetSecret[];
  /** The rows of the preflight; absent where none was made. */
  readonly preflight?: readonly Row[];
  /** One sentence each about what cut the preflight short. */
  readonly notes?: readonly string[];
  /** Whether the API server stopped answering in the middle. */
  readonly gone?: boolean;
}

/** The exit code of a check: warnings and what couldn't be checked are no failure. */
export function exitCodeOf({ faults, clashes, unsetSecrets, preflight = [], gone = false }: CheckReport): number {
  if (faults.length + clashes.length + unsetSecrets.length > 0) return exitCodes.fileFaults;
  return gone || preflight.some(({ verdict }) => verdict === "fail") ? exitCodes.preflightFailed : exitCodes.ok;
}

/** What the file alone comes to, for a terminal: one line for each fault. */
export function renderFile({ file, faults, clashes, unsetSecrets }: CheckReport): string {
  if (faults.length + clashes.length + unsetSecrets.length === 0) return `✔ ${file} is in order`;
  return [
    ...faults.map(({ key, sentence }) => `✖ ${file}: ${key} ${sentence}.`),
    ...clashes.map((sentence) => `✖ ${sentence}`),
    ...unsetSecrets.map(
      ({ name, command }) => `✖ ${file}: the secret "${name}" isn't set yet; set it with: ${command}`,
    ),
  ].join("\n");
}

const marks: Readonly<Record<Row["verdict"], string>> = { ok: "✔", warn: "!", fail: "✖", "not checked": "–" };

/** The columns' widths, border excluded; long texts are wrapped. */
const columnWidths = [32, 50, 15, 42];

/** The rows of the preflight as a table for a terminal, and what they add up to. */
export function renderPreflight(rows: readonly Row[]): string {
  const table = new Table({
    head: ["check", "found", "verdict", "fix"],
    colWidths: columnWidths,
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { check, found, verdict, fix = "" } of rows)
    table.push([check, found, `${marks[verdict]} ${verdict}`, fix].map(breakable));
  const count = (verdict: Row["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
  const sum = `${count("ok")} ok, ${count("warn")} to know of, ${count("fail")} failed, ${count("not checked")} not checked`;
  return `${table.toString()}\n${sum}`;
}

/** A text whose words all fit their column: the table cuts longer ones off. The border takes two places of each. */
function breakable(text: string, column: number): string {
  const width = (columnWidths[column] ?? 0) - 2;
  return text.replace(new RegExp(`\\S{${width}}(?=\\S)`, "g"), "$& ");
}
