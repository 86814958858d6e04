import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { snapshotFormat } from "./snapshot-format";

/** How many commits' snapshots stay: more than the branches that somebody compares with in a week, a few MB each. */
const kept = 20;

/** Snapshots of commits in a folder. A commit never changes, so neither do they; the oldest make way for new ones. */
export class SnapshotCache {
  constructor(private readonly folder: string) {}

  /** The document of a commit, as `review/print-snapshots.ts` wrote it; undefined where there is none. */
  read(commit: string): string | undefined {
    const file = this.fileOf(commit);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /** Writes under a name of its own first: whoever reads the final name finds all of it or nothing. */
  write(commit: string, text: string): void {
    mkdirSync(this.folder, { recursive: true });
    const file = this.fileOf(commit);
    const partial = `${file}.${process.pid}.partial`;
    writeFileSync(partial, text);
    renameSync(partial, file);
    this.removeOldest();
  }

  private fileOf(commit: string): string {
    return join(this.folder, `${commit}-${snapshotFormat}.json`);
  }

  private removeOldest(): void {
    const files = readdirSync(this.folder)
      .filter((name) => name.endsWith(".json"))
      // Another comparison may be removing the same ones.
      .map((name) => ({ name, written: statSync(join(this.folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
      .sort((one, other) => other.written - one.written);
    for (const { name } of files.slice(kept)) rmSync(join(this.folder, name), { force: true });
  }
}
