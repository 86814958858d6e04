import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeCertificate } from "../../../infra/config/certificates";
import { ensureKeyPairs, isCurrentIn, keyPairFilesIn } from "../../../local/certificates/key-pairs";
import { ensurePageCertificate, pageAuthority, pageSubject } from "../../../local/ingress/certificate";

const pages = { domain: "hamilton.localhost", hosts: ["store.hamilton.localhost"] };
const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000);

let home: string;
const folder = () => join(home, "ingress");

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hamilton-pages-"));
  process.env.HAMILTON_HOME = home;
});
afterEach(() => {
  delete process.env.HAMILTON_HOME;
  rmSync(home, { recursive: true });
});

/** How a client that trusts the authority alone takes a server with this certificate: nothing, or why it refuses. */
function refusal(
  authority: string,
  pair: { certificate: string; key: string },
  host: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer({ cert: pair.certificate, key: pair.key }, (socket) => socket.end());
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      const ca = readFileSync(authority);
      const client = connect({ host: "127.0.0.1", port, ca, servername: host }, () => end(undefined));
      const end = (reason: string | undefined) => {
        client.destroy();
        server.close(() => resolve(reason));
      };
      client.on("error", (error: Error) => end(error.message));
    });
  });
}

describe("the certificate of this host's pages", () => {
  it("is one that the program takes, for every name of one label below the domain", async () => {
    const { certificate, key } = await ensurePageCertificate(pages);
    const hosts = ["store.hamilton.localhost", "any.hamilton.localhost"];
    expect(judgeCertificate({ certificate, key, hosts, now: new Date() })).toEqual([]);
  });

  it("is also for names that have more labels", async () => {
    const hosts = [...pages.hosts, "a.b.hamilton.localhost"];
    const { certificate } = await ensurePageCertificate({ ...pages, hosts });
    expect(new X509Certificate(certificate).subjectAltName).toBe(
      "DNS:*.hamilton.localhost, DNS:a.b.hamilton.localhost",
    );
  });

  it("is taken by whoever trusts its authority", async () => {
    const made = await ensurePageCertificate(pages);
    expect(await refusal(made.authority, made, "store.hamilton.localhost")).toBeUndefined();
    expect(await refusal(made.authority, made, "store.example.com")).toMatch(/altnames/);
  });

  it("comes from an authority that nobody believes anything else", async () => {
    const { authority } = await ensurePageCertificate(pages);
    const elsewhere = {
      file: "elsewhere",
      commonName: "bank",
      dnsNames: ["bank.example.com"],
      proves: ["server"],
    } as const;
    await ensureKeyPairs(folder(), pageAuthority(pages), [elsewhere]);
    const { certificate, key } = keyPairFilesIn(folder(), elsewhere);
    const forged = { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
    expect(await refusal(authority, forged, "bank.example.com")).toBe("permitted subtree violation");
  });

  it("stays as it is on the next start, and so does its authority", async () => {
    const first = await ensurePageCertificate(pages);
    const authority = readFileSync(first.authority, "utf8");
    expect(await ensurePageCertificate(pages)).toEqual(first);
    expect(readFileSync(first.authority, "utf8")).toBe(authority);
  });

  it("is made anew for other hosts and for another domain, the latter by another authority", async () => {
    const first = await ensurePageCertificate(pages);
    const authority = readFileSync(first.authority, "utf8");
    const more = await ensurePageCertificate({ ...pages, hosts: ["a.b.hamilton.localhost"] });
    expect(more.certificate).not.toBe(first.certificate);
    expect(readFileSync(more.authority, "utf8")).toBe(authority);
    const moved = await ensurePageCertificate({ domain: "other.localhost", hosts: [] });
    expect(readFileSync(moved.authority, "utf8")).not.toBe(authority);
    expect(await refusal(moved.authority, moved, "store.other.localhost")).toBeUndefined();
  });

  it("is renewed once it ends within 30 days", async () => {
    await ensurePageCertificate(pages);
    const current = (days: number) => isCurrentIn(folder(), pageSubject(pages), pageAuthority(pages), inDays(days));
    expect([current(330), current(340)]).toEqual([true, false]);
  });

  it("keeps its keys to root", async () => {
    await ensurePageCertificate(pages);
    for (const file of ["authority", "pages"])
      expect(statSync(keyPairFilesIn(folder(), { file }).key).mode & 0o777).toBe(0o600);
  });
});
