import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "./contracts";
import { checked } from "./errors";
import { labelsOf } from "./labels";
import { dnsLabel, joinedName } from "./names";
import { allowFlow, dnsPeers, dnsPorts, type DnsServers } from "./network-flows";
import { cpus, kubernetesBytes } from "./quantities";

/** The levels of Pod Security, from the strictest. */
export type PodSecurityLevel = "restricted" | "baseline" | "privileged";

/** Access to a private registry. */
export interface RegistryCredentials {
  /** The registry's host: `registry.example.org`. */
  readonly registry: pulumi.Input<string>;
  readonly username: pulumi.Input<string>;
  /** A secret. */
  readonly password: pulumi.Input<string>;
}

/** What containers of the namespace get if they don't say, and the most that any may ask. */
export interface ContainerLimits {
  /** Requests of containers that give none. @default `{ cpu: "100m", memory: "256Mi" }` */
  readonly defaultRequest?: Readonly<{ cpu: string; memory: string }>;
  /** Limits of containers that give none. @default `{ memory: "512Mi" }`; no CPU limit */
  readonly default?: Readonly<{ cpu?: string; memory: string }>;
  /** The largest limits a container may have. @default none */
  readonly max?: Readonly<{ cpu?: string; memory?: string }>;
}

/** The arguments of a {@link PlatformNamespace}. */
export interface PlatformNamespaceArgs {
  /** What the namespace is for; its name without the prefix. Plain, since it decides names. @default the component's name */
  readonly role?: string;
  /** Put before the role with a "-", so that several stacks fit one cluster. Plain, since it decides names. @default none */
  readonly prefix?: string;
  /** The Pod Security level that is enforced, warned of and audited. @default restricted */
  readonly podSecurity?: PodSecurityLevel;
  /** The Kubernetes minor version whose Pod Security rules hold: `v1.34`. @default latest */
  readonly podSecurityVersion?: string;
  /** Hard limits of a ResourceQuota: `{ "requests.cpu": "20", "limits.memory": "64Gi", pods: "100" }`. @default no quota */
  readonly quota?: Readonly<Record<string, string>>;
  /** @default see {@link ContainerLimits} */
  readonly limits?: ContainerLimits;
  /** Where the cluster's DNS answers beside its pods in `kube-system`. @default nowhere else */
  readonly dns?: DnsServers;
  /** Makes a Secret for pulling images; its name is in `imagePullSecrets`. @default none */
  readonly registryCredentials?: RegistryCredentials;
  /** Extra labels of the Namespace object. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Whether the namespace stays in the cluster when it leaves the stack: Kubernetes deletes all claims with a namespace.
   * @default false
   */
  readonly keep?: boolean;
  /** Whether the engine refuses to delete or replace it. @default false */
  readonly protect?: boolean;
}

const componentName = "PlatformNamespace";

/**
 * A namespace that is safe before anything is in it: a Pod Security level, resource limits, and no network but DNS. All
 * else is opened by named flows (`network-flows.ts`).
 *
 * @example
 * const spark = new PlatformNamespace("spark", { prefix: "dev", quota: { pods: "100" } }, { provider });
 * // objects go into spark.name
 */
export class PlatformNamespace extends pulumi.ComponentResource implements NamespaceReference {
  readonly role: string;
  readonly physicalName: string;
  readonly name: pulumi.Output<string>;
  /** The names of the Secrets with which pods of this namespace pull images: none or one. */
  readonly imagePullSecrets: readonly pulumi.Output<string>[];

