import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answersOk } from "../../../local/cluster/api-client";
import { type RunningCluster, clusterStatus, startCluster } from "../../../local/cluster/cluster";
import { apiServerUrl, dnsPort, hostAddress } from "../../../local/cluster/network";
import { runningRecord } from "../../../local/cluster/process-records";
import { stopDaemon } from "../../../local/cluster/processes";
import { projectDirectory } from "../../../infra/project";
import { StepError } from "../../../console/errors";
import { locateToolchain } from "../../../local/toolchain/resolve";
import { TestNamespace, clientPod, serverPod, until } from "./test-pods";

const namespace = new TestNamespace("start");
let server: string;

const start = async (lines: string[] = []): Promise<RunningCluster> =>
  startCluster(await locateToolchain(), (line) => lines.push(line));

function kill(name: string): void {
  const record = runningRecord(name);
  if (!record) throw new Error(`${name} does not run`);
  process.kill(record.pid, "SIGKILL");
}

beforeAll(async () => {
  await start();
  await namespace.create();
  [server = ""] = await namespace.start(serverPod("server"), clientPod("client"), clientPod("other"));
});

afterAll(async () => {
  await start();
  await namespace.remove();
});

describe("a second start", () => {
  it("changes nothing and takes less than five seconds", async () => {
    const before = await clusterStatus();
    const lines: string[] = [];
    const began = performance.now();
    await start(lines);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await clusterStatus()).toEqual(before);
    expect(lines.filter((line) => line.startsWith("starting"))).toEqual([]);
  });

  it("beside a first one is refused and names the process that is at it", async () => {
    const first = start();
    await sleep(20);
    await expect(start()).rejects.toThrow(`(pid ${process.pid}) is starting or stopping the embedded cluster`);
    await first;
  });
});

describe("a start after something was killed", () => {
  it("starts what is missing and leaves the rest alone", async () => {
    const others = { ...(await clusterStatus()).processes };
    delete (others as Record<string, number | undefined>).coredns;
    kill("coredns");
    const lines: string[] = [];
    await start(lines);
    const status = await clusterStatus();
    expect(status.processes).toMatchObject(others);
    expect(status).toMatchObject({ nodeReady: true, dnsAnswers: true });
    expect(lines.filter((line) => line.startsWith("starting"))).toEqual(["starting coredns"]);
  });

  it("repairs a start that was itself killed", async () => {
    for (const name of ["coredns", "kube-scheduler", "kubelet"]) await stopDaemon(name);
    const script = [
      `import { startCluster } from ${JSON.stringify(join(projectDirectory, "local/cluster/cluster"))};`,
      `import { locateToolchain } from ${JSON.stringify(join(projectDirectory, "local/toolchain/resolve"))};`,
      "void locateToolchain().then((tools) => startCluster(tools, (line) => console.log(line)));",
    ].join("\n");
    const tsx = join(projectDirectory, "node_modules/tsx/dist/cli.mjs");
    const first = spawn(process.execPath, [tsx, "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    await new Promise<void>((resolve) =>
      first.stdout.on("data", (text: Buffer) => {
        if (text.toString().includes("starting")) resolve();
      }),
    );
    process.kill(-(first.pid ?? 0), "SIGKILL");
    await start();
    expect(Object.values((await clusterStatus()).processes)).not.toContain(undefined);
    expect(await clusterStatus()).toMatchObject({ nodeReady: true, dnsAnswers: true, defaultStorageClass: true });
  });

  it("of the API server finds pods that reach it, and policies that hold", async () => {
    kill("kube-apiserver");
    await start();
    await until("the API", () => answersOk(`${apiServerUrl}/readyz`));
    await until(
      "the API's Service from a pod",
      () => namespace.connects("client", "kubernetes.default.svc.cluster.local", 443),
      20,
    );
    await namespace.apply({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "clients" },
      spec: {
        podSelector: { matchLabels: { app: "server" } },
        ingress: [{ _from: [{ podSelector: { matchLabels: { app: "client" } } }] }],
      },
    } as never);
    await until("the policy", async () => !(await namespace.connects("other", server, 8080)), 10);
    expect(await namespace.connects("client", server, 8080)).toBe(true);
  });
});

describe("a port that is taken", () => {
  it("fails the start with the port, its holder and the fix, and the next start goes on", async () => {
    await stopDaemon("coredns");
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(dnsPort, hostAddress, resolve));
    const failure = await start().then(
      () => undefined,
      (error: unknown) => error,
    );
    await new Promise((resolve) => thief.close(resolve));
    expect(failure).toBeInstanceOf(StepError);
    expect((failure as StepError).message).toContain(`cluster DNS needs tcp ${hostAddress}:${dnsPort}`);
    expect((failure as StepError).message).toContain(`(pid ${process.pid}: `);
    expect((failure as StepError).fix).toContain(`kill ${process.pid}`);
    await start();
    expect((await clusterStatus()).dnsAnswers).toBe(true);
  });
});
