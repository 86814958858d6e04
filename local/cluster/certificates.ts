import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  ensureKeyPairs,
  isCurrentIn,
  keyAlgorithm,
  keyPairFilesIn,
  writeKeyFile,
  type CertificateSubject,
  type KeyPairFiles,
} from "../certificates/key-pairs";
import { apiServiceAddress, clusterDomain, hostAddress, nodeAddress, nodeName } from "./network";
import { clusterPaths } from "./paths";

export type { CertificateSubject } from "../certificates/key-pairs";

/** The cluster's own authority: API server, kubelet and every user of the API. */
export const clusterAuthority: CertificateSubject = { file: "cluster-ca", commonName: "hamilton-cluster-ca" };
/** etcd has an authority of its own, so that no certificate of the API's users opens it. */
export const etcdAuthority: CertificateSubject = { file: "etcd-ca", commonName: "hamilton-etcd-ca" };

/** Groups that Kubernetes itself knows; `system:masters` may do everything. */
const masters = "system:masters";

/**
 * What the cluster's authority signs. Kubernetes takes the common name as the user's name and the organisation as the
 * user's group; users without a group get their rights from RBAC objects of the start.
 */
export const clusterSubjects = {
  apiServer: {
    file: "kube-apiserver",
    commonName: "kube-apiserver",
    dnsNames: [
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      `kubernetes.default.svc.${clusterDomain}`,
    ],
    addresses: [hostAddress, "127.0.0.1", apiServiceAddress],
  },
  apiServerAtKubelet: { file: "kube-apiserver-kubelet", commonName: "kube-apiserver", organisation: masters },
  kubeletServer: { file: "kubelet-server", commonName: nodeName, dnsNames: [nodeName], addresses: [nodeAddress] },
  administrator: { file: "administrator", commonName: "hamilton-administrator", organisation: masters },
  controllerManager: { file: "controller-manager", commonName: "system:kube-controller-manager" },
  scheduler: { file: "scheduler", commonName: "system:kube-scheduler" },
  kubelet: { file: "kubelet", commonName: `system:node:${nodeName}`, organisation: "system:nodes" },
  kubeProxy: { file: "kube-proxy", commonName: "system:kube-proxy" },
  dns: { file: "coredns", commonName: "hamilton:dns" },
  networkPolicy: { file: "network-policy", commonName: "hamilton:network-policy" },
  localPath: { file: "local-path-provisioner", commonName: "hamilton:local-path-provisioner" },
} as const satisfies Record<string, CertificateSubject>;

/** What etcd's authority signs: one pair serves etcd, the API server holds the other. */
export const etcdSubjects = {
  server: { file: "etcd-server", commonName: "etcd", dnsNames: ["localhost"], addresses: ["127.0.0.1"] },
  client: { file: "etcd-client", commonName: "kube-apiserver" },
} as const satisfies Record<string, CertificateSubject>;

/** The file names of a key pair. */
export function keyPairFiles(subject: CertificateSubject): KeyPairFiles {
  return keyPairFilesIn(clusterPaths.certificates(), subject);
}

/** The key that signs service account tokens; it needs no certificate. */
export function serviceAccountKeyFile(): string {
  return join(clusterPaths.certificates(), "service-account.key");
}

/** Makes every key and certificate that is missing, damaged or about to end; leaves the others as they are. */
export async function ensureCertificates(): Promise<void> {
  const folder = clusterPaths.certificates();
  await ensureKeyPairs(folder, clusterAuthority, Object.values<CertificateSubject>(clusterSubjects));
  await ensureKeyPairs(folder, etcdAuthority, Object.values<CertificateSubject>(etcdSubjects));
  if (!existsSync(serviceAccountKeyFile())) {
    // SEC1, the one form from which the API server reads the public half as well.
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: keyAlgorithm.namedCurve });
    writeKeyFile(serviceAccountKeyFile(), privateKey.export({ type: "sec1", format: "pem" }).toString());
  }
}

/** Whether the files of a subject stand, belong together, say what they should and stay valid for a while. */
export function isCurrent(subject: CertificateSubject, authority: CertificateSubject, now = new Date()): boolean {
  return isCurrentIn(clusterPaths.certificates(), subject, authority, now);
}
