import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../console/steps";
import { hasImage, importImage, writeProgramImage } from "./images";
import { clusterPaths } from "./paths";

/** The image of the process that holds a pod's namespaces, named by what it contains. */
export function sandboxImageName(pauseProgram: string): string {
  const digest = createHash("sha256").update(readFileSync(pauseProgram)).digest("hex").slice(0, 12);
  return `localhost/hamilton/pause:${digest}`;
}

/** Makes and imports the sandbox image unless the node has it; containerd must run. */
export async function ensureSandboxImage(pauseProgram: string, report: Report): Promise<void> {
  const name = sandboxImageName(pauseProgram);
  if (await hasImage(name)) return;
  mkdirSync(clusterPaths.run(), { recursive: true, mode: 0o700 });
  const archive = join(clusterPaths.run(), "pause.tar");
  // 65535 is the user of Kubernetes' own pause image: nobody in particular.
  const image = { name, files: { pause: pauseProgram }, entrypoint: ["/pause"], user: "65535:65535" };
  await writeProgramImage(image, archive);
  await importImage(archive, name, report);
  rmSync(archive);
}
