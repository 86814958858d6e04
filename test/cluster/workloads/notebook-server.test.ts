import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientPorts } from "../../../components/spark/settings";
import { inJupyterImage, makeScratch } from "./notebook/in-image";
import { startImageServer, until, type ImageServer } from "./notebook/server";

const scratch = makeScratch();
const token = "a-token-for-tests-only";
let server: ImageServer;

const get = (path: string, headers: Record<string, string> = {}, options: RequestInit = {}) =>
  fetch(`${server.root}${path}`, { redirect: "manual", headers, ...options });
const withToken = { Authorization: `token ${token}` };

beforeAll(async () => {
  server = await startImageServer(scratch, token);
}, 300_000);

afterAll(() => server.stop(), 60_000);

describe("the notebook server", () => {
  it.each(["/api/status", "/api/kernels", "/api/contents", "/api/sessions", "/api/me"])(
    "refuses %s without a token and with a wrong one",
    async (path) => {
      expect((await get(path)).status).toBe(403);
      expect((await get(path, { Authorization: "token wrong" })).status).toBe(403);
    },
  );

  it.each(["/lab", "/tree", "/files/conf", "/spark-ui/", "/spark-ui/4040/jobs/"])(
    "sends whoever asks for %s without a login to the login page",
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(302);
      expect(answer.headers.get("location")).toMatch(/^\/team-a\/login\?next=/);
    },
  );

  it("tells its version to a probe, and nothing else", async () => {
    expect(Object.keys((await (await get("/api")).json()) as object)).toEqual(["version"]);
  });

  it("lets in whoever has the token, whatever ends the file that it stands in", async () => {
    for (const path of ["/api/status", "/lab", "/api/contents"]) expect((await get(path, withToken)).status).toBe(200);
  });

  it("has no other path than the one it was given", async () => {
    const answer = await fetch(server.root.replace("/team-a", "/lab"), { redirect: "manual", headers: withToken });
    expect(answer.status).not.toBe(200);
  });

  it("gives a cookie that scripts can't read, and that travels by https where the ingress does", async () => {
    const cookies = (await get(`/lab?token=${token}`, { "X-Forwarded-Proto": "https" })).headers.getSetCookie();
    const login = cookies.find((cookie) => cookie.startsWith("username-"));
    for (const word of ["HttpOnly", "SameSite=Lax", "Secure", "Path=/team-a/"]) expect(login).toContain(word);
  });

  it("takes no change from a page that only has the cookie", async () => {
    const cookies = (await get(`/lab?token=${token}`)).headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0] ?? "");
    const headers = { Cookie: cookies.join("; ") };
    expect((await get("/api/kernels", headers)).status).toBe(200);
    expect((await get("/api/kernels", headers, { method: "POST", body: "{}" })).status).toBe(403);
    const xsrf = /_xsrf=([^;]+)/.exec(headers.Cookie)?.[1] ?? "";
    const elsewhere = { ...headers, "X-XSRFToken": xsrf, Origin: "https://elsewhere.example" };
    expect((await get("/api/contents", elsewhere, { method: "POST", body: "{}" })).status).toBe(404);
  });

  it("has no terminals where they are switched off", async () => {
    expect((await get("/api/terminals", withToken)).status).toBe(404);
  });

  it("writes no token to its log", () => {
    expect(server.lines.length).toBeGreaterThan(5);
    expect(server.lines.join("\n")).not.toContain(token);
  });

  it("shows the samples in the home, to be read and not to be changed", async () => {
    const folder = (await (await get("/api/contents/samples", withToken)).json()) as {
      content: readonly { name: string; path: string }[];
    };
    expect(folder.content.map(({ name }) => name).sort()).toEqual([
      ...["1-files-on-the-share.ipynb", "2-object-store.ipynb", "3-database.ipynb"],
    ]);
    const path = `/api/contents/${folder.content[0]?.path}`;
    const notebook = (await (await get(path, withToken)).json()) as { writable: boolean };
    expect(notebook.writable).toBe(false);
    // The page asks for these when it opens a notebook, and would stop at an error.
    expect((await get(`${path}/checkpoints`, withToken)).status).toBe(200);
    const changed = await get(path, withToken, {
      method: "PUT",
      body: JSON.stringify({ ...notebook, writable: true }),
    });
    expect(changed.status).toBeGreaterThanOrEqual(400);
    expect(lstatSync(join(scratch.folder, "home", "samples")).isSymbolicLink()).toBe(true);
  });

  it("keeps nothing of a session but settings and history in the home", () => {
    expect(existsSync(join(scratch.folder, "home", ".local", "share", "jupyter", "runtime"))).toBe(false);
  });
});

