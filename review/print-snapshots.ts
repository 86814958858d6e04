import { writeFileSync } from "node:fs";
import { environmentsIn, renderEnvironment } from "./environments";
import { snapshotOf } from "./snapshot";
import { snapshotFormat, type Snapshot } from "./snapshot-format";

/** Snapshots of all environments of this state of the repository, or of those given. */
export async function renderSnapshots(
  environments: readonly string[] = environmentsIn(),
): Promise<readonly Snapshot[]> {
  const snapshots: Snapshot[] = [];
  for (const environment of environments) snapshots.push(snapshotOf(environment, await renderEnvironment(environment)));
  return snapshots;
}

// A later revision runs this file of an earlier one as `node --import tsx review/print-snapshots.ts FILE`: its place, its
// argument and what it writes stay as they are. A file rather than the output, which the program may print to.
if (require.main === module) {
  const file = process.argv[2];
  if (file === undefined) throw new Error("name the file to write to");
  renderSnapshots()
    .then((snapshots) => writeFileSync(file, JSON.stringify({ format: snapshotFormat, snapshots })))
    .catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
}
