import { localReference } from "../../../local/images/tags";
import { setConfig } from "../../support/stack-edit";
import type { Document } from "yaml";

/** A notebook as small as can be, beside whatever else the node carries: one executor for its kernels. */
export const smallNotebook = {
  resources: { cpu: "50m", memory: "1280m" },
  driverMemory: "512m",
  executor: { cores: 1, requestCores: "50m", memory: "512m" },
  executors: { max: 1 },
  quota: { cpu: "100m", memory: "3g", pods: 2 },
  home: { className: "local-path", size: "100Mi" },
  login: { kind: "token" },
};

/** Gives an environment beside `local` notebooks, by their names. */
export function setNotebooks(document: Document, notebooks: Readonly<Record<string, unknown>>): void {
  // A full reference, since no registry stands behind the image that the node holds already.
  setConfig(document, ["hamilton:images", "jupyter"], localReference("jupyter"));
  setConfig(document, ["hamilton:notebooks"], notebooks);
}
