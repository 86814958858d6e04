import { expect } from "vitest";
import { isDocument, parseDocument } from "yaml";
import { ConfigError, parseStackFile } from "../../infra/config";
import { setConfig } from "./stack-edit";
import { stackFileText, type Environment } from "./platform";

/** Where a value stands in a stack file: the group, then the keys below it. */
export type Path = readonly (string | number)[];

/** A stack file with some values changed; `undefined` takes a key away. The first part of a path is the group. */
export function changed(environment: Environment, ...changes: readonly (readonly [Path, unknown])[]): string {
  const document = parseDocument(stackFileText(environment));
  expect(isDocument(document)).toBe(true);
  for (const [[group, ...rest], value] of changes) {
    setConfig(document, [`hamilton:${String(group)}`, ...rest], value);
  }
  return document.toString();
}

/** The lines of the error about a stack file. */
export function faults(text: string, environment: Environment): readonly string[] {
  try {
    parseStackFile(text, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.split("\n");
  }
  return [];
}

/** The one line of the error about a stack file with one value changed. */
export const oneFault = (environment: Environment, path: Path, value: unknown): string => {
  const lines = faults(changed(environment, [path, value]), environment);
  expect(lines, lines.join("\n")).toHaveLength(1);
  return lines[0] ?? "";
};
