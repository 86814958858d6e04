import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { readStartRecord } from "../../../local/stack/record";
import { until } from "../../e2e/support/local-notebook";

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
    await until(`${this.namespace}/${this.name} is ready again`, 180, async () => {
      const now = await this.api.readNamespacedPod(place).catch(() => undefined);
      const ready = now?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      return ready === true && now?.metadata?.uid !== metadata?.uid;
    });
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
