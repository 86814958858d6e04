import { ValueFault } from "../core/errors";

/** The port of MinIO's S3 interface. */
export const s3Port = 9000;
/** The port of MinIO's web console. */
export const consolePort = 9001;
/** What the way to the console is called, and the label of its host below the ingress's domain. */
export const consolePage = { name: "store-console", host: "store" } as const;

/** What MinIO's server list is made of. */
export interface MinioTopology {
  /** The store's name. */
  readonly name: string;
  /** The headless Service that gives each server its DNS name. */
  readonly peersService: string;
  /** The namespace's real name. */
  readonly namespace: string;
  /** The cluster's DNS domain: `cluster.local`. */
  readonly clusterDomain: string;
  /** Servers: 1, or 4 to 16. */
  readonly replicas: number;
}

/**
 * The StatefulSet's name. Several servers carry their number in it: MinIO can't take the disks of four for those of six, so
 * another number is another store, beside the disks of the old one.
 */
export function serversName(name: string, replicas: number): string {
  return replicas === 1 ? name : `${name}-of-${replicas}`;
}

/** Where each server keeps its objects. */
export const dataPath = "/data";

/**
 * The arguments of `minio`. Several servers each get the list of all, in MinIO's own notation; erasure coding then
 * spreads every object over them (EC:2 for 4 and 5 servers, EC:3 for 6 and 7, EC:4 from 8 on).
 */
export function serverArguments(topology: MinioTopology): string[] {
  const { name, peersService, namespace, clusterDomain, replicas } = topology;
  const drives =
    replicas === 1
      ? dataPath
      : `http://${serversName(name, replicas)}-{0...${replicas - 1}}.${peersService}.${namespace}.svc.${clusterDomain}:${s3Port}${dataPath}`;
  // Certificates, should a site want any, and MinIO's own files belong where it may write.
  return [
    "server",
    drives,
    "--address",
    `:${s3Port}`,
    "--console-address",
    `:${consolePort}`,
    "--certs-dir",
    "/tmp/certs",
  ];
}

/** @throws ValueFault unless it is 1 or a whole number from 4 to 16: fewer than 4 servers can't bear any loss. */
export function checkReplicas(replicas: number): number {
  if (replicas === 1 || (Number.isInteger(replicas) && replicas >= 4 && replicas <= 16)) return replicas;
  throw new ValueFault({ field: "replicas", got: replicas, expected: "1, or a whole number from 4 to 16" });
}
