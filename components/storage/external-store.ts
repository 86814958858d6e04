import * as pulumi from "@pulumi/pulumi";
import type { NetworkDestination } from "../core/contracts";
import { checked, ValueFault } from "../core/errors";
import type { StoreEngine, UserKeys } from "./store-engine";
import type { ObjectStoreUsers } from "./store-users";

/** The arguments of an {@link ExternalStore}: an S3 service that stands already. */
export interface ExternalStoreArgs {
  /** Its URL without a path: `https://s3.example.org`. Plain, since its port decides which network flows exist. */
  readonly endpoint: string;
  /** Its URL for clients outside the cluster. @default `endpoint` */
  readonly externalEndpoint?: string;
  /** The region clients sign with. @default us-east-1 */
  readonly region?: string;
  /** Whether the bucket's name goes into the path. @default true, which every engine but AWS wants */
  readonly pathStyle?: boolean;
  /** Addresses of the service, for the network flows. @default any address, on the endpoint's port only */
  readonly cidrs?: readonly string[];
  /** The keys of each user, made by whoever runs the service, with the access that the user's grants say. */
  readonly keys: Readonly<Record<string, { accessKey: pulumi.Input<string>; secretKey: pulumi.Input<string> }>>;
  /** Whether plain `http` is accepted: keys are never sent, but data would be readable on the way. @default false */
  readonly allowPlainHttp?: boolean;
}

/**
 * An S3 service outside this stack: AWS, Ceph, an appliance. It creates nothing; buckets, users and policies are the
 * business of whoever runs it.
 */
export class ExternalStore extends pulumi.ComponentResource implements StoreEngine {
  readonly endpoint: pulumi.Output<string>;
  readonly externalEndpoint: pulumi.Output<string>;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly keys: Readonly<Record<string, UserKeys>>;
  readonly destination: NetworkDestination;

  /** @throws ResourceError if a URL is malformed or insecure, or if a user has no keys. */
  constructor(
    name: string,
    args: ExternalStoreArgs & { readonly users: ObjectStoreUsers },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:ExternalStore", name, {}, opts);
    const check = <T>(body: () => T): T => checked(this, "ExternalStore", name, body);
    const {
      endpoint,
      externalEndpoint = endpoint,
      region = "us-east-1",
      pathStyle = true,
      cidrs = ["0.0.0.0/0"],
    } = args;
    const url = check(() => endpointUrl("endpoint", endpoint, args.allowPlainHttp));
    check(() => endpointUrl("externalEndpoint", externalEndpoint, args.allowPlainHttp));

    this.endpoint = pulumi.output(endpoint);
    this.externalEndpoint = pulumi.output(externalEndpoint);
    this.region = region;
    this.pathStyle = pathStyle;
    this.keys = check(() => userKeys(args));
    this.destination = { peers: [{ cidrs }], ports: [{ port: portOf(url) }] };
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

/**
 * A URL of a store.
 *
 * @throws ValueFault if it is no http(s) URL, has a path, or is plain http where that isn't allowed.
 */
export function endpointUrl(field: string, text: string, allowPlainHttp = false): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/" || text.endsWith("/"))
    throw new ValueFault({ field, got: text, expected: 'a URL without a path: "https://s3.example.org"' });
  if (url.username !== "" || url.password !== "")
    throw new ValueFault({
      field,
      got: `${url.protocol}//…@${url.host}`,
      expected: "a URL without a user or password",
    });
  if (url.protocol === "http:" && !allowPlainHttp)
    throw new ValueFault({ field, got: text, expected: "https, or allowPlainHttp: true" });
  return url;
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

function userKeys(args: ExternalStoreArgs & { readonly users: ObjectStoreUsers }): Record<string, UserKeys> {
  return Object.fromEntries(
    Object.keys(args.users).map((user) => {
      const keys = args.keys[user];
      if (keys === undefined)
        throw new ValueFault({ field: `keys.${user}`, got: undefined, expected: "the user's accessKey and secretKey" });
      return [user, { accessKey: pulumi.secret(keys.accessKey), secretKey: pulumi.secret(keys.secretKey) }];
    }),
  );
}
