import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesObject, mustRun } from "../support/commands";
import type { JupyterApi } from "../support/jupyter-api";
import { apiOf, executorsIn, localNotebook, until, type LocalNotebook } from "../support/local-notebook";

describe("a notebook whose pod is deleted", () => {
  let notebook: LocalNotebook;
  let api: JupyterApi;
  /** Executors of the pod that goes. */
  let before: readonly string[];
  let home: string;
  const text = `written before the pod went, ${Math.random()}`;
  const file = "kept-over-pods.txt";

  const pod = () =>
    kubernetesObject<{ metadata: { uid: string }; status: { conditions?: { type: string; status: string }[] } }>(
      ...["-n", notebook.namespace, "pod", `${notebook.name}-0`],
    );
  const claim = () =>
    kubernetesObject<{ metadata: { uid: string } }>("-n", notebook.namespace, "pvc", `${notebook.name}-home`);

  beforeAll(async () => {
    notebook = await localNotebook();
    api = apiOf(notebook);
    await api.put(file, text);
    const kernel = await api.startKernel();
    const outcome = await kernel.run("spark.range(0, 1000, 1, 2).count()", 180_000);
    expect(outcome.errors).toEqual([]);
    before = await executorsIn(notebook.namespace);
    home = (await claim()).metadata.uid;
    const { uid } = (await pod()).metadata;
    // Without notice, as when its node is lost: nothing in the pod gets to clean up.
    await mustRun("kubectl", [
      ...["-n", notebook.namespace, "delete", "pod", `${notebook.name}-0`, "--grace-period=0", "--force"],
    ]);
    await until("another pod is ready", 180, async () => {
      const now = await pod().catch(() => undefined);
      const ready = now?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      return now !== undefined && now.metadata.uid !== uid && ready === true;
    });
  });
  afterAll(async () => {
    await api.delete(file);
    await api.stopKernels();
  });

  it("had executors", () => {
    expect(before.length).toBeGreaterThan(0);
  });

  it("leaves none of its executors", async () => {
    await until("the executors of the lost pod are gone", 60, async () => {
      const now = await executorsIn(notebook.namespace);
      return !before.some((executor) => now.includes(executor));
    });
  });

  it("has its home again, with its files", async () => {
    expect((await api.get(file)).content).toBe(text);
    expect((await claim()).metadata.uid).toBe(home);
  });

  it("works in the next session", async () => {
    const kernel = await api.startKernel();
    const outcome = await kernel.run("spark.range(0, 1000, 1, 2).selectExpr('sum(id)').first()[0]", 180_000);
    expect(outcome).toMatchObject({ errors: [], texts: ["499500"] });
    await kernel.stop();
    await until("the executors are gone with the kernel", 60, async () => {
      return (await executorsIn(notebook.namespace)).length === 0;
    });
  });
});
