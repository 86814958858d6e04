import { rmSync } from "node:fs";
import { purgeCluster, stopCluster } from "../local/cluster/cluster";
import { cacheDirectory, stateDirectory } from "../local/directories";
import { runPlan } from "../console/progress";
import { purgeShare, stopShare } from "../local/share/share";

/** Takes the embedded cluster and its share down. Data and caches stay; on a host where nothing runs it does nothing. */
export async function stop(): Promise<void> {
  await runPlan(
    [
      { title: "Cluster", run: (_, report) => stopCluster(report) },
      { title: "Windows share", run: (_, report) => stopShare(report) },
    ],
    {},
  );
}

/** Takes everything down and removes the data, and the caches too unless they are to be kept. */
export async function purge(options: { readonly keepCache: boolean }): Promise<void> {
  await runPlan(
    [
      { title: "Cluster", run: (_, report) => stopCluster(report) },
      { title: "Windows share", run: (_, report) => purgeShare(report) },
      { title: "The cluster's data", run: (_, report) => purgeCluster(report) },
      {
        title: "Everything else under the state folder",
        run: () => Promise.resolve(rmSync(stateDirectory(), { recursive: true, force: true })),
      },
      {
        title: "Caches",
        skip: () => (options.keepCache ? "kept" : false),
        run: () => Promise.resolve(rmSync(cacheDirectory(), { recursive: true, force: true })),
      },
    ],
    {},
  );
}
