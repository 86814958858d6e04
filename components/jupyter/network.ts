import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection, NamespaceReference, NetworkPort, PlatformPods } from "../core/contracts";
import { selectorLabels } from "../core/labels";
import { allowFlow, apiServerPeer, apiServerPorts, type NetworkFlow } from "../core/network-flows";
import { blockManagerPort, clientPorts, executorLabels } from "../spark/settings";
import { notebookApplication } from "./settings";

/** The service outside the cluster that people log in at. */
export interface LoginService {
  /** Its addresses. */
  readonly cidrs: readonly string[];
  readonly port: NetworkPort;
}

/** What a notebook connects to outside of its namespace. */
export interface NotebookSurroundings {
  /** The addresses of the API server. @default any, on its ports only */
  readonly apiServerCidrs?: readonly string[];
  /** @default none */
  readonly login?: LoginService;
  /** @default none */
  readonly databases?: readonly Pick<DatabaseConnection, "name" | "destination">[];
}

/** The labels of a notebook's own pod. */
export function notebookLabels(notebook: string): Readonly<Record<string, string>> {
  return selectorLabels({ name: notebookApplication, instance: notebook });
}

/** The labels of everything of one notebook, its pod and its executors; what flows to stores and databases go by. */
export function instanceLabels(notebook: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/instance": notebook };
}

/**
 * The network flows of one notebook, by name: its executors reach its drivers on exactly the ports that drivers may have,
 * and nothing else in its pod. DNS comes with the namespace, the object store opens itself to its users, and the ingress
 * opens the page.
 *
 * Both its pod and its executors connect to databases: the driver asks what columns a table has, executors read the rows.
 */
export function notebookFlows(
  notebook: string,
  namespace: NamespaceReference,
  { apiServerCidrs, login, databases = [] }: NotebookSurroundings = {},
): Readonly<Record<string, NetworkFlow>> {
  const pod: PlatformPods = { namespace, labels: notebookLabels(notebook) };
  const executor: PlatformPods = { namespace, labels: { ...instanceLabels(notebook), ...executorLabels } };
  const blocks = [{ port: blockManagerPort }];
  return {
    "notebook-to-api-server": { from: pod, to: apiServerPeer(apiServerCidrs), ports: apiServerPorts },
    "executor-to-notebook": { from: executor, to: pod, ports: [clientPorts.driver, clientPorts.blocks] },
    "notebook-to-executor": { from: pod, to: executor, ports: blocks },
    "executor-to-executor": { from: executor, to: executor, ports: blocks },
    ...(login === undefined
      ? {}
      : { "notebook-to-login": { from: pod, to: { cidrs: login.cidrs }, ports: [login.port] } }),
    ...Object.fromEntries(
      databases.map(({ name, destination: { peers, ports } }) => [
        `notebook-to-database-${name}`,
        { from: { namespace, labels: instanceLabels(notebook) }, to: peers, ports },
      ]),
    ),
  };
}

/** Declares the {@link notebookFlows} as NetworkPolicies under `label`. */
export function openNotebookNetwork(
  label: string,
  flows: ReturnType<typeof notebookFlows>,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [flow, ends] of Object.entries(flows)) allowFlow(label, flow, ends, opts);
}
