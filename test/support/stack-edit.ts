import type { Document } from "yaml";

/** Where a value stands under `config:` of a stack file: the group with its project, then the keys below it. */
export type ConfigPath = readonly (string | number)[];

/** Sets a value of a stack file; `undefined` takes the key away. */
export function setConfig(document: Document, path: ConfigPath, value: unknown): void {
  const keys = ["config", ...path];
  if (value === undefined) document.deleteIn(keys);
  else document.setIn(keys, document.createNode(value));
}
