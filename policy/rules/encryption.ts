import { isSparkSettings, propertiesIn } from "../../kubernetes/pods";
import { hidden, shown, type Fault, type Rule } from "../rule";
import { textsOf, type PlacedText } from "./texts";

/** The machine itself, and names that only look like addresses: XML namespaces and schemas. */
const harmless = /^http:\/\/(localhost|127\.|\[::1\]|0\.0\.0\.0|www\.w3\.org|schemas\.|json-schema\.org)/i;

const plainSettings: readonly (readonly [RegExp, string])[] = [
  [/\bsslmode=(disable|allow|prefer)\b/i, "set sslmode=verify-full"],
  [/\bencrypt=(false|no|optional)\b/i, "set encrypt=true"],
  [/\btrustServerCertificate=(true|yes)\b/i, "set trustServerCertificate=false and give the CA's certificate"],
  [/\b[\w.]*ssl\.enabled=false\b/i, "set it to true, with an https endpoint"],
];

interface Ingress {
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  readonly rules?: readonly { readonly host?: string }[];
}

/** In production nothing that leaves a pod can be read on the way. */
export const tlsOn: Rule = {
  name: "tls-on",
  description:
    "No endpoint is plain http, no connection setting turns TLS off, every Ingress host has TLS, and Windows shares are sealed.",
  why: "Keys and readings would cross the network in the clear.",
  environments: "production",
  sees: "resource",
  *check(resource) {
    for (const placed of textsOf(resource)) yield* textFaults(placed);
    const { manifest } = resource;
    if (manifest?.kind === "Ingress") yield* ingressFaults(manifest.spec ?? {});
    if (manifest?.kind === "PersistentVolume") yield* shareFaults(manifest.spec ?? {});
    if (manifest !== undefined && isSparkSettings(manifest)) yield* sparkFaults(propertiesIn(manifest));
  },
};

function* textFaults({ field, text, secret }: PlacedText): Iterable<Fault> {
  for (const [url] of text.matchAll(/\bhttp:\/\/[^\s"'<>,;]+/gi))
    if (!harmless.test(url)) yield { field, value: secret ? hidden : shown(withoutUser(url)), fix: "use an https URL" };
  for (const [pattern, fix] of plainSettings) {
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) yield { field, value: secret ? hidden : shown(found), fix };
  }
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function* ingressFaults({ tls = [], rules = [] }: Ingress): Iterable<Fault> {
  const covered = tls.flatMap(({ hosts = [] }) => hosts);
  for (const [index, { host }] of rules.entries())
    if (host === undefined ? tls.length === 0 : !covered.some((one) => covers(one, host)))
      yield {
        field: `spec.rules[${index}].host`,
        value: shown(host),
        fix: "name the host under spec.tls, with its Secret",
      };
}

/** A certificate for `*.example.com` covers one label before `example.com`. */
function covers(host: string, wanted: string): boolean {
  return host === wanted || (host.startsWith("*.") && wanted.replace(/^[^.]+/, "*") === host);
}

interface ShareVolume {
  readonly csi?: { readonly driver?: string };
  readonly mountOptions?: readonly string[];
}

function* shareFaults({ csi, mountOptions = [] }: ShareVolume): Iterable<Fault> {
  if (csi?.driver === "smb.csi.k8s.io" && !mountOptions.includes("seal"))
    yield {
      field: "spec.mountOptions",
      value: shown(mountOptions),
      fix: "add seal: leave encrypt of the share at true",
    };
}

/** What Spark's own processes say to each other. */
function* sparkFaults(properties: Readonly<Record<string, string>>): Iterable<Fault> {
  for (const name of ["spark.authenticate", "spark.network.crypto.enabled"])
    if (properties[name] !== "true")
      yield { field: `data["spark-defaults.conf"] ${name}`, value: shown(properties[name]), fix: "set it to true" };
}
