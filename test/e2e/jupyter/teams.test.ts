import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jupyterPort, namespaceRole } from "../../../components/jupyter/settings";
import { clientPorts } from "../../../components/spark/settings";
import { setConfig } from "../../support/stack-edit";
import { TestNamespace, clientPod } from "../../cluster/embedded/test-pods";
import { kubernetesObject, mustRun, npmRun } from "../support/commands";
import { JupyterApi } from "../support/jupyter-api";
import type { JupyterKernel } from "../support/jupyter-kernel";
import { executorsIn, until } from "../support/local-notebook";
import { OwnStack } from "../support/own-stack";
import { forwardPort, type ForwardedPort } from "../support/port-forward";
import { setNotebooks, smallNotebook } from "../support/small-notebook";

/** Work without end, on every CPU that it gets. */
const reckoning = "spark.range(0, 10**13, 1, 8).selectExpr('sum(id % 7)').collect()";
/** Work without end that leaves the CPUs to others. */
const waiting = "spark.sparkContext.parallelize(range(2), 2).map(lambda _: __import__('time').sleep(3600)).collect()";

/** Python that has something done in a thread of the kernel's, so that its cell ends at once. */
const inBackground = (work: string) =>
  `from pyspark import InheritableThread\nInheritableThread(target=lambda: ${work}, daemon=True).start()`;

/** Two executors fill the quota, and a cell that finds none says so after half a minute. */
const team = {
  ...smallNotebook,
  // Room for the drivers of two kernels.
  resources: { cpu: "50m", memory: "2g" },
  executors: { max: 2 },
  quota: { cpu: "150m", memory: "4g", pods: 3 },
  home: { className: "local-path", size: "200Mi" },
  patience: "30s",
};

/** A team's notebook: its page at a port of this host. */
interface Team {
  readonly namespace: string;
  readonly page: ForwardedPort;
  readonly token: string;
  readonly api: JupyterApi;
  readonly address: string;
}

/** Python that tells whether a TCP connection comes about, within three seconds. */
const connects = `
def connects(host, port):
    import socket
    try:
        socket.create_connection((host, port), timeout=3).close()
        return True
    except OSError:
        return False
`;

