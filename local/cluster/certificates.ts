import "reflect-metadata";
import { X509Certificate as ReadCertificate, createPrivateKey, generateKeyPairSync, webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { apiServiceAddress, clusterDomain, hostAddress, nodeAddress, nodeName } from "./network";
import { clusterPaths } from "./paths";

/** Whose certificate it is and what it is for. */
export interface CertificateSubject {
  /** The file name, without its ending. */
  readonly file: string;
  /** Kubernetes takes the common name as the user's name. */
  readonly commonName: string;
  /** Kubernetes takes the organisation as the user's group. */
  readonly organisation?: string;
  /** Host names a server answers to. */
  readonly dnsNames?: readonly string[];
  /** Addresses a server answers on. */
  readonly addresses?: readonly string[];
}

/** The files of one key pair. */
export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The cluster's own authority: API server, kubelet and every user of the API. */
export const clusterAuthority: CertificateSubject = { file: "cluster-ca", commonName: "hamilton-cluster-ca" };
/** etcd has an authority of its own, so that no certificate of the API's users opens it. */
export const etcdAuthority: CertificateSubject = { file: "etcd-ca", commonName: "hamilton-etcd-ca" };

/** Groups that Kubernetes itself knows; `system:masters` may do everything. */
const masters = "system:masters";

/** What the cluster's authority signs. Users without a group get their rights from RBAC objects of the start. */
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

/** Ten years for an authority, one for what it signs; each start renews what ends within the next 30 days. */
const validDays = { authority: 3650, leaf: 365, renewBefore: 30 } as const;
const day = 24 * 60 * 60 * 1000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The file names of a key pair. */
export function keyPairFiles(subject: CertificateSubject): KeyPairFiles {
  const base = join(clusterPaths.certificates(), subject.file);
  return { certificate: `${base}.crt`, key: `${base}.key` };
}

/** The key that signs service account tokens; it needs no certificate. */
export function serviceAccountKeyFile(): string {
  return join(clusterPaths.certificates(), "service-account.key");
}

/** Makes every key and certificate that is missing, damaged or about to end; leaves the others as they are. */
export async function ensureCertificates(): Promise<void> {
  mkdirSync(clusterPaths.certificates(), { recursive: true, mode: 0o700 });
  for (const [authority, subjects] of [
    [clusterAuthority, Object.values<CertificateSubject>(clusterSubjects)],
    [etcdAuthority, Object.values<CertificateSubject>(etcdSubjects)],
  ] as const) {
    if (!isCurrent(authority, authority)) await issue(authority);
    for (const subject of subjects) if (!isCurrent(subject, authority)) await issue(subject, authority);
  }
  if (!existsSync(serviceAccountKeyFile())) {
    // SEC1, the one form from which the API server reads the public half as well.
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: algorithm.namedCurve });
    writeWhole(serviceAccountKeyFile(), privateKey.export({ type: "sec1", format: "pem" }).toString());
  }
}

/** Whether the files of a subject stand, belong together, say what they should and stay valid for a while. */
export function isCurrent(subject: CertificateSubject, authority: CertificateSubject, now = new Date()): boolean {
  const files = keyPairFiles(subject);
  try {
    const certificate = new ReadCertificate(readFileSync(files.certificate));
    const issuer = new ReadCertificate(readFileSync(keyPairFiles(authority).certificate));
    const names = [
      ...(subject.dnsNames ?? []).map((name) => `DNS:${name}`),
      ...(subject.addresses ?? []).map((address) => `IP Address:${address}`),
    ].join(", ");
    return (
      certificate.checkPrivateKey(createPrivateKey(readFileSync(files.key))) &&
      certificate.verify(issuer.publicKey) &&
      (certificate.subjectAltName ?? "") === names &&
      certificate.subject.split("\n").includes(`CN=${subject.commonName}`) &&
      Date.parse(certificate.validTo) - now.getTime() > validDays.renewBefore * day
    );
  } catch {
    return false;
  }
}

async function issue(subject: CertificateSubject, authority?: CertificateSubject): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const isServer = (subject.addresses ?? []).length > 0;
  const signer = authority
    ? { issuer: readAuthority(authority).subject, signingKey: await readSigningKey(authority) }
    : { issuer: distinguishedName(subject), signingKey: keys.privateKey };
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: distinguishedName(subject),
    issuer: signer.issuer,
    // A minute back, for clocks that differ a little.
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + (authority ? validDays.leaf : validDays.authority) * day),
    publicKey: keys.publicKey,
    signingKey: signer.signingKey,
    signingAlgorithm: algorithm,
    extensions: authority
      ? [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([
            x509.ExtendedKeyUsage.clientAuth,
            ...(isServer ? [x509.ExtendedKeyUsage.serverAuth] : []),
          ]),
          ...(isServer ? [alternativeNames(subject)] : []),
        ]
      : [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        ],
  });
  const files = keyPairFiles(subject);
  writeWhole(files.key, await privateKeyPem(keys.privateKey));
  writeWhole(files.certificate, certificate.toString("pem"));
}

function alternativeNames(subject: CertificateSubject): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([
    ...(subject.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(subject.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ]);
}

function distinguishedName(subject: CertificateSubject): x509.JsonName {
  return [...(subject.organisation ? [{ O: [subject.organisation] }] : []), { CN: [subject.commonName] }];
}

function readAuthority(authority: CertificateSubject): x509.X509Certificate {
  return new x509.X509Certificate(readFileSync(keyPairFiles(authority).certificate, "utf8"));
}

async function readSigningKey(authority: CertificateSubject): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(readFileSync(keyPairFiles(authority).key));
  const der = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, `${text.trimEnd()}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
