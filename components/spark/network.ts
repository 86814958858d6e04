import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, PlatformPods } from "../core/contracts";
import { allowFlow, apiServerPeer, apiServerPorts, type NetworkFlow } from "../core/network-flows";
import { blockManagerPort, driverLabels, driverPort, executorLabels } from "./settings";

/**
 * The network flows of jobs, by name. Nothing else is opened here: DNS comes with the namespace, the object store opens
 * itself to its users, and a driver's web page stays closed.
 *
 * Flows go by Spark's own labels, so drivers and executors of different jobs aren't kept apart here; each job's shared
 * secret does that (and, since Spark 4.2, a NetworkPolicy that `spark-submit` makes).
 *
 * @param apiServerCidrs The addresses of the API server. @default any, on its ports only
 */
export function sparkFlows(
  namespace: NamespaceReference,
  apiServerCidrs?: readonly string[],
): Readonly<Record<string, NetworkFlow>> {
  const driver: PlatformPods = { namespace, labels: driverLabels };
  const executor: PlatformPods = { namespace, labels: executorLabels };
  const blocks = { port: blockManagerPort };
  return {
    "driver-to-api-server": { from: driver, to: apiServerPeer(apiServerCidrs), ports: apiServerPorts },
    "executor-to-driver": { from: executor, to: driver, ports: [{ port: driverPort }, blocks] },
    "driver-to-executor": { from: driver, to: executor, ports: [blocks] },
    "executor-to-executor": { from: executor, to: executor, ports: [blocks] },
  };
}

/** Declares the {@link sparkFlows} as NetworkPolicies under `name`. */
export function openSparkNetwork(
  name: string,
  namespace: NamespaceReference,
  apiServerCidrs: readonly string[] | undefined,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [flow, ends] of Object.entries(sparkFlows(namespace, apiServerCidrs))) allowFlow(name, flow, ends, opts);
}
