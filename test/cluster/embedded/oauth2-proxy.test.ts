import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Allowed } from "../../../components/jupyter/login";
import { emailsText, proxyConfiguration, proxyFiles } from "../../../components/jupyter/oauth2-proxy";
import { ensureKeyPairs, keyPairFilesIn, type CertificateSubject } from "../../../local/certificates/key-pairs";
import { buildTools } from "../../../local/toolchain/build";
import { startLoginService, type LoginService } from "./login-service";

const client = "hamilton-harp";
const host = "notebook-harp.example.com";
const authority: CertificateSubject = { file: "authority", commonName: "a site's authority" };
const leaf: CertificateSubject = { file: "login", commonName: "login", dnsNames: ["localhost"], proves: ["server"] };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The port that a server got. */
const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the login proxy that is compiled here, with the configuration of a notebook", () => {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-login-"));
  const seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
  let program = "";
  let service: LoginService;
  let notebook: Server;
  let proxy: { readonly port: number; readonly process: ResultPromise } | undefined;

  beforeAll(async () => {
    program = (await buildTools(["oauth2-proxy"], () => undefined)).get("oauth2-proxy")?.path ?? "";
    await ensureKeyPairs(folder, authority, [leaf]);
    const files = keyPairFilesIn(folder, leaf);
    const [certificate, key] = [files.certificate, files.key].map((file) => readFileSync(file, "utf8"));
    service = await startLoginService({ certificate: certificate ?? "", key: key ?? "" }, client);
    notebook = createServer(({ url = "", headers }, response) => {
      seen.push({ url, headers });
      response.end(`page ${url}`);
    });
    notebook.on("upgrade", ({ url = "", headers }, socket) => {
      seen.push({ url, headers });
      socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    });
    await new Promise<void>((resolve) => notebook.listen(0, "127.0.0.1", resolve));
  });

  afterEach(async () => {
    proxy?.process.kill();
    await proxy?.process.catch(() => undefined);
    proxy = undefined;
    seen.length = 0;
  });

  afterAll(() => {
    service.close();
    notebook.close();
  });

  /** Starts the proxy; its own address and the notebook's are this test's, so that the host's ports stay free. */
  async function start(allowed: Allowed): Promise<void> {
    const own = mkdtempSync(join(folder, "proxy-"));
    const secretsFolder = join(own, "secrets");
    mkdirSync(secretsFolder);
    const source = {
      notebook: "harp",
      issuerUrl: service.issuer,
      clientId: client,
      allowed,
      folder: own,
      secretsFolder,
    };
    const claims = { groupsClaim: "groups", emailClaim: "email", durationSeconds: 43200, ownCertificates: true };
    const text = proxyConfiguration({ ...source, ...claims, pageUrl: `https://${host}`, basePath: "/" });
    const write = (name: string, content: string) => writeFileSync(join(own, name), content);
    write(proxyFiles.configuration, text);
    write(proxyFiles.certificates, readFileSync(keyPairFilesIn(folder, authority).certificate, "utf8"));
    write(proxyFiles.emails, emailsText(allowed) ?? "");
    write(join("secrets", proxyFiles.clientSecret), "the-client's-secret");
    write(join("secrets", proxyFiles.cookieSecret), "a".repeat(16) + "B7".repeat(8));
    const port = await freePort();
    const args = [`--config=${join(own, proxyFiles.configuration)}`, `--http-address=127.0.0.1:${port}`];
    const process = execa(program, [...args, `--upstream=http://127.0.0.1:${portOf(notebook)}/`], {
      all: true,
      reject: false,
    });
    proxy = { port, process };
    await expect
      .poll(
        () =>
          ask("/ready").then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 20_000 },
      )
      .toBe(200);
  }

  function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port: proxy?.port, path, headers: { host, ...headers } },
        (response) => {
          let body = "";
          response.on("data", (part: Buffer) => (body += part.toString()));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        },
      );
      asked.on("upgrade", (response, socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
      });
      asked.on("error", reject).end();
    });
  }

  const cookiesOf = ({ headers }: Answer) => (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");

  /** Goes the whole way of a browser; gives the answer to the way back and the cookies that it leaves. */
  async function logIn(): Promise<{ readonly back: Answer; readonly cookie: string }> {
    const first = await ask("/lab/tree/a.ipynb");
    expect(first.status).toBe(302);
    const location = await whereTo(first.headers.location ?? "");
    expect(location.origin + location.pathname).toBe(`https://${host}/oauth2/callback`);
    const back = await ask(location.pathname + location.search, { cookie: cookiesOf(first).join("; ") });
    return {
      back,
      cookie: cookiesOf(back)
        .filter((one) => !one.includes("_csrf"))
        .join("; "),
    };
  }

  /** What the login service sends a browser to, which trusts the site's authority. */
  async function whereTo(url: string): Promise<URL> {
    const file = keyPairFilesIn(folder, authority).certificate;
    const { stdout } = await execa("curl", [
      "--silent",
      "--show-error",
      "--cacert",
      file,
      "--output",
      "/dev/null",
      "--write-out",
      "%{redirect_url}",
      url,
    ]);
    return new URL(stdout);
  }

  it("lets nobody through without a login, whatever the request says of itself", async () => {
    await start({ groups: ["analysts"] });
    const forged = {
      "x-forwarded-uri": "/ping",
      "x-forwarded-user": "ann",
      authorization: "token guessed",
      "x-forwarded-for": "127.0.0.1",
    };
    const guesses: Record<string, string>[] = [{}, forged, { cookie: "__Host-hamilton-harp=guessed" }];
    for (const headers of guesses) {
      expect((await ask("/lab", headers)).status).toBe(302);
      expect((await ask("/api/contents", headers)).status).toBe(401);
      const socket = { ...headers, connection: "Upgrade", upgrade: "websocket" };
      expect((await ask("/api/kernels/1/channels", socket)).status).toBe(401);
    }
    expect(seen).toEqual([]);
    expect((await ask("/ping")).status).toBe(200);
  });

  it("lets in who is in one of the groups, to pages and sockets, under the host that the browser asked for", async () => {
    await start({ groups: ["risk", "analysts"] });
    service.person = { email: "ann@example.com", groups: ["staff", "analysts"] };
    const { back, cookie } = await logIn();
    expect([back.status, back.headers.location]).toEqual([302, "/lab/tree/a.ipynb"]);
    expect(service.clientSecret).toBe("the-client's-secret");
    expect(await ask("/lab?reset", { cookie })).toMatchObject({ status: 200, body: "page /lab?reset" });
    const socket = { cookie, connection: "Upgrade", upgrade: "websocket", origin: `https://${host}` };
    expect(
      (await ask("/api/kernels/1/channels", { ...socket, "sec-websocket-key": "eA==", "sec-websocket-version": "13" }))
        .status,
    ).toBe(101);
    expect(seen.map(({ headers }) => [headers.host, headers.authorization])).toEqual([
      [host, undefined],
      [host, undefined],
    ]);
  });

  it("gives a cookie for this host alone, and takes none of another notebook's", async () => {
    await start({ groups: ["analysts"] });
    service.person = { email: "ann@example.com", groups: ["analysts"] };
    const { back, cookie } = await logIn();
    const [set = ""] = (back.headers["set-cookie"] ?? []).filter((one) => !one.includes("_csrf"));
    expect(set).toMatch(/^__Host-hamilton-harp=[^;]+; Path=\/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax$/);
    expect((await ask("/lab", { cookie: cookie.replace("hamilton-harp", "hamilton-risk") })).status).toBe(302);
  });

  it("refuses who is in none of the groups", async () => {
    await start({ groups: ["analysts"] });
    service.person = { email: "ann@example.com", groups: ["staff"] };
    const { back, cookie } = await logIn();
    expect(back.status).toBe(403);
    expect(cookie).toBe("");
  });

  it("lets in by address those of the list, and nobody else of their groups", async () => {
    await start({ emails: ["ann@example.com"] });
    service.person = { email: "Ann@example.com", groups: [] };
    expect((await logIn()).back.status).toBe(302);
    service.person = { email: "bob@example.com", groups: ["analysts"] };
    expect((await logIn()).back.status).toBe(403);
  });
});
