import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { parse } from "yaml";
import type { ClusterAddress } from "../components/spark/submitter";

/** How the program reaches the cluster, and how machines outside do. */
export interface ClusterAccess {
  /** The kubeconfig file that the provider uses, absolute. */
  readonly kubeconfig: string;
  /** The context in it. */
  readonly context: string;
  /** The API server for machines that submit jobs. */
  readonly address: ClusterAddress;
}

/** What `hamilton:cluster` says about it. */
export interface ClusterSelection {
  readonly context: string;
  /** @default the first file of $KUBECONFIG that exists, else ~/.kube/config */
  readonly kubeconfig?: string;
  /** @default the address in the kubeconfig */
  readonly outsideAddress?: string;
}

interface Kubeconfig {
  readonly clusters?: readonly { readonly name: string; readonly cluster?: ClusterEntry }[];
  readonly contexts?: readonly { readonly name: string; readonly context?: { readonly cluster?: string } }[];
}

interface ClusterEntry {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
}

/**
 * Finds the cluster in the kubeconfig of this machine.
 *
 * @throws RunError naming the file and the context, if one of them isn't there.
 */
export function findClusterAccess(selection: ClusterSelection, environment = process.env): ClusterAccess {
  const candidates =
    selection.kubeconfig === undefined
      ? (environment.KUBECONFIG ?? join(homedir(), ".kube", "config")).split(delimiter).filter((path) => path !== "")
      : [selection.kubeconfig];
  const kubeconfig = candidates.find((path) => existsSync(path));
  if (kubeconfig === undefined)
    throw new RunError(
      `There is no kubeconfig at ${candidates.join(" or ")}: set KUBECONFIG, or hamilton:cluster.kubeconfig.`,
    );
  const read = (path: string) => readFileSync(isAbsolute(path) ? path : join(dirname(kubeconfig), path));
  const address = clusterAddress(readFileSync(kubeconfig, "utf8"), selection, read, kubeconfig);
  return { kubeconfig, context: selection.context, address };
}

/**
 * The address of a context's cluster, from the text of a kubeconfig.
 *
 * @param read Reads the file of certificates that a kubeconfig may name instead of holding it.
 * @param name What to call the kubeconfig in messages.
 * @throws RunError if the text is no kubeconfig, or has no such context, cluster or address.
 */
export function clusterAddress(
  text: string,
  selection: ClusterSelection,
  read: (path: string) => Buffer,
  name = "the kubeconfig",
): ClusterAddress {
  const config = kubeconfigOf(text, name);
  const { context: wanted } = selection;
  const context = config.contexts?.find((one) => one.name === wanted);
  if (context === undefined) {
    const known = (config.contexts ?? []).map((one) => one.name).sort();
    throw new RunError(
      `${name} has no context "${wanted}" (hamilton:cluster.context); it has ${known.join(", ") || "none"}.`,
    );
  }
  const cluster = config.clusters?.find((one) => one.name === context.context?.cluster)?.cluster;
  if (cluster?.server === undefined)
    throw new RunError(`${name}: context "${wanted}" leads to no cluster with a server address.`);
  const { "certificate-authority": file, "certificate-authority-data": data } = cluster;
  const certificateAuthorityData = data ?? (file === undefined ? undefined : read(file).toString("base64"));
  return {
    server: withPort(selection.outsideAddress ?? cluster.server),
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
  };
}

function kubeconfigOf(text: string, name: string): Kubeconfig {
  let config: unknown;
  try {
    config = parse(text);
  } catch (error) {
    throw new RunError(`${name} is no YAML: ${(error as Error).message.split("\n")[0] ?? ""}`);
  }
  if (typeof config !== "object" || config === null) throw new RunError(`${name} is empty.`);
  return config;
}

/** Spark asks for the port even where it is the usual one, and for no slash behind it. */
function withPort(server: string): string {
  const { protocol, hostname, port } = new URL(server);
  return `${protocol}//${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
}
