import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { ConfigFault } from "./faults";
import type { Groups } from "./schema";
import { howToSet } from "./secrets";
import { webPages } from "./web-pages";

/** What is wrong with a certificate and its key: which of the two, and the rest of the sentence about it. */
export interface CertificateFault {
  readonly of: "certificate" | "key";
  /** What it is: `ended on 2026-01-31`. */
  readonly state: string;
  /** What would be right: `one that is valid today`. */
  readonly expected: string;
}

/**
 * Faults of the certificate that the stack file supplies, where its texts can be read: damaged, out of its time, for
 * other hosts than the pages', or with another key. Nothing of either text is ever shown.
 *
 * @param texts The secrets by name; those that aren't there are somebody else's fault to tell.
 */
export function certificateFaults(
  groups: Partial<Groups>,
  texts: Readonly<Record<string, unknown>>,
  environment: string,
  now: Date,
): readonly ConfigFault[] {
  const { ingress } = groups;
  if (ingress?.tls.kind !== "secret") return [];
  const { certificate: certificateName, key: keyName } = ingress.tls;
  const [certificate, key] = [texts[certificateName], texts[keyName]];
  if (typeof certificate !== "string" || typeof key !== "string" || certificate === "" || key === "") return [];
  const hosts = webPages(groups).map(({ host }) => host);
  return judgeCertificate({ certificate, key, hosts, now }).map(({ of, state, expected }) => {
    const name = of === "certificate" ? certificateName : keyName;
    const command = `${howToSet(name, environment)} < FILE`;
    return {
      key: `hamilton:ingress.tls.${of}`,
      sentence: `names "${name}", which ${state}; expected ${expected}, set with: ${command}`,
    };
  });
}

/** What a certificate is judged by. */
export interface JudgedCertificate {
  /** The PEM text: the server's own certificate first, then those between it and the root. */
  readonly certificate: string;
  /** The PEM text of its private key. */
  readonly key: string;
  /** The hosts that it must be for. */
  readonly hosts: readonly string[];
  readonly now: Date;
}

/** Everything that is wrong with a certificate and its key; nothing if browsers that trust its root will take it. */
export function judgeCertificate({ certificate, key, hosts, now }: JudgedCertificate): readonly CertificateFault[] {
  const own = firstCertificate(certificate);
  const privateKey = readKey(key);
  const faults: CertificateFault[] = [];
  if (own === undefined)
    faults.push({ of: "certificate", state: "holds no certificate", expected: "one as PEM text (BEGIN CERTIFICATE)" });
  if (privateKey === undefined)
    faults.push({ of: "key", state: "holds no private key that can be read", expected: "one as PEM, not encrypted" });
  if (own === undefined) return faults;
  const day = (text: string) => new Date(text).toISOString().slice(0, 10);
  if (Date.parse(own.validTo) <= now.getTime())
    faults.push({ of: "certificate", state: `ended on ${day(own.validTo)}`, expected: "one that is valid today" });
  if (Date.parse(own.validFrom) > now.getTime())
    faults.push({ of: "certificate", state: `begins on ${day(own.validFrom)}`, expected: "one that is valid today" });
  // Browsers look at the alternative names alone.
  const missing = hosts.filter((host) => own.checkHost(host, { subject: "never" }) === undefined);
  if (missing.length > 0)
    faults.push({
      of: "certificate",
      state: `is for ${own.subjectAltName ?? "no host"}`,
      expected: `one that is for ${missing.join(", ")} too`,
    });
  if (privateKey !== undefined && !own.checkPrivateKey(privateKey))
    faults.push({ of: "key", state: "is the key of another certificate", expected: "the one of the certificate" });
  return faults;
}

/** When a certificate that {@link judgeCertificate} has no fault in ends. @throws Error for a text that is none */
export function certificateEnd(certificate: string): Date {
  return new Date(new X509Certificate(certificate).validTo);
}

function firstCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
