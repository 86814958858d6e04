import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { projectDirectory } from "../../infra/project";
import { runInSparkImage } from "../../local/images/run-in-image";
import { stackOutputs } from "../../local/stack/engine";
import { readStartRecord } from "../../local/stack/record";
import { submit } from "../../local/submit/submit";
import { paired, type Paired } from "./paired";

/** What the measurement of submissions gave. */
export interface SubmitMeasurement {
  /** Seconds from `submit` to the start of the driver's container, one for each round; Kubernetes keeps whole seconds. */
  readonly untilDriverRuns: readonly number[];
  /** The whole submission against the same job in `local[2]` on this host. */
  readonly times: Paired;
}

/** Times the smallest job: submitted from outside in cluster mode, and run in `local[2]` in the same image. */
export async function measureSubmissions(rounds: number): Promise<SubmitMeasurement> {
  const { engine } = readStartRecord();
  const config = new KubeConfig();
  config.loadFromFile(engine.kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const job = join(projectDirectory, "workloads", "jobs", "without_read.py");
  const untilDriverRuns: number[] = [];

  const onCluster = async () => {
    const began = Date.now();
    let driver = "";
    const status = await submit(
      job,
      [],
      { readOutputs: () => stackOutputs(engine), login: { kubeconfig: engine.kubeconfig }, onLog: () => undefined },
      (line) => {
        driver = /^driver (\S+)$/.exec(line)?.[1] ?? driver;
      },
    );
    if (status !== 0) throw new Error(`the job ended with ${status}`);
    const { spark } = (await stackOutputs(engine)).namespaces as { spark: string };
    const pod = await api.readNamespacedPod({ namespace: spark, name: driver });
    const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated;
    if (!terminated?.startedAt) throw new Error(`${driver} has no start time`);
    untilDriverRuns.push((terminated.startedAt.getTime() - began) / 1000);
  };
  const onHost = async () => {
    const ended = await runInSparkImage(["/opt/spark/bin/spark-submit", "--master", "local[2]", "/job.py"], {
      mounts: [{ source: job, target: "/job.py", readOnly: true }],
    });
    if (ended.exitCode !== 0) throw new Error(ended.stderr);
  };
  const times = await paired(rounds, onCluster, onHost);
  // The first one warmed up.
  return { untilDriverRuns: untilDriverRuns.slice(1), times };
}
