import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { execa } from "execa";
import { readStartRecord } from "../../../local/stack/record";

/** The pod of a notebook's server. */
export class ServerPod {
  private readonly api: CoreV1Api;

  constructor(
    config: KubeConfig,
    private readonly namespace: string,
    private readonly name: string,
  ) {
    this.api = config.makeApiClient(CoreV1Api);
  }

  /** Deletes it and waits until its successor is ready. */
  async restart(): Promise<void> {
    const place = { namespace: this.namespace, name: this.name };
    const { metadata } = await this.api.readNamespacedPod(place);
    await this.api.deleteNamespacedPod(place);
    const ready = ({ metadata: now, status }: V1Pod) =>
      now?.uid !== metadata?.uid && status?.conditions?.some((is) => is.type === "Ready" && is.status === "True");
    const read = () => this.api.readNamespacedPod(place).catch(() => ({}));
    for (const until = Date.now() + 180_000; !ready(await read()); await sleep(500))
      if (Date.now() > until) throw new Error(`${this.namespace}/${this.name} is not ready again after 3 minutes`);
  }

  /** The logs of all kernels' Spark. */
  async sparkLogs(): Promise<string> {
    const { kubectl, engine } = readStartRecord();
    const [program, ...first] = kubectl;
    const command = ["sh", "-c", "cat /tmp/hamilton/spark-*.log"];
    const args = [
      ...first,
      "--namespace",
      this.namespace,
      "exec",
      this.name,
      "--container",
      "jupyter",
      "--",
      ...command,
    ];
    const { stdout } = await execa(program, args, { env: { KUBECONFIG: engine.kubeconfig } });
    return stdout;
  }
}
