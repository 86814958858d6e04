import type * as pulumi from "@pulumi/pulumi";
import type { NetworkDestination, WebRoute } from "../core/contracts";

/** The two keys of a user. */
export interface UserKeys {
  /** A secret. */
  readonly accessKey: pulumi.Output<string>;
  /** A secret. */
  readonly secretKey: pulumi.Output<string>;
}

/** What an engine brings to `ObjectStore`: where it answers, and the keys of each user, ready to be used. */
export interface StoreEngine {
  readonly endpoint: pulumi.Output<string>;
  readonly externalEndpoint: pulumi.Output<string>;
  readonly region: string;
  readonly pathStyle: boolean;
  /** The keys by user; known once the store takes them. */
  readonly keys: Readonly<Record<string, UserKeys>>;
  /** Where the store listens. */
  readonly destination: NetworkDestination;
  /** The way to its web console. @default it has none */
  readonly console?: WebRoute;
}
