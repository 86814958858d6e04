import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type CertificateSubject, clusterAuthority, clusterSubjects, keyPairFiles } from "./certificates";
import { writeIfChanged } from "./configuration-files";
import { apiServerUrl, contextName } from "./network";
import { clusterPaths } from "./paths";

/** Base64 contents of the three files that make up an identity. */
export interface KubeconfigIdentity {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** The text of a kubeconfig with one cluster, one user and one context, all self-contained. */
export function renderKubeconfig(server: string, context: string, identity: KubeconfigIdentity): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster: { server, "certificate-authority-data": identity.authority } }],
    users: [
      {
        name: context,
        user: { "client-certificate-data": identity.certificate, "client-key-data": identity.key },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  });
}

/** The kubeconfig file of one part of the cluster; the administrator's is the one for people. */
export function kubeconfigFile(subject: CertificateSubject): string {
  return subject.file === clusterSubjects.administrator.file
    ? clusterPaths.kubeconfig()
    : join(clusterPaths.kubeconfigs(), `${subject.file}.yaml`);
}

/** Writes the kubeconfig of everybody who talks to the API server; certificates must stand. */
export function ensureKubeconfigs(): void {
  mkdirSync(clusterPaths.kubeconfigs(), { recursive: true, mode: 0o700 });
  const { administrator, controllerManager, scheduler, kubelet, kubeProxy, dns, networkPolicy, localPath } =
    clusterSubjects;
  for (const subject of [
    administrator,
    controllerManager,
    scheduler,
    kubelet,
    kubeProxy,
    dns,
    networkPolicy,
    localPath,
  ]) {
    const files = keyPairFiles(subject);
    const text = renderKubeconfig(apiServerUrl, contextName, {
      authority: base64(keyPairFiles(clusterAuthority).certificate),
      certificate: base64(files.certificate),
      key: base64(files.key),
    });
    writeIfChanged(kubeconfigFile(subject), text);
  }
}

function base64(path: string): string {
  return readFileSync(path).toString("base64");
}
