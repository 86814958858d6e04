import type * as pulumi from "@pulumi/pulumi";

/**
 * A namespace of this platform, as the components that put something into it see it. `core/namespace.ts` makes one.
 */
export interface NamespaceReference {
  /** What the namespace is for, without the stack's prefix: `spark`, `storage`. */
  readonly role: string;
  /** Its real name, prefix included, where a plain string is needed: in DNS names and in names of other objects. */
  readonly physicalName: string;
  /** The same name for `metadata.namespace`; known once the namespace with its quota and its limits stands. */
  readonly name: pulumi.Output<string>;
}

/** A file tree that several pods, in several namespaces, mount at one path: a Windows share, NFS, a folder of the node. */
export interface SharedVolume {
  /** The volume's name, a DNS label: `harp`. */
  readonly name: string;
  /** The absolute path at which every pod mounts it. */
  readonly mountPath: string;
  /** Whether pods may only read it; mount it with `readOnly` then. */
  readonly readOnly: boolean;
  /**
   * The name of the PersistentVolumeClaim through which pods of `namespace` mount the volume.
   *
   * @throws ResourceError if the volume isn't declared to be mounted in that namespace.
   */
  claimIn(namespace: NamespaceReference): pulumi.Output<string>;
}

/** One bucket of an object store. */
export interface Bucket {
  /** What the bucket is for; the program's name of it: `lake`, `uploads`, `events`. */
  readonly role: string;
  /** Its real name in the store. */
  readonly name: string;
  /** Its root for Hadoop's S3A: `s3a://lake`. */
  readonly url: string;
}

/**
 * How much a workload may do in a bucket: list and get objects (`read`); list and put them, without reading or deleting
 * any (`write`, for plain S3 clients); or all of that (`readWrite`). Hadoop's S3A looks at objects before it writes
 * them, so whoever writes through it needs `readWrite`.
 */
export type BucketAccess = "read" | "write" | "readWrite";

/** The keys of one user of the object store, as they stand in a Secret of the workload that is this user. */
export interface WorkloadCredentials {
  /** The namespace of the Secret. */
  readonly namespace: NamespaceReference;
  /** The Secret's name. */
  readonly secretName: pulumi.Output<string>;
  /** Under which entries of the Secret the two keys stand; they are also the environment variables S3 clients read. */
  readonly entries: { readonly accessKey: "AWS_ACCESS_KEY_ID"; readonly secretKey: "AWS_SECRET_ACCESS_KEY" };
  /** The access key; a secret. */
  readonly accessKey: pulumi.Output<string>;
  /** The secret key; a secret. */
  readonly secretKey: pulumi.Output<string>;
}

/** A port, or a range of ports, that a network flow uses. */
export interface NetworkPort {
  /** The port at the receiving pod or machine, after any Service has been resolved. */
  readonly port: number;
  /** The last port of a range that starts at `port`. */
  readonly endPort?: number;
  /** @default TCP */
  readonly protocol?: "TCP" | "UDP";
}

/** Pods of a namespace of this platform. */
export interface PlatformPods {
  readonly namespace: NamespaceReference;
  /** Labels that the pods carry. @default every pod of the namespace */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Pods of a namespace that this platform doesn't own, such as `kube-system`. */
export interface ForeignPods {
  readonly foreignNamespace: string;
  /** Labels that the pods carry. @default every pod of the namespace */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Addresses, in CIDR notation, of machines (or of pods that are known by address only). */
export interface NetworkAddresses {
  readonly cidrs: readonly string[];
}

/** One end of a network flow. */
export type NetworkPeer = PlatformPods | ForeignPods | NetworkAddresses;

/** Where a service can be reached on the network, for the flows of whoever uses it. */
export interface NetworkDestination {
  readonly peers: readonly NetworkPeer[];
  readonly ports: readonly NetworkPort[];
}

/**
 * An S3 object store, whatever its engine and wherever it runs. The component behind it also opens the network between
 * itself and each of its users' pods, in both directions.
 */
export interface ObjectStoreConnection {
  /** The URL for clients inside the cluster, without a path: `http://minio.storage.svc.cluster.local:9000`. */
  readonly endpoint: pulumi.Output<string>;
  /** The URL for clients outside the cluster; equal to `endpoint` where nothing else is declared. */
  readonly externalEndpoint: pulumi.Output<string>;
  /** The region clients sign with: `us-east-1`. */
  readonly region: string;
  /** Whether a bucket's name goes into the path (MinIO) rather than into the host name (AWS). */
  readonly pathStyle: boolean;
  /** All buckets, sorted by role. */
  readonly buckets: readonly Bucket[];
  /**
   * The bucket of a role.
   *
   * @throws ResourceError if no bucket has that role; the message lists those there are.
   */
  bucket(role: string): Bucket;
  /**
   * The keys of a user.
   *
   * @throws ResourceError if no such user is declared; the message lists those there are.
   */
  credentials(user: string): WorkloadCredentials;
  /** Where the store listens, for flows beyond those of its users. */
  flows(): NetworkDestination;
}

/**
 * A database outside the platform, under the name by which people's code asks for it. Drivers and executors alike connect
 * to it, so whoever takes one opens `destination` for both.
 */
export interface DatabaseConnection {
  /** A DNS label, unique in the platform: `harp`. */
  readonly name: string;
  /** The JDBC URL, without user or password. Where it names a file of certificates, pods must have it at that path. */
  readonly url: string;
  /** The class of the JDBC driver. */
  readonly driver: string;
  readonly user: string;
  /** The user's password; a secret. */
  readonly password: pulumi.Output<string>;
  /** Certificates of authorities, PEM, that the URL names by a file; they are public. @default none */
  readonly certificates?: string;
  /** Where the server listens. */
  readonly destination: NetworkDestination;
}

/** A page that people open in a browser, as whatever serves it hands it to the ingress. */
export interface WebRoute {
  /** The page's name, a DNS label, unique in the platform: `store-console`. Names the objects that lead to it. */
  readonly name: string;
  /** Where its Service and its pods stand. */
  readonly namespace: NamespaceReference;
  /** The name of its Service. */
  readonly service: pulumi.Input<string>;
  /** The port of the Service, which must be the pods' own as well: a headless Service resolves to the pods. */
  readonly port: number;
  /** A label below the ingress's domain, or a full host name. Plain, since it decides which hosts are taken. */
  readonly host: string;
  /** The labels of the pods behind the Service. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** The name of the network flow from the ingress to these pods. @default `ingress-to-` and the route's name */
  readonly flow?: string;
}
