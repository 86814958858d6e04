import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type {
  Bucket,
  NetworkDestination,
  NetworkPeer,
  ObjectStoreConnection,
  WebRoute,
  WorkloadCredentials,
} from "../core/contracts";
import { checked, fieldError } from "../core/errors";
import { labelsOf } from "../core/labels";
import { dnsLabel } from "../core/names";
import { allowFlow } from "../core/network-flows";
import { ExternalStore, type ExternalStoreArgs } from "./external-store";
import { MinioStore, type MinioStoreArgs } from "./minio";
import type { StoreEngine } from "./store-engine";
import { bucketList, checkUsers, type ObjectStoreUsers } from "./store-users";

/** What is the same for every engine. */
export interface ObjectStoreCommonArgs {
  /** Bucket names by role: `{ lake: "lake", uploads: "uploads" }`. Plain, since they decide what is made. */
  readonly buckets: Readonly<Record<string, string>>;
  /** The workloads that use the store, by user name. Plain, since they decide which objects exist. */
  readonly users: ObjectStoreUsers;
}

/** The arguments of an {@link ObjectStore}: the engine's kind, and what that engine needs. */
export type ObjectStoreArgs = ObjectStoreCommonArgs &
  (({ readonly kind: "minio" } & MinioStoreArgs) | ({ readonly kind: "external" } & ExternalStoreArgs));

const componentName = "ObjectStore";

/**
 * The platform's S3 object store. Consumers see {@link ObjectStoreConnection} only, so the engine is a choice of the
 * stack file. Each user gets a Secret with its keys in its own namespace, and the network between its pods and the
 * store.
 *
 * @example
 * const store = new ObjectStore("store", {
 *   kind: "minio", namespace: storage, image, storage: { size: "10Gi" },
 *   buckets: { lake: "lake" },
 *   users: { spark: { namespace: spark, grants: { lake: "readWrite" } } },
 * }, { provider });
 * store.bucket("lake").url // "s3a://lake"
 */
export class ObjectStore extends pulumi.ComponentResource implements ObjectStoreConnection {
  readonly endpoint: pulumi.Output<string>;
  readonly externalEndpoint: pulumi.Output<string>;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly buckets: readonly Bucket[];
  /** The way to the engine's web console; none for a store outside. It is closed until an ingress leads there. */
  readonly console: WebRoute | undefined;

  private readonly userCredentials: ReadonlyMap<string, WorkloadCredentials>;
  private readonly destination: NetworkDestination;

  /** @throws ResourceError if a bucket, a user, a grant or an argument of the engine is faulty. */
  constructor(
    private readonly label: string,
    args: ObjectStoreArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:ObjectStore", label, {}, opts);
    const name = label;
    this.buckets = checked(this, componentName, name, () => {
      dnsLabel("name", name);
      const buckets = bucketList(args.buckets);
      checkUsers(args.users, buckets);
      return buckets;
    });

    const engine = this.createEngine(name, args);
    this.endpoint = engine.endpoint;
    this.externalEndpoint = engine.externalEndpoint;
    this.region = engine.region;
    this.pathStyle = engine.pathStyle;
    this.destination = engine.destination;
    this.console = engine.console;
    this.userCredentials = this.createCredentials(name, args.users, engine);
    this.openNetwork(name, args.users);
    this.registerOutputs({ endpoint: this.endpoint, externalEndpoint: this.externalEndpoint });
  }

  bucket(role: string): Bucket {
    const found = this.buckets.find((bucket) => bucket.role === role);
    if (found !== undefined) return found;
    const roles = this.buckets.map((bucket) => bucket.role).join(", ");
    throw fieldError(this, componentName, this.label, { field: "bucket", got: role, expected: `one of ${roles}` });
  }

  credentials(user: string): WorkloadCredentials {
    const found = this.userCredentials.get(user);
    if (found !== undefined) return found;
    const users = [...this.userCredentials.keys()].sort().join(", ");
    throw fieldError(this, componentName, this.label, {
      field: "user",
      got: user,
      expected: `one of ${users || "none"}`,
    });
  }

  flows(): NetworkDestination {
    return this.destination;
  }

  private createEngine(name: string, args: ObjectStoreArgs): StoreEngine {
    const shared = { parent: this };
    return args.kind === "minio"
      ? new MinioStore(`${name}-minio`, { ...args, buckets: this.buckets }, shared)
      : new ExternalStore(`${name}-external`, args, shared);
  }

  private createCredentials(
    name: string,
    users: ObjectStoreUsers,
    engine: StoreEngine,
  ): Map<string, WorkloadCredentials> {
    const names = Object.keys(users).sort();
    return new Map(
      names.map((user) => {
        const { namespace } = users[user] as ObjectStoreUsers[string];
        const { accessKey, secretKey } = engine.keys[user] as StoreEngine["keys"][string];
        const secret = new kubernetes.core.v1.Secret(
          `${name}-${user}-credentials`,
          {
            metadata: {
              name: `${name}-${user}-credentials`,
              namespace: namespace.name,
              labels: labelsOf({ name: "object-store", instance: name, component: "credentials" }),
            },
            stringData: { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
          },
          { parent: this },
        );
        const credentials: WorkloadCredentials = {
          namespace,
          secretName: secret.metadata.name,
          entries: { accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY" },
          accessKey,
          secretKey,
        };
        return [user, credentials];
      }),
    );
  }

  private openNetwork(name: string, users: ObjectStoreUsers): void {
    for (const user of Object.keys(users).sort()) {
      const { namespace, podLabels, runsOutside = false } = users[user] as ObjectStoreUsers[string];
      if (runsOutside) continue;
      const from: NetworkPeer = { namespace, ...(podLabels === undefined ? {} : { labels: podLabels }) };
      const { peers, ports } = this.destination;
      allowFlow(name, `${name}-${user}`, { from, to: peers, ports }, { parent: this });
    }
  }
}
