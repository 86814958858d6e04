import { renderedPlatforms } from "../support/platform";
import { schemaFaults } from "../support/kubernetes-schema";
import { manifestsOf, manifestText, maskedManifestsOf } from "../../review/manifests";

/**
 * Renders every environment through the recording monitor, checks each object against Kubernetes' schema and prints how
 * many there were: run as a process of its own, so that the time includes loading everything.
 */
async function main(): Promise<void> {
  let objects = 0;
  for (const [environment, run] of await renderedPlatforms()) {
    const manifests = manifestsOf(run);
    const faults = manifests.flatMap((manifest) => schemaFaults(manifest));
    if (faults.length > 0) throw new Error(`${environment}: ${faults.join("; ")}`);
    manifestText(maskedManifestsOf(run));
    objects += manifests.length;
  }
  console.log(objects);
}

void main();
