import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { localPages } from "../../../local/ingress/pages";
import { TestBrowser } from "../support/browser";
import type { JupyterApi } from "../support/jupyter-api";
import { JupyterLab } from "../support/jupyter-lab";
import { apiOf, askPage, executorsIn, localNotebook, until, type LocalNotebook } from "../support/local-notebook";

/** The picture of the last run; `docs/images/notebook.png` is one of these. */
const artifacts = join(projectDirectory, "artifacts");

describe("a notebook in the browser, through the ingress", () => {
  let notebook: LocalNotebook;
  let browser: TestBrowser;
  let lab: JupyterLab;
  let api: JupyterApi;
  /** What others had there before: the rest goes when these tests end. */
  let before: Awaited<ReturnType<typeof left>>;
  /** Executors that were seen while the sample ran. */
  const seen = new Set<string>();
  /** Kernels that run, and the names of what lies in the home. */
  const left = async () => ({
    kernels: await api.kernelIds(),
    files: ((await api.get("")).content as readonly { name: string }[]).map(({ name }) => name),
  });
  const address = (path: string) => `${notebook.page}${path}`;

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true });
    notebook = await localNotebook();
    api = apiOf(notebook);
    before = await left();
    const hosts = { [`*.${new URL(notebook.page).hostname.replace(/^[^.]+\./, "")}`]: "127.0.0.1" };
    browser = await TestBrowser.start({ certificateAuthority: notebook.authority, hosts });
    // A sample is opened without the layout of an earlier visit.
    lab = await JupyterLab.open(browser.context, address("/lab/tree/samples/1-files-on-the-share.ipynb?reset"));
  });
  afterAll(async () => {
    await browser.stop();
    const after = await left();
    for (const kernel of after.kernels.filter((id) => !before.kernels.includes(id)))
      await api.request(`/api/kernels/${kernel}`, { method: "DELETE" });
    for (const file of after.files.filter((name) => !before.files.includes(name))) await api.delete(file);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const [index, tab] of browser.context.pages().entries())
      await tab.screenshot({ path: join(artifacts, `failed-${index}.png`) });
  });

  it("is sent from http to https", async () => {
    const [http] = localPages()?.nodePorts ?? [];
    const plain = new URL(address("/lab"));
    plain.protocol = "http:";
    plain.port = String(http);
    const answer = await askPage(plain.href, notebook.authority);
    expect([301, 308]).toContain(answer.status);
    expect(answer.location).toBe(address("/lab"));
  });

  it("answers nobody who shows no token or a wrong one", async () => {
    for (const headers of [{}, { Authorization: "token wrong" }] as Record<string, string>[]) {
      for (const path of ["/api/kernels", "/api/contents", "/api/status"])
        expect((await askPage(address(path), notebook.authority, headers)).status).toBe(403);
      expect((await askPage(address("/lab"), notebook.authority, headers)).location).toMatch(/\/login\?next=/);
      expect((await askPage(address("/spark-ui/"), notebook.authority, headers)).location).toMatch(/\/login\?next=/);
    }
    const right = { Authorization: `token ${notebook.token}` };
    expect((await askPage(address("/api/status"), notebook.authority, right)).status).toBe(200);
  });

  it("asks for its token, and refuses another one", async () => {
    expect(await lab.asksForLogin()).toBe(true);
    await lab.logIn("another-token-of-somebody");
    expect(await lab.asksForLogin()).toBe(true);
  });

  it("runs a whole sample on executors that come with the work, and shows its plot", async () => {
    await lab.logIn(notebook.token);
    expect(await executorsIn(notebook.namespace)).toEqual([]);
    const watching = new AbortController();
    const watch = (async () => {
      while (!watching.signal.aborted) for (const executor of await executorsIn(notebook.namespace)) seen.add(executor);
    })();
    try {
      await lab.runAllCells(200_000);
    } finally {
      watching.abort();
      await watch;
    }
    expect(await lab.errors()).toEqual([]);
    expect(await lab.plots()).toBe(1);
    expect(seen.size).toBeGreaterThan(0);
    await lab.scrollToPlot();
    await lab.tab.screenshot({ path: join(artifacts, "notebook.png") });
  });

  it("has the page of its Spark behind the same login", async () => {
    const page = await browser.context.newPage();
    await page.goto(address("/spark-ui/"));
    await page.getByRole("link", { name: /files-on-the-share/ }).click();
    await page.getByRole("link", { name: "Executors" }).click();
    await page.getByText("Summary").first().waitFor();
    expect(page.url()).toMatch(/\/spark-ui\/40\d\d\/executors\/$/);
    expect(await page.innerText("body")).toMatch(/1-files-on-the-share/);
    await page.close();
  });

  it("gives its executors back while a cell of more than a minute runs without them, and keeps that cell's page", async () => {
    const long = await JupyterLab.open(browser.context, address("/lab?reset"));
    await long.openNewNotebook();
    const [ran] = await Promise.all([
      long.runCell("import time; time.sleep(75); print('came', 'through')", 100_000),
      until("the executors are gone", 240, async () => (await executorsIn(notebook.namespace)).length === 0),
    ]);
    expect(ran).toContain("came through");
    await long.tab.close();
  });
});
