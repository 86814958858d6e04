import "reflect-metadata";
import { X509Certificate as ReadCertificate, createPrivateKey, webcrypto } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

/** Whose certificate it is and what it is for. */
export interface CertificateSubject {
  /** The file name, without its ending. */
  readonly file: string;
  readonly commonName: string;
  readonly organisation?: string;
  /** Host names a server answers to; `*.` stands for any one label. */
  readonly dnsNames?: readonly string[];
  /** Addresses a server answers on. */
  readonly addresses?: readonly string[];
  /** What a leaf proves: who a client is, or a server. @default `client`, and `server` as well if there are addresses */
  readonly proves?: readonly ("client" | "server")[];
  /** The one domain that an authority may sign names below. @default any name */
  readonly onlyBelow?: string;
}

/** The files of one key pair. */
export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Ten years for an authority, one for what it signs; what ends within the next 30 days is due to be renewed. */
const validDays = { authority: 3650, leaf: 365, renewBefore: 30 } as const;
const day = 24 * 60 * 60 * 1000;

/** The kind of every key, and how certificates are signed. */
export const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The file names of a key pair in a folder. */
export function keyPairFilesIn(folder: string, subject: Pick<CertificateSubject, "file">): KeyPairFiles {
  const base = join(folder, subject.file);
  return { certificate: `${base}.crt`, key: `${base}.key` };
}

/**
 * Makes the key pairs of an authority and of what it signs where they are missing, damaged or about to end; leaves the
 * others as they are. A new authority signs everything anew.
 */
export async function ensureKeyPairs(
  folder: string,
  authority: CertificateSubject,
  subjects: readonly CertificateSubject[],
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isCurrentIn(folder, authority, authority)) await issue(folder, authority);
  for (const subject of subjects) if (!isCurrentIn(folder, subject, authority)) await issue(folder, subject, authority);
}

/** Whether the files of a subject stand, belong together, say what they should and stay valid for a while. */
export function isCurrentIn(
  folder: string,
  subject: CertificateSubject,
  authority: CertificateSubject,
  now = new Date(),
): boolean {
  const files = keyPairFilesIn(folder, subject);
  try {
    const certificate = new ReadCertificate(readFileSync(files.certificate));
    const issuer = new ReadCertificate(readFileSync(keyPairFilesIn(folder, authority).certificate));
    const names = [
      ...(subject.dnsNames ?? []).map((name) => `DNS:${name}`),
      ...(subject.addresses ?? []).map((address) => `IP Address:${address}`),
    ].join(", ");
    return (
      certificate.checkPrivateKey(createPrivateKey(readFileSync(files.key))) &&
      certificate.verify(issuer.publicKey) &&
      (certificate.subjectAltName ?? "") === names &&
      certificate.subject.split("\n").includes(`CN=${subject.commonName}`) &&
      signsOnlyBelow(certificate, subject.onlyBelow) &&
      Date.parse(certificate.validTo) - now.getTime() > validDays.renewBefore * day
    );
  } catch {
    return false;
  }
}

async function issue(folder: string, subject: CertificateSubject, authority?: CertificateSubject): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
  const signer = authority
    ? { issuer: readAuthority(folder, authority).subject, signingKey: await readSigningKey(folder, authority) }
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
    signingAlgorithm: keyAlgorithm,
    extensions: authority ? leafExtensions(subject) : authorityExtensions(subject),
  });
  const files = keyPairFilesIn(folder, subject);
  writeKeyFile(files.key, await privateKeyPem(keys.privateKey));
  writeKeyFile(files.certificate, certificate.toString("pem"));
}

function leafExtensions(subject: CertificateSubject): x509.Extension[] {
  const { addresses = [], dnsNames = [] } = subject;
  const { proves = addresses.length > 0 ? ["client", "server"] : ["client"] } = subject;
  const usages = { client: x509.ExtendedKeyUsage.clientAuth, server: x509.ExtendedKeyUsage.serverAuth };
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(proves.map((what) => usages[what])),
    ...(addresses.length + dnsNames.length > 0 ? [alternativeNames(subject)] : []),
  ];
}

function authorityExtensions({ onlyBelow }: CertificateSubject): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ...(onlyBelow === undefined ? [] : [new x509.Extension(nameConstraints, true, namesBelow(onlyBelow))]),
  ];
}

/** The extension of RFC 5280 (4.2.1.10) that bounds the names an authority may sign. */
const nameConstraints = "2.5.29.30";

/** Its value for one domain and everything below it: permittedSubtrees with one dNSName. */
function namesBelow(domain: string): Uint8Array {
  const wrapped = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
  return wrapped(0x30, wrapped(0xa0, wrapped(0x30, wrapped(0x82, Buffer.from(domain, "ascii")))));
}

function signsOnlyBelow(certificate: ReadCertificate, domain: string | undefined): boolean {
  const extension = new x509.X509Certificate(certificate.raw).getExtension(nameConstraints);
  if (domain === undefined || extension === null) return domain === undefined && extension === null;
  return Buffer.from(extension.value).equals(namesBelow(domain));
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

function readAuthority(folder: string, authority: CertificateSubject): x509.X509Certificate {
  return new x509.X509Certificate(readFileSync(keyPairFilesIn(folder, authority).certificate, "utf8"));
}

async function readSigningKey(folder: string, authority: CertificateSubject): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(readFileSync(keyPairFilesIn(folder, authority).key));
  const der = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, keyAlgorithm, false, ["sign"]);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** Writes a file for its owner alone, whole or not at all. */
export function writeKeyFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, `${text.trimEnd()}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
