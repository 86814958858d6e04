import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Bucket, NamespaceReference, NetworkDestination, WebRoute } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import { dnsLabel } from "../core/names";
import { allowFlow } from "../core/network-flows";
import type { ContainerResources, PodPlacement } from "../core/pod-security";
import { kubernetesBytes } from "../core/quantities";
import { endpointUrl } from "./external-store";
import type { StoreStorage } from "./minio-claims";
import { MinioServer } from "./minio-server";
import { MinioSetup } from "./minio-setup";
import { checkReplicas, consolePage, consolePort, s3Port } from "./minio-topology";
import type { StoreEngine, UserKeys } from "./store-engine";
import type { ObjectStoreUsers } from "./store-users";

/** The arguments of a {@link MinioStore}. */
export interface MinioStoreArgs {
  /** Where the servers run. */
  readonly namespace: NamespaceReference;
  /** The image, which holds `minio`, `mc` and a shell. Plain, since a new image runs the setup again. */
  readonly image: string;
  /** Servers: 1, or 4 to 16, which bear the loss of some. Another number is another, empty store. @default 1 */
  readonly replicas?: number;
  /** Where objects are kept. */
  readonly storage: StoreStorage;
  /** CPU and memory of each server. @default 250m and 1Gi, the memory also at most */
  readonly resources?: ContainerResources;
  /** A port of every node, 30000 to 32767, under which machines outside reach the store. @default not reachable */
  readonly nodePort?: number;
  /** Addresses that may come in by the node port; many clusters show the node's own here. @default any address */
  readonly nodePortSources?: readonly string[];
  /** The URL for clients outside: of a node and the port, or of whatever stands before it. @default the inner one */
  readonly externalEndpoint?: string;
  /** The region clients sign with. @default us-east-1 */
  readonly region?: string;
  /** The cluster's DNS domain. @default cluster.local */
  readonly clusterDomain?: string;
  /** Whether the engine refuses to delete servers, volumes and passwords. Set it in production. @default false */
  readonly protect?: boolean;
  /** Change it to give every user, and root, new keys. Workloads take them when they next start. @default 1 */
  readonly credentialsVersion?: string;
  /** @default see {@link PodPlacement} */
  readonly placement?: PodPlacement;
}

const componentName = "MinioStore";

/**
 * MinIO inside the cluster, with its buckets and with one user and one policy for each workload. Only the declared users
 * reach it over the network.
 */
export class MinioStore extends pulumi.ComponentResource implements StoreEngine {
  readonly endpoint: pulumi.Output<string>;
  readonly externalEndpoint: pulumi.Output<string>;
  readonly region: string;
  readonly pathStyle = true;
  readonly keys: Readonly<Record<string, UserKeys>>;
  readonly destination: NetworkDestination;
  readonly console: WebRoute;

  /** @throws ResourceError if an argument is faulty. */
  constructor(
    name: string,
    args: MinioStoreArgs & { readonly buckets: readonly Bucket[]; readonly users: ObjectStoreUsers },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:MinioStore", name, {}, opts);
    checked(this, componentName, name, () => checkArgs(name, args));
    const { namespace, image, storage, users, buckets, placement, nodePort, externalEndpoint } = args;
    const { replicas = 1, region = "us-east-1", clusterDomain = "cluster.local" } = args;
    const { protect = false, credentialsVersion = "1" } = args;
    const { resources = { requests: { cpu: "250m", memory: "1Gi" } } } = args;

    const password = (suffix: string) =>
      new random.RandomPassword(
        `${name}-${suffix}-password`,
        { length: 40, special: false, keepers: { version: credentialsVersion } },
        { parent: this, protect, additionalSecretOutputs: ["result", "bcryptHash"] },
      ).result;
    const rootPassword = password("root");
    const userNames = Object.keys(users).sort();
    const secretKeys = Object.fromEntries(userNames.map((user) => [user, password(user)]));

    const server = new MinioServer(
      name,
      {
        ...{ namespace, image, replicas, storage, resources, region, clusterDomain, protect, rootPassword },
        ...{ nodePort, placement },
      },
      { parent: this },
    );
    const pods = { namespace, labels: server.podLabels };
    this.destination = { peers: [pods], ports: [{ port: s3Port }] };
    this.console = {
      ...consolePage,
      ...{ namespace, service: server.service, port: consolePort, podLabels: server.podLabels },
    };
    if (replicas > 1)
      allowFlow(name, `${name}-peers`, { from: pods, to: pods, ports: [{ port: s3Port }] }, { parent: this });
    if (nodePort !== undefined) {
      const { nodePortSources = ["0.0.0.0/0"] } = args;
      const outside = { from: { cidrs: nodePortSources }, to: pods, ports: [{ port: s3Port }] };
      allowFlow(name, `${name}-outside`, outside, { parent: this });
    }
    const { address, rootSecret, podLabels: serverLabels } = server;
    const setup = new MinioSetup(
      `${name}-setup`,
      {
        namespace,
        image,
        buckets,
        users,
        secretKeys,
        credentialsVersion,
        address,
        rootSecret,
        serverLabels,
        placement,
      },
      { parent: this },
    );

    this.region = region;
    this.endpoint = pulumi.interpolate`http://${address}`;
    this.externalEndpoint = externalEndpoint === undefined ? this.endpoint : pulumi.output(externalEndpoint);
    this.keys = Object.fromEntries(
      userNames.map((user) => [user, usableKeys(user, secretKeys[user] as pulumi.Output<string>, setup)]),
    );
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

/** The keys of a user, known once the setup has made it: whoever takes them finds a store that knows them. */
function usableKeys(user: string, secretKey: pulumi.Output<string>, setup: MinioSetup): UserKeys {
  return {
    accessKey: pulumi.secret(setup.completed.apply(() => user)),
    secretKey: pulumi.secret(pulumi.all([secretKey, setup.completed]).apply(([key]) => key)),
  };
}

function checkArgs(name: string, args: MinioStoreArgs): void {
  const { nodePort, externalEndpoint, storage, replicas = 1 } = args;
  // The Job's name is the longest that is made of it: "-setup-" and ten digits of a checksum.
  dnsLabel("name", `${name}-setup-0123456789`);
  checkReplicas(replicas);
  kubernetesBytes("storage.size", storage.size);
  if (args.image === "") throw new ValueFault({ field: "image", got: "", expected: "an image reference" });
  if (nodePort !== undefined && !(Number.isInteger(nodePort) && nodePort >= 30000 && nodePort <= 32767))
    throw new ValueFault({ field: "nodePort", got: nodePort, expected: "a port from 30000 to 32767" });
  // Its own port speaks plain http, inside a network that the flows close; TLS ends before it.
  if (externalEndpoint !== undefined) endpointUrl("externalEndpoint", externalEndpoint, true);
}
