import { writeFileSync } from "node:fs";
import { manifestText, maskedManifestsOf } from "../../review/manifests";
import { renderedPlatforms } from "../support/platform";
import { goldenFile } from "./goldens";

/** Writes the golden files anew: `npm run golden:update`. Review what changed as you would review a preview. */
async function update(): Promise<void> {
  for (const [environment, run] of await renderedPlatforms())
    writeFileSync(goldenFile(environment), manifestText(maskedManifestsOf(run)));
}

void update();