describe("a notebook server without a token", () => {
  it("doesn't start, and says what is missing", async () => {
    const { exitCode, stderr } = await inJupyterImage(scratch, ["jupyter", "lab", "--ServerApp.port=0"]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("JUPYTER_TOKEN_FILE is not set");
  }, 60_000);
});

describe("Spark's page of a kernel", () => {
  const kernel = new AbortController();
  const range = { first: clientPorts.web.port, last: clientPorts.web.port + clientPorts.furtherPorts };
  let spark: Promise<unknown>;
  let page = "";

  beforeAll(async () => {
    const code =
      "import hamilton, time; hamilton.spark.range(10).count(); print(hamilton.spark_ui(), flush=True); time.sleep(600)";
    spark = inJupyterImage(scratch, ["python3", "-c", code], {
      env: { HAMILTON_BASE_URL: "/team-a" },
      signal: kernel.signal,
      onOutput: (line) => (page = /^\/team-a(\/spark-ui\/\d+\/)$/.exec(line)?.[1] ?? page),
    });
    await until("Spark has its page", server.lines, () => Promise.resolve(page !== ""));
  }, 180_000);

  afterAll(async () => {
    kernel.abort();
    await spark;
  }, 60_000);

  it("is behind the login, below the notebook's own path", async () => {
    expect((await get(`${page}jobs/`)).status).toBe(302);
    const list = await (await get("/spark-ui/", withToken)).text();
    expect(list).toContain(`<a href="${page.replace("/spark-ui/", "")}">harp</a>`);
  });

  it("has links, scripts and redirects that the browser finds there", async () => {
    const jobs = await (await get(`${page}jobs/`, withToken)).text();
    const links = Array.from(jobs.matchAll(/(?:href|src)="(\/[^"]*)"/g), ([, link]) => link);
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect(link).toMatch(new RegExp(`^/team-a${page}`));
    expect((await get(`${page}static/webui.js`, withToken)).status).toBe(200);
    expect((await get(page, withToken)).headers.get("location")).toBe(`/team-a${page}jobs/`);
  });

  it("shows its executors, whose page asks Spark's API", async () => {
    expect((await get(`${page}executors/`, withToken)).status).toBe(200);
    const applications = (await (await get(`${page}api/v1/applications`, withToken)).json()) as {
      id: string;
    }[];
    const executors = await get(`${page}api/v1/applications/${applications[0]?.id}/allexecutors`, withToken);
    expect(await executors.json()).toEqual([expect.objectContaining({ id: "driver" })]);
  });

  it("ends no jobs", async () => {
    expect((await get(`${page}jobs/job/kill/?id=0`, withToken)).status).toBe(403);
    const posted = await get(`${page}jobs/job/kill/?id=0`, withToken, { method: "POST" });
    expect(posted.status).toBe(405);
  });

  it("is the only thing that is reached this way", async () => {
    const { first, last } = range;
    for (const port of [22, 8888, first - 1, last + 1]) {
      const answer = await get(`/spark-ui/${port}/`, withToken);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain(`ports ${first} to ${last}`);
    }
    const none = await get(`/spark-ui/${last}/`, withToken);
    expect(none.status).toBe(404);
    expect(await none.text()).toContain(`No Spark has its page on port ${last}`);
  });
});