describe("two teams' notebooks on one cluster", () => {
  const stack = new OwnStack("teams", 30910);
  const outside = new TestNamespace("outside");
  const teams: Record<string, Team> = {};
  const teamOf = (name: string): Team => teams[name] as Team;
  let harp: JupyterKernel;
  let risk: JupyterKernel;

  const start = async (name: string): Promise<void> => {
    const namespace = `${stack.name}-${namespaceRole(name)}`;
    const page = await forwardPort(namespace, `${name}-0`, jupyterPort);
    const { notebookTokens } = await stack.outputs<{ notebookTokens: Record<string, string> }>();
    const token = notebookTokens[name] ?? "";
    const pod = await kubernetesObject<{ status: { podIP: string } }>("-n", namespace, "pod", `${name}-0`);
    teams[name] = { namespace, page, token, api: new JupyterApi(page.address, token), address: pod.status.podIP };
  };

  /** What a cell gives that must end well. */
  const answer = async (kernel: JupyterKernel, code: string): Promise<string> => {
    const outcome = await kernel.run(code, 180_000);
    expect(outcome.errors).toEqual([]);
    return outcome.texts.join("").trim();
  };

  beforeAll(async () => {
    await stack.create((document) => setNotebooks(document, { harp: team, risk: team }));
    await stack.up();
    await Promise.all([start("harp"), start("risk"), outside.create()]);
    [harp, risk] = await Promise.all([teamOf("harp").api.startKernel(), teamOf("risk").api.startKernel()]);
  });
  afterAll(async () => {
    for (const { api, page } of Object.values(teams)) {
      await api.stopKernels();
      await page.stop();
    }
    await Promise.all([stack.remove(), outside.remove()]);
  });

  it("let in nobody without a token, with a wrong one, or with another team's", async () => {
    for (const [mine, other] of [
      ["harp", "risk"],
      ["risk", "harp"],
    ] as const) {
      const { page, token } = teamOf(mine);
      for (const wrong of [undefined, "", "wrong-token-of-nobody", teamOf(other).token]) {
        const stranger = new JupyterApi(page.address, wrong);
        expect(await stranger.status("/api/status")).toBe(403);
        expect(await stranger.status("/api/contents")).toBe(403);
        expect(await stranger.socketStatus(harp.id)).not.toBe(101);
      }
      expect(await new JupyterApi(page.address, token).status("/api/status")).toBe(200);
    }
  });

  it("give their accounts no secrets, and nothing in other namespaces", async () => {
    const code = (namespace: string, what: string) => `
import urllib.request, urllib.error
from hamilton.kubernetes_api import server_trust
folder = "/var/run/secrets/kubernetes.io/serviceaccount"
request = urllib.request.Request("https://kubernetes.default.svc/api/v1/namespaces/${namespace}/${what}",
    headers={"Authorization": "Bearer " + open(f"{folder}/token").read()})
try:
    print(urllib.request.urlopen(request, context=server_trust(f"{folder}/ca.crt")).status)
except urllib.error.HTTPError as error:
    print(error.code)
`;
    const [mine, other] = [teamOf("harp").namespace, teamOf("risk").namespace];
    // The same call where it is allowed: the account makes its own executors.
    expect(await answer(harp, code(mine, "pods"))).toBe("200");
    expect(await answer(harp, code(mine, "secrets"))).toBe("403");
    for (const namespace of [other, `${stack.name}-spark`, `${stack.name}-storage`, "kube-system"])
      for (const what of ["secrets", "pods", "configmaps"])
        expect(await answer(harp, code(namespace, what)), `${what} in ${namespace}`).toBe("403");
  });

  it("use all that their quotas allow at the same time", async () => {
    await Promise.all([answer(harp, inBackground(reckoning)), answer(risk, inBackground(reckoning))]);
    for (const name of ["harp", "risk"])
      await until(`${name} has its two executors`, 120, async () => {
        return (await executorsIn(teamOf(name).namespace)).length === 2;
      });
  });

  it("leave a scheduled job the room that is its own", async () => {
    const job = await npmRun("submit", ["workloads/jobs/without_read.py"]);
    expect(job.exitCode, job.all).toBe(0);
    for (const name of ["harp", "risk"]) expect(await executorsIn(teamOf(name).namespace)).toHaveLength(2);
    const rest = `spark.sparkContext.cancelAllJobs()\n${inBackground(waiting)}`;
    await Promise.all([answer(harp, rest), answer(risk, rest)]);
  });

  it("say in the cell that the quota is used up, instead of waiting for ever", async () => {
    const another = await teamOf("harp").api.startKernel();
    const outcome = await another.run("spark.range(10).count()", 180_000);
    expect(outcome.errors.map(({ ename }) => ename)).toEqual(["SparkUnavailable"]);
    expect(outcome.errors[0]?.evalue).toMatch(/quota "[^"]+" is exceeded: an executor asks for .* where .* is taken/);
    await another.stop();
  });

  it("reach neither each other's page nor each other's Spark, and nobody else reaches theirs", async () => {
    const driver = clientPorts.driver.port;
    for (const [kernel, mine, other] of [
      [harp, "harp", "risk"],
      [risk, "risk", "harp"],
    ] as const) {
      const [here, there] = [teamOf(mine).address, teamOf(other).address];
      const places = [jupyterPort, driver, clientPorts.blocks.port, clientPorts.web.port];
      const tries = places.map((port) => `connects("${there}", ${port})`).join(", ");
      expect(await answer(kernel, `${connects}\nprint([${tries}])`)).toBe("[False, False, False, False]");
      // The drivers and the pages are there: the same call succeeds where it is allowed.
      const own = places.map((port) => `connects("${here}", ${port})`).join(", ");
      expect(await answer(kernel, `${connects}\nprint([${own}])`)).toBe("[True, True, True, True]");
    }
    await outside.start(clientPod("stranger"));
    for (const port of [jupyterPort, driver])
      expect(await outside.connects("stranger", teamOf("harp").address, port)).toBe(false);
    const store = await kubernetesObject<{ spec: { clusterIP: string } }>(
      ...["-n", "storage", "service", "store-minio"],
    );
    // The store of another environment is none of theirs either.
    expect(await answer(harp, `${connects}\nprint(connects("${store.spec.clusterIP}", 9000))`)).toBe("False");
  });

  it("keep a home whose size can't be changed as it is, and say so", async () => {
    const { namespace, api } = teamOf("harp");
    await api.put("kept.txt", "kept over every size");
    const home = () =>
      kubernetesObject<{ metadata: { uid: string }; spec: { resources: { requests: { storage: string } } } }>(
        ...["-n", namespace, "pvc", "harp-home"],
      );
    const before = await home();
    const size = (text: string) =>
      stack.edit((it) => setConfig(it, ["hamilton:notebooks", "harp", "home", "size"], text));
    const up = ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", "--stack", stack.name];
    for (const [changed, reason] of [
      ["300Mi", /storageclass that provisions the pvc must support resize|doesn't allow|can't grow/i],
      ["100Mi", /less than|shrink/i],
    ] as const) {
      size(changed);
      const refused = await stack.pulumi(...up);
      expect(refused.exitCode, refused.all).not.toBe(0);
      expect(refused.all).toMatch(reason);
      expect(await home()).toMatchObject({ metadata: { uid: before.metadata.uid }, spec: before.spec });
    }
    size("200Mi");
    await stack.up();
    expect((await home()).metadata.uid).toBe(before.metadata.uid);
    expect((await api.get("kept.txt")).content).toBe("kept over every size");
    await mustRun("kubectl", ["-n", namespace, "get", "pod", "harp-0"]);
  });
});
