import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBrowser } from "../support/browser";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const keyPair = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const notAfter = new Date(Date.now() + 86_400_000);

async function authority() {
  const keys = await keyPair();
  const extensions = [new x509.BasicConstraintsExtension(true, 0, true)];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ name: "CN=authority of this test", keys, signingAlgorithm: algorithm, extensions, notAfter },
  });
  return { keys, certificate };
}

/** A page over TLS with a certificate that an authority signed for one host. */
async function page(host: string, { keys, certificate }: Awaited<ReturnType<typeof authority>>): Promise<Server> {
  const own = await keyPair();
  const leaf = await x509.X509CertificateGenerator.create({
    ...{ subject: `CN=${host}`, issuer: certificate.subject, signingKey: keys.privateKey, publicKey: own.publicKey },
    ...{ signingAlgorithm: algorithm, notAfter },
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }])],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", own.privateKey), "PRIVATE KEY");
  const server = createServer({ key, cert: leaf.toString("pem") }, (_, response) => response.end("<h1>here</h1>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("the browser of these tests", () => {
  const servers: Server[] = [];
  let browser: TestBrowser;

  beforeAll(async () => {
    x509.cryptoProvider.set(webcrypto);
    const trusted = await authority();
    servers.push(await page("one.example.com", trusted), await page("one.example.com", await authority()));
    browser = await TestBrowser.start({
      certificateAuthority: trusted.certificate.toString("pem"),
      hosts: { "*.example.com": "127.0.0.1" },
    });
  });
  afterAll(async () => {
    await browser.stop();
    for (const server of servers) server.close();
  });

  const open = async (host: string, server: Server | undefined) => {
    const tab = await browser.context.newPage();
    try {
      await tab.goto(`https://${host}:${(server?.address() as AddressInfo).port}/`);
      return await tab.innerText("h1");
    } catch (error) {
      return String(error);
    } finally {
      await tab.close();
    }
  };

  it("trusts what the platform's authority signed", async () => {
    expect(await open("one.example.com", servers[0])).toBe("here");
  });

  it("refuses another host's certificate, and another authority's", async () => {
    expect(await open("two.example.com", servers[0])).toMatch(/ERR_CERT_COMMON_NAME_INVALID/);
    expect(await open("one.example.com", servers[1])).toMatch(/ERR_CERT_AUTHORITY_INVALID/);
  });
});
