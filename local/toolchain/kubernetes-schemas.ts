import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { moduleSource } from "./build";
import { strictSchemas, type OpenApiDocument } from "./strict-schemas";
import { writeWhole } from "./tool-cache";
import { toolchainDirectory, toolVersion } from "./tools";

/** Schemas of every kind of the Kubernetes release that the platform is built for. */
export interface KubernetesSchemas {
  /** The release: `1.34.4`. */
  readonly version: string;
  /** The folder of `deployment-apps-v1.json` and so on. */
  readonly folder: string;
}

/** Raise it when {@link strictSchemas} makes others of the same document, so that no cache gives the old ones. */
const revision = 1;
const document = join("api", "openapi-spec", "swagger.json");

/**
 * Schemas of the Kubernetes release that `modules/kubernetes` pins, made of the OpenAPI document in its Go module, whose
 * digest is in `go.sum`. They are made once and then stand in the cache.
 *
 * @throws StepError where the module can't be had
 */
export async function kubernetesSchemas(report: Report): Promise<KubernetesSchemas> {
  const version = toolVersion("kubernetes");
  const folder = join(toolchainDirectory(), "kubernetes-schemas", `${version}-${revision}`);
  if (existsSync(folder)) return { version, folder };
  const source = await moduleSource("kubernetes", "k8s.io/kubernetes", report);
  const file = join(source, document);
  if (!existsSync(file)) {
    throw new StepError(`The Go module k8s.io/kubernetes v${version} has no ${document}`, {
      fix: "use the file that this release carries instead, in local/toolchain/kubernetes-schemas.ts",
    });
  }
  report(`deriving schemas of Kubernetes ${version}`);
  const schemas = strictSchemas(JSON.parse(await readFile(file, "utf8")) as OpenApiDocument);
  await writeWhole(folder, async (aside) => {
    for (const [name, schema] of schemas) await writeFile(join(aside, name), JSON.stringify(schema));
  });
  return { version, folder };
}
