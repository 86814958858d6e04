import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import type { SecureContainerArgs } from "../core/pod-security";
import type { LoginService } from "./network";

type Probe = types.input.core.v1.Probe;

/** A generated token, which people paste into the login page or get in a link: for `local` and `dev`. */
export interface TokenLogin {
  readonly kind: "token";
  /** Change it to have a new token; the notebook restarts with it. @default 1 */
  readonly version?: string;
}

/** Who of those that the login service knows may use the notebook. */
export type Allowed =
  /** Members of any of these groups. */
  | { readonly groups: readonly string[] }
  /** People with one of these e-mail addresses. */
  | { readonly emails: readonly string[] };

/** A login service of the site (OpenID Connect), asked by a proxy before the notebook. */
export interface OidcLogin {
  readonly kind: "oidc";
  /** The service's issuer: `https://login.example.com/realms/harp`. Plain, since its port decides a network flow. */
  readonly issuerUrl: string;
  /** The addresses of the service. */
  readonly issuerCidrs: readonly string[];
  /** Certificates of authorities, PEM, by one of which the service's is signed. @default the public ones */
  readonly certificates?: string;
  /** The name under which the service knows this notebook. */
  readonly clientId: string;
  /** That client's secret. A secret. */
  readonly clientSecret: pulumi.Input<string>;
  readonly allowed: Allowed;
  /** The claim with a person's groups. @default groups */
  readonly groupsClaim?: string;
  /** The claim with a person's e-mail address. @default email */
  readonly emailClaim?: string;
  /** How long a login lasts: `"12h"`. @default 12h */
  readonly duration?: string;
  /** The notebook's address in the browser, without a slash at the end: `https://notebook-harp.example.com`. */
  readonly pageUrl: string;
  /** The image of oauth2-proxy. Plain: its version is a label. */
  readonly image: string;
}

/** How people log in. */
export type NotebookLogin = TokenLogin | OidcLogin;

/** What every kind of login is told. */
export interface LoginArgs {
  /** The component's name, the beginning of its children's. */
  readonly label: string;
  /** The notebook's name. */
  readonly notebook: string;
  readonly namespace: NamespaceReference;
  readonly labels: Readonly<Record<string, string>>;
  /** The path of the page, with a slash at both ends. */
  readonly basePath: string;
  /** Whether the engine refuses to delete or replace what is generated. */
  readonly protect: boolean;
}

/** What a login adds to the notebook's pod. */
export interface LoginParts {
  /** The port of the pod that the page is at. */
  readonly port: number;
  /** Variables and mounts of the notebook server. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly types.input.core.v1.VolumeMount[];
  readonly volumes: readonly types.input.core.v1.Volume[];
  /** Containers beside the server. */
  readonly sidecars: readonly SecureContainerArgs[];
  /** How to ask the server whether it answers. */
  readonly probe: Probe & ({ readonly httpGet: object } | { readonly exec: object });
  /** What the pod must be started anew for when it changes; its checksum stands in the open. */
  readonly startsWith: readonly pulumi.Input<string>[];
  /** The service that the pod must reach. @default none */
  readonly service?: LoginService;
  /** The token, where there is one; a secret. */
  readonly token?: pulumi.Output<string>;
}

/** The name of the volume with the login's files. */
export const loginVolume = "login";
