import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planNotebooksLock } from "../local/images/python-lock";
import { imagesDirectory } from "../local/images/tags";

/**
 * Writes `images/jupyter/requirements.txt` for the versions in `infra/versions.ts`.
 *
 * @throws StepError where no set of packages fits; the old file stays
 */
export async function imagesLock(): Promise<void> {
  const text = await planNotebooksLock((line) => console.log(line));
  const file = join(imagesDirectory, "jupyter", "requirements.txt");
  writeFileSync(`${file}.partial`, text);
  renameSync(`${file}.partial`, file);
  console.log(`${file} pins ${text.match(/^[a-z0-9-]+==/gm)?.length ?? 0} packages`);
}
