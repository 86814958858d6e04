import { renameSync, writeFileSync } from "node:fs";

/** Writes a file under a name of its own first: whoever reads the final name finds all of it or nothing. */
export function writeWhole(file: string, text: string): void {
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, file);
}
