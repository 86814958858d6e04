import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JupyterApi } from "../../e2e/support/jupyter-api";
import type { JupyterKernel } from "../../e2e/support/jupyter-kernel";
import { makeScratch } from "./notebook/in-image";
import { startImageServer, type ImageServer } from "./notebook/server";

const token = "a-token-for-tests-only";
let server: ImageServer;
let api: JupyterApi;

beforeAll(async () => {
  server = await startImageServer(makeScratch(), token);
  // By a name that no name server knows, as behind the ingress.
  api = new JupyterApi(server.root.replace("127.0.0.1", "harp.example.com"), token, {
    hosts: { "*.example.com": "127.0.0.1" },
  });
}, 300_000);

afterAll(() => server.stop(), 60_000);

describe("Jupyter's API as tests use it", () => {
  it.each([
    ["no token", undefined],
    ["a wrong token", "wrong"],
  ])("is refused with %s, by HTTP and by WebSocket", async (_, wrong) => {
    const refused = new JupyterApi(server.root, wrong);
    // A WebSocket is sent to the login page, and has no way to go there.
    expect([await refused.status(), await refused.socketStatus()]).toEqual([403, 302]);
    await expect(refused.startKernel()).rejects.toThrow(/POST .*\/api\/kernels answers 403/);
  });

  it("is let in with the token", async () => {
    expect([await api.status(), await api.socketStatus()]).toEqual([200, 404]);
  });

  it("writes, reads and deletes files of the home", async () => {
    await api.put("a file.txt", "what stands in it\n");
    expect(await api.get("a file.txt")).toMatchObject({ type: "file", content: "what stands in it\n" });
    await api.delete("a file.txt");
    expect(await api.status("/api/contents/a%20file.txt")).toBe(404);
  });
});

describe("a kernel by Jupyter's API", () => {
  let kernel: JupyterKernel;

  beforeAll(async () => {
    kernel = await api.startKernel();
  });
  afterAll(() => api.stopKernels());

  it("gives what a cell prints and what it ends with", async () => {
    const { texts, errors, plots } = await kernel.run("print('one')\nx = 41\nx + 1");
    expect([texts.join(""), errors, plots]).toEqual(["one\n42", [], 0]);
  });

  it("keeps its variables from cell to cell", async () => {
    expect((await kernel.run("x")).texts).toEqual(["41"]);
  });

  it("gives tables in all their forms, and counts plots", async () => {
    const code = "import pandas\nframe = pandas.DataFrame({'a': [1, 2]})\ndisplay(frame)\nframe.plot();";
    const { data, plots } = await kernel.run(code);
    expect(Object.keys(data[0] ?? {}).sort()).toEqual(["text/html", "text/plain"]);
    expect(plots).toBe(1);
  });

  it("has a display that is updated in one place, and every text that stood there", async () => {
    const { texts, data } = await kernel.run("shown = display('old', display_id=True)\nshown.update('new')");
    expect([texts, data]).toEqual([["'old'", "'new'"], [{ "text/plain": "'new'" }]]);
  });

  it("tells an exception by its class, its text and what the reader sees", async () => {
    const { errors } = await kernel.run("1 / 0");
    expect(errors).toEqual([
      {
        ename: "ZeroDivisionError",
        evalue: "division by zero",
        shown: expect.stringMatching(
          /^-+\nZeroDivisionError +Traceback[^]*ZeroDivisionError: division by zero$/,
        ) as string,
      },
    ]);
  });

  it("ends the wait for a cell that takes too long, with what it has shown", async () => {
    const slow = kernel.run("print('begun', flush=True)\nimport time; time.sleep(3)", 1500);
    await expect(slow).rejects.toThrow(/the cell still runs after 1500 ms:[^]*It has shown:\nbegun/);
  });

  it("tells that a kernel died under a cell", async () => {
    const other = await api.startKernel();
    await expect(other.run("import os; os._exit(1)")).rejects.toThrow("the kernel died under the cell");
  });

  it("is gone once it is stopped", async () => {
    const other = await api.startKernel();
    expect(await api.kernelIds()).toContain(other.id);
    await other.stop();
    expect(await api.kernelIds()).not.toContain(other.id);
    await expect(other.run("1")).rejects.toThrow("no cell can run: the kernel was stopped");
  });
});

describe("a notebook by Jupyter's API", () => {
  const write = (...codes: string[]) =>
    api.put("own.ipynb", {
      cells: codes.map((source, at) => ({
        ...{ id: `cell-${at}`, cell_type: "code", source, metadata: {}, outputs: [], execution_count: null },
      })),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    });

  it("runs cell by cell, and gives its plots and its result", async () => {
    const table =
      "import pandas\nresult = pandas.DataFrame({'trades': [3, 4], 'fees': ['0.10', '0.20']}, index=['gas', 'oil'])";
    await write(table, "result", "result.trades.plot();");
    const { cells, errors, plots, result } = await api.runNotebook("own.ipynb");
    expect([cells.length, errors, plots]).toEqual([3, [], 1]);
    expect(result).toEqual({ gas: { trades: "3", fees: "0.10" }, oil: { trades: "4", fees: "0.20" } });
  });

  it("ends with the first cell that fails", async () => {
    await write("1", "nothing", "3");
    const { cells, errors, result } = await api.runNotebook("own.ipynb");
    expect([cells.length, errors[0]?.ename, result]).toEqual([2, "NameError", undefined]);
  });

  it("leaves no kernel behind", async () => {
    expect(await api.kernelIds()).toEqual([]);
  });
});
