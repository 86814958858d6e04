import { createPrivateKey } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { parseStackFile } from "../../infra/config";
import { certificateFaults, judgeCertificate, type JudgedCertificate } from "../../infra/config/certificates";
import { selfSigned } from "../support/certificates";
import { changed } from "../support/stack-files";

type Pair = Awaited<ReturnType<typeof selfSigned>>;

const now = new Date("2026-06-15T12:00:00Z");
const [from, to] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-12-31T00:00:00Z")];
const hosts = ["store.hamilton.example.com", "ada.hamilton.example.com"];

let good: Pair;
let wildcard: Pair;
let other: Pair;
beforeAll(async () => {
  good = await selfSigned({ hosts, from, to });
  wildcard = await selfSigned({ hosts: ["*.hamilton.example.com"], from, to });
  other = await selfSigned({ hosts, from, to });
});

const judged = (pair: Pair, changes: Partial<JudgedCertificate> = {}) =>
  judgeCertificate({ ...pair, hosts, now, ...changes }).map(({ of, state }) => `${of} ${state}`);

describe("a supplied certificate", () => {
  it("is fine for its hosts in its time, with its key", () => {
    expect(judged(good)).toEqual([]);
    expect(judged(wildcard)).toEqual([]);
  });

  it("is fine with the certificates between it and the root behind it", () => {
    expect(judged({ ...good, certificate: `${good.certificate}\n${other.certificate}` })).toEqual([]);
  });

  it("is judged as the first of its text, the one that servers show", () => {
    const turned = `${other.certificate}\n${good.certificate}`;
    expect(judged({ ...good, certificate: turned })).toEqual(["key is the key of another certificate"]);
  });

  it("is refused once it has ended, and before it begins", () => {
    expect(judged(good, { now: to })).toEqual(["certificate ended on 2026-12-31"]);
    expect(judged(good, { now: new Date("2025-12-31T23:59:59Z") })).toEqual(["certificate begins on 2026-01-01"]);
  });

  it("is refused for hosts that it isn't for, which it names", () => {
    const faults = judgeCertificate({ ...good, hosts: [...hosts, "airflow.hamilton.example.com"], now });
    expect(faults).toEqual([
      {
        of: "certificate",
        state: "is for DNS:store.hamilton.example.com, DNS:ada.hamilton.example.com",
        expected: "one that is for airflow.hamilton.example.com too",
      },
    ]);
  });

  it("stands by a wildcard for one label, not for two", () => {
    expect(judged(wildcard, { hosts: ["a.b.hamilton.example.com"] })).toHaveLength(1);
    expect(judged(wildcard, { hosts: ["hamilton.example.com"] })).toHaveLength(1);
  });

  it("isn't for the name in its subject, which browsers don't look at", async () => {
    const named = await selfSigned({ hosts: [], from, to, commonName: "store.hamilton.example.com" });
    expect(judged(named, { hosts: ["store.hamilton.example.com"] })).toEqual(["certificate is for no host"]);
  });

  it("is refused with the key of another", () => {
    expect(judged({ ...good, key: other.key })).toEqual(["key is the key of another certificate"]);
  });

  it.each([
    ["no PEM", "hush"],
    ["half of one", "-----BEGIN CERTIFICATE-----\nMIIB"],
  ])("is refused where it is %s", (_, certificate) => {
    expect(judged({ ...good, certificate })).toEqual(["certificate holds no certificate"]);
  });

  it("is refused with a key that is encrypted or none", () => {
    const encrypted = createPrivateKey(good.key).export({
      ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "hush" },
    } as never) as unknown as string;
    for (const key of [encrypted, "hush"])
      expect(judged({ ...good, key })).toEqual(["key holds no private key that can be read"]);
  });

  it("tells all that is wrong with it at once", () => {
    expect(judged({ ...good, key: other.key }, { now: to, hosts: ["x.example.com"] })).toHaveLength(3);
  });
});

describe("the certificate of a stack file", () => {
  const groups = () =>
    parseStackFile(changed("dev", [["ingress", "tls"], tls], [["notebooks"], undefined]), "dev").config;
  const tls = { kind: "secret", certificate: "page-certificate", key: "page-key" };
  const faultsOf = (texts: Record<string, string>) => certificateFaults(groups(), texts, "dev", now);

  it("is judged by the pages' hosts, and its faults name the key, the secret and the command that sets another", () => {
    expect(faultsOf({ "page-certificate": good.certificate, "page-key": good.key })).toEqual([
      {
        key: "hamilton:ingress.tls.certificate",
        sentence:
          'names "page-certificate", which is for DNS:store.hamilton.example.com, DNS:ada.hamilton.example.com; expected ' +
          "one that is for store.hamilton.dev.example.com too, set with: " +
          "pulumi config set --stack dev --secret --path 'hamilton:secrets.page-certificate' < FILE",
      },
    ]);
  });

  it("is shown in no fault, and neither is its key", () => {
    const shown = JSON.stringify(faultsOf({ "page-certificate": "hush-one", "page-key": "hush-two" }));
    expect(shown).toMatch(/holds no certificate.*holds no private key/);
    expect(shown).not.toContain("hush-");
  });

  it("is left to the rule of missing secrets where one of the two isn't set", () => {
    expect(faultsOf({ "page-key": good.key })).toEqual([]);
    expect(faultsOf({ "page-certificate": good.certificate, "page-key": "" })).toEqual([]);
  });
});
