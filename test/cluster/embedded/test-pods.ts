import { existsSync } from "node:fs";
import { type KubernetesObject, type V1Pod, KubernetesObjectApi, NetworkingV1Api } from "@kubernetes/client-node";
import { administratorConfig, applyObjects, coreApi } from "../../../local/cluster/api-client";
import { type HostCommandResult, tryOnHost } from "../../../local/cluster/host-command";
import { listImages } from "../../../local/cluster/images";
import { clusterPaths } from "../../../local/cluster/paths";
import { locateToolchain } from "../../../local/toolchain/resolve";

/** What a pod's only container does. Its programs are the host's own, mounted into the sandbox image. */
export interface TestPod {
  readonly name: string;
  readonly labels?: Record<string, string>;
  /** Arguments of the program at {@link node}, or of bash with `["bash", "-c", …]`. */
  readonly command: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  /** A claim of the same namespace, mounted at `/data`. */
  readonly claim?: string;
}

/** Where the Node that runs the tests stands inside a test pod. */
export const node = "/node";

const serverScript =
  "for (const port of [8080, 9090]) require('http').createServer((q, r) => r.end('served')).listen(port);";
/** Answers on 8080, named `http`, and on 9090, which has no name. */
export const serverPod = (name: string, labels: Record<string, string> = { app: name }): TestPod => ({
  name,
  labels,
  command: [node, "-e", serverScript],
  ports: [{ name: "http", containerPort: 8080 }],
});

/** Waits to be told what to do by {@link TestNamespace.run}. */
export const clientPod = (name: string, labels: Record<string, string> = { app: name }): TestPod => ({
  name,
  labels,
  command: ["bash", "-c", "exec sleep infinity"],
});

/** A namespace of its own for one file of tests, removed with everything in it. */
export class TestNamespace {
  readonly name: string;

  constructor(
    purpose: string,
    private readonly labels: Record<string, string> = {},
  ) {
    this.name = `test-${purpose}-${Math.random().toString(36).slice(2, 7)}`;
  }

  async create(): Promise<void> {
    const labels = { ...this.labels, "pod-security.kubernetes.io/enforce": "privileged" };
    await applyObjects([{ apiVersion: "v1", kind: "Namespace", metadata: { name: this.name, labels } }]);
    // A pod is refused until its namespace has the account it runs as.
    await until(`the service account of ${this.name}`, () =>
      coreApi()
        .readNamespacedServiceAccount({ name: "default", namespace: this.name })
        .then(() => true),
    );
  }

  async remove(): Promise<void> {
    await coreApi().deleteNamespace({ name: this.name, gracePeriodSeconds: 0 });
    await until(`the end of ${this.name}`, () =>
      coreApi()
        .readNamespace({ name: this.name })
        .then(
          () => false,
          () => true,
        ),
    );
  }

  apply(object: KubernetesObject): Promise<void> {
    return applyObjects([{ ...object, metadata: { ...object.metadata, namespace: this.name } }]);
  }

  async delete(object: KubernetesObject): Promise<void> {
    const api = KubernetesObjectApi.makeApiClient(administratorConfig());
    await api.delete({ ...object, metadata: { ...object.metadata, namespace: this.name } });
  }

  /** Starts pods and waits until all run; returns their addresses in the same order. */
  async start(...pods: TestPod[]): Promise<string[]> {
    const image = (await listImages()).find((name) => name.includes("hamilton/pause"));
    if (!image) throw new Error("the node has no sandbox image");
    for (const pod of pods) await coreApi().createNamespacedPod({ namespace: this.name, body: manifest(pod, image) });
    return Promise.all(pods.map((pod) => this.address(pod.name)));
  }

  private async address(name: string): Promise<string> {
    let address = "";
    await until(`pod ${name}`, async () => {
      const { status } = await coreApi().readNamespacedPod({ name, namespace: this.name });
      address = status?.podIP ?? "";
      return (
        status?.phase === "Running" && address !== "" && (status.containerStatuses ?? []).every((one) => one.ready)
      );
    });
    return address;
  }

  /** Runs a line of bash in a pod. */
  async run(pod: string, script: string): Promise<HostCommandResult> {
    const { kubectl } = await locateToolchain();
    const args = [
      `--kubeconfig=${clusterPaths.kubeconfig()}`,
      `--namespace=${this.name}`,
      "exec",
      pod,
      "--",
      "bash",
      "-c",
      script,
    ];
    return tryOnHost(kubectl, args, { timeoutSeconds: 60 });
  }

  /** What a pod wrote so far. */
  async logs(pod: string): Promise<string> {
    return (await coreApi().readNamespacedPodLog({ name: pod, namespace: this.name })).trim();
  }

  /** Whether a TCP connection from a pod comes about within a second and a half. */
  async connects(pod: string, address: string, port: number): Promise<boolean> {
    return (await this.run(pod, `timeout 1.5 bash -c '</dev/tcp/${address}/${port}' 2>&1`)).status === 0;
  }

  /** The policies now in the namespace are removed. */
  async removePolicies(): Promise<void> {
    const api = administratorConfig().makeApiClient(NetworkingV1Api);
    await api.deleteCollectionNamespacedNetworkPolicy({ namespace: this.name });
  }
}

function manifest(pod: TestPod, image: string): V1Pod {
  const folders = ["/bin", "/lib", "/lib64", "/usr", "/etc/alternatives"].filter((path) => existsSync(path));
  const name = (path: string): string => `host${path.replaceAll("/", "-")}`;
  return {
    metadata: { name: pod.name, labels: pod.labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "main",
          image,
          imagePullPolicy: "Never",
          command: [...pod.command],
          env: [{ name: "PATH", value: "/usr/bin:/bin" }],
          ports: pod.ports?.map((port) => ({ ...port })),
          volumeMounts: [
            ...folders.map((path) => ({ name: name(path), mountPath: path, readOnly: true })),
            { name: "node", mountPath: node, readOnly: true },
            ...(pod.claim ? [{ name: "data", mountPath: "/data" }] : []),
          ],
        },
      ],
      volumes: [
        ...folders.map((path) => ({ name: name(path), hostPath: { path } })),
        { name: "node", hostPath: { path: process.execPath } },
        ...(pod.claim ? [{ name: "data", persistentVolumeClaim: { claimName: pod.claim } }] : []),
      ],
    },
  };
}

/** Asks until the answer is yes; a rejection counts as no. Fails after a minute, naming what was waited for. */
export async function until(what: string, ask: () => Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await ask().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
