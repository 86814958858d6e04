import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument, type Document } from "yaml";
import { localReference } from "../../../local/images/tags";
import { localStackFile } from "../../../local/stack/stack-file";
import { setConfig, type ConfigPath } from "../../support/stack-edit";

/** A copy of this host's stack file with one value changed, as a file of its own: its path. */
export function changedLocalFile(path: ConfigPath, value: unknown): string {
  const document = parseDocument(readFileSync(localStackFile(), "utf8"));
  setConfig(document, path, value);
  const file = join(mkdtempSync(join(tmpdir(), "hamilton-changed-")), "Pulumi.local.yaml");
  writeFileSync(file, document.toString(), { mode: 0o600 });
  return file;
}

/**
 * Changes a stack file of the embedded cluster into that of another environment beside it, as far as two must differ.
 *
 * @param prefix the prefix of its namespaces.
 * @param nodePort the port on the node where its object store is reached.
 * @param host the host in the store's address outside the cluster.
 */
export function setBesideLocal(document: Document, prefix: string, nodePort: number, host: string): void {
  setConfig(document, ["hamilton:namespaces"], { prefix });
  // Full references, since no registry stands behind the images that the node holds already.
  const images = { registry: "registry.invalid", spark: localReference("spark"), minio: localReference("minio") };
  setConfig(document, ["hamilton:images"], images);
  setConfig(document, ["hamilton:volumes"], {});
  // Its pages and their certificate are this host's own, and one notebook is as much as its node has room for.
  setConfig(document, ["hamilton:ingress"], undefined);
  setConfig(document, ["hamilton:notebooks"], undefined);
  setConfig(document, ["hamilton:secrets"], undefined);
  setConfig(document, ["hamilton:objectStore", "nodePort"], nodePort);
  setConfig(document, ["hamilton:objectStore", "externalEndpoint"], `http://${host}:${nodePort}`);
}