  /** @throws ResourceError if the name isn't a DNS label or a quantity doesn't parse. */
  constructor(name: string, args: PlatformNamespaceArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("hamilton:core:Namespace", name, args, opts);
    this.role = args.role ?? name;
    this.physicalName = checked(this, componentName, name, () => validName(args, this.role));
    const limits = checked(this, componentName, name, () => limitRangeItem(args.limits ?? {}));

    const namespace = this.createNamespace(name, args);
    const inNamespace = { namespace: namespace.metadata.name, labels: this.commonLabels() };

    const limitRange = new kubernetes.core.v1.LimitRange(
      `${name}-limits`,
      { metadata: { name: "container-limits", ...inNamespace }, spec: { limits: [limits] } },
      { parent: this },
    );
    const quota =
      args.quota === undefined
        ? undefined
        : new kubernetes.core.v1.ResourceQuota(
            `${name}-quota`,
            { metadata: { name: "namespace-quota", ...inNamespace }, spec: { hard: { ...args.quota } } },
            { parent: this },
          );
    const defaultDeny = new kubernetes.networking.v1.NetworkPolicy(
      `${name}-default-deny`,
      {
        metadata: { name: "default-deny", ...inNamespace },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      { parent: this },
    );
    const self = { role: this.role, physicalName: this.physicalName, name: namespace.metadata.name };
    const dns = allowFlow(
      name,
      "dns",
      { from: { namespace: self }, to: dnsPeers(args.dns ?? {}), ports: dnsPorts },
      { parent: this },
    );
    this.imagePullSecrets = this.createPullSecret(name, args.registryCredentials, inNamespace);

    // Whoever takes the name waits for the rules as well: no pod starts before its quota, limits and default deny.
    const rules = [limitRange, defaultDeny, ...dns, ...(quota ? [quota] : [])];
    this.name = pulumi
      .all([namespace.metadata.name, pulumi.all(rules.map((rule) => rule.metadata.name))])
      .apply(([own]) => own);
    this.registerOutputs({ name: this.name });
  }

  private commonLabels(): Record<string, string> {
    return labelsOf({ name: "namespace", instance: this.physicalName });
  }

  private createNamespace(name: string, args: PlatformNamespaceArgs): kubernetes.core.v1.Namespace {
    const { podSecurity = "restricted", podSecurityVersion = "latest", labels = {}, keep, protect } = args;
    const levels = ["enforce", "warn", "audit"].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, podSecurity],
      [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
    ]);
    return new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: this.physicalName,
          labels: { ...labels, ...this.commonLabels(), ...(Object.fromEntries(levels) as Record<string, string>) },
        },
      },
      { parent: this, ...(keep ? { retainOnDelete: true } : {}), ...(protect ? { protect: true } : {}) },
    );
  }

  private createPullSecret(
    name: string,
    credentials: RegistryCredentials | undefined,
    metadata: { namespace: pulumi.Output<string>; labels: Record<string, string> },
  ): pulumi.Output<string>[] {
    if (credentials === undefined) return [];
    const { registry, username, password } = credentials;
    const config = pulumi.all([registry, username, password]).apply(([host, user, word]) =>
      JSON.stringify({
        auths: { [host]: { username: user, password: word, auth: Buffer.from(`${user}:${word}`).toString("base64") } },
      }),
    );
    const secret = new kubernetes.core.v1.Secret(
      `${name}-image-pull`,
      {
        metadata: { name: "image-pull", ...metadata },
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": pulumi.secret(config) },
      },
      // Kubernetes refuses to change a Secret's type in place.
      { parent: this, replaceOnChanges: ["type"], deleteBeforeReplace: true },
    );
    return [secret.metadata.name];
  }
}

function validName(args: PlatformNamespaceArgs, role: string): string {
  dnsLabel("role", role);
  if (args.prefix) dnsLabel("prefix", args.prefix);
  return joinedName("prefix", args.prefix, role);
}

function limitRangeItem(limits: ContainerLimits): kubernetes.types.input.core.v1.LimitRangeItem {
  const { defaultRequest = { cpu: "100m", memory: "256Mi" }, default: limit = { memory: "512Mi" }, max } = limits;
  const named = { "limits.defaultRequest": defaultRequest, "limits.default": limit, "limits.max": max ?? {} };
  for (const [field, { cpu, memory }] of Object.entries(named)) {
    if (cpu !== undefined) cpus(`${field}.cpu`, cpu);
    if (memory !== undefined) kubernetesBytes(`${field}.memory`, memory);
  }
  return {
    type: "Container",
    defaultRequest: { ...defaultRequest },
    default: { ...limit },
    ...(max === undefined ? {} : { max: { ...max } }),
  };
}
