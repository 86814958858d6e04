import { imageTags } from "../images/tags";
import { shareMountDirectory } from "../share/paths";
import { localNotebooks, type HostValue } from "./stack-file";

/** The values that this host gives the stack file of the embedded cluster: what was built here, and where it stands. */
export function hostValues(): HostValue[] {
  const tags = imageTags();
  return [
    { path: ["hamilton:images", "spark"], value: tags.spark },
    ...(localNotebooks() === 0 ? [] : [{ path: ["hamilton:images", "jupyter"], value: tags.jupyter }]),
    { path: ["hamilton:images", "minio"], value: tags.minio },
    { path: ["hamilton:images", "traefik"], value: tags.traefik },
    { path: ["hamilton:volumes", "harp", "path"], value: shareMountDirectory() },
  ];
}
