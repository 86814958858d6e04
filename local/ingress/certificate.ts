import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureKeyPairs, keyPairFilesIn, type CertificateSubject } from "../certificates/key-pairs";
import { stateDirectory } from "../directories";
import type { LocalPages } from "./pages";

/** The certificate of the pages, as this host has it. */
export interface PageCertificate {
  /** The file with the certificate of its authority, for browsers to trust. */
  readonly authority: string;
  /** The PEM text that servers show. */
  readonly certificate: string;
  /** The PEM text of its private key; a secret. */
  readonly key: string;
}

/** Where the authority, the certificate and their keys are kept. */
export function pageCertificateFolder(): string {
  return join(stateDirectory(), "ingress");
}

/**
 * An authority for the pages' domain alone, so that whoever trusts it lets it vouch for nothing else. It has no part in
 * the cluster's own.
 */
export function pageAuthority({ domain }: Pick<LocalPages, "domain">): CertificateSubject {
  return { file: "authority", commonName: `hamilton pages of ${domain}`, onlyBelow: domain };
}

/** One certificate for every page: all names of one label below the domain, and each that has more. */
export function pageSubject({ domain, hosts }: Pick<LocalPages, "domain" | "hosts">): CertificateSubject {
  const wildcard = `*.${domain}`;
  const covered = (host: string) => host.replace(/^[^.]+/, "*") === wildcard;
  const others = hosts.filter((host) => !covered(host));
  return { file: "pages", commonName: wildcard, dnsNames: [wildcard, ...others], proves: ["server"] };
}

/** The pages' certificate: made on the first start, and anew where it is about to end or the hosts are others. */
export async function ensurePageCertificate(pages: Pick<LocalPages, "domain" | "hosts">): Promise<PageCertificate> {
  const folder = pageCertificateFolder();
  const [authority, subject] = [pageAuthority(pages), pageSubject(pages)];
  await ensureKeyPairs(folder, authority, [subject]);
  const files = keyPairFilesIn(folder, subject);
  return {
    authority: keyPairFilesIn(folder, authority).certificate,
    certificate: readFileSync(files.certificate, "utf8"),
    key: readFileSync(files.key, "utf8"),
  };
}
