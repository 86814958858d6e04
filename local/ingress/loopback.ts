import { connect } from "node:net";
import { join } from "node:path";
import { projectDirectory } from "../../infra/project";
import type { Report } from "../../console/steps";
import { nodeAddress } from "../cluster/network";
import { ensureRunning, stopDaemon } from "../cluster/processes";
import { loopbackProcess } from "../cluster/teardown";

/** Where browsers look for names below `localhost`. */
export const loopbackAddress = "127.0.0.1";

/**
 * Lets ports of the node answer on this host's loopback address as well, where browsers look for every name below
 * `localhost`: the node has an address of its own. The process that hands connections on ends with the cluster.
 *
 * @throws StepError where somebody else holds one of the ports
 */
export async function startLoopback(ports: readonly number[], report: Report): Promise<void> {
  if (ports.length === 0) return stopDaemon(loopbackProcess);
  await ensureRunning(
    {
      name: loopbackProcess,
      command: process.execPath,
      args: [
        "--import",
        `file://${join(projectDirectory, "node_modules/tsx/dist/loader.mjs")}`,
        join(projectDirectory, "local/ingress/loopback-main.ts"),
        loopbackAddress,
        nodeAddress,
        ...ports.map(String),
      ],
      listens: ports.map((port) => ({
        purpose: "the pages in the browser",
        protocol: "tcp",
        address: loopbackAddress,
        port,
      })),
      ready: async () => (await Promise.all(ports.map(answers))).every(Boolean),
    },
    report,
  );
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const connection = connect(port, loopbackAddress, () => {
      connection.destroy();
      resolve(true);
    });
    connection.on("error", reject);
  });
}
