import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, PlatformPods } from "../core/contracts";
import { imageVersion } from "../core/images";
import { labelsOf, selectorLabels } from "../core/labels";
import { allowFlow, apiServerPeer, apiServerPorts } from "../core/network-flows";
import { securePod, type ContainerResources, type PodIdentity, type PodPlacement } from "../core/pod-security";
import { evenSpread } from "../core/spread";
import { publicPort, type IngressExposure } from "./exposure";
import { graceSeconds, traefikArguments, traefikPorts } from "./traefik-arguments";
import { traefikRules } from "./traefik-roles";

/** The user that Traefik's process runs as, as its image does. */
export const traefikIdentity: PodIdentity = { user: 65532, group: 65532 };

/** The arguments of a {@link Traefik}. */
export interface TraefikArgs {
  /** Where it runs, and the only namespace that it watches. */
  readonly namespace: NamespaceReference;
  /** Its image. Plain, since the version labels follow from it. */
  readonly image: string;
  /** How machines outside reach it. Plain, since it decides which ports there are. */
  readonly exposure: IngressExposure;
  /** Addresses that may come in; many clusters show a node's own here. @default any */
  readonly sources?: readonly string[];
  /** The addresses of the API server. @default any, on its ports only */
  readonly apiServerCidrs?: readonly string[];
  /** Pods, of which one may be away at a time. @default 1 */
  readonly replicas?: number;
  /** CPU and memory of each. @default 100m and 256Mi, the memory also at most */
  readonly resources?: ContainerResources;
  /** The longest that the upload of one request may take, in seconds. @default 3600 */
  readonly uploadSeconds?: number;
  /** @default see {@link PodPlacement} */
  readonly placement?: PodPlacement;
}

/** The class of the Ingresses that our own Traefik serves; nobody else sees them, so it need not be unique. */
export const traefikClass = "hamilton";

/** What all its objects are called. */
const objectName = "traefik";

/** Traefik, which serves the Ingresses of its own namespace and may read nothing beyond it. */
export class Traefik extends pulumi.ComponentResource {
  /** Its pods, for the flows to what it leads to. */
  readonly pods: PlatformPods;

  private readonly labels: Record<string, string>;

  constructor(
    private readonly label: string,
    private readonly args: TraefikArgs & { readonly tls: boolean },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:ingress:Traefik", label, {}, opts);
    const { namespace, replicas = 1 } = args;
    const source = { name: objectName, instance: label };
    const podLabels = selectorLabels(source);
    this.pods = { namespace, labels: podLabels };
    this.labels = labelsOf({ ...source, component: "controller", version: imageVersion(args.image) });
    const account = new kubernetes.core.v1.ServiceAccount(
      `${label}-account`,
      { metadata: this.metadata() },
      { parent: this },
    );
    const rights = this.grant(account);
    const flows = this.openNetwork();
    this.createService(podLabels);
    this.createDeployment(account, podLabels, [rights, ...flows]);
    if (replicas > 1)
      new kubernetes.policy.v1.PodDisruptionBudget(
        `${label}-disruption`,
        { metadata: this.metadata(), spec: { maxUnavailable: 1, selector: { matchLabels: podLabels } } },
        { parent: this },
      );
    this.registerOutputs({});
  }

  private metadata() {
    return { name: objectName, namespace: this.args.namespace.name, labels: this.labels };
  }

  private get publishes(): boolean {
    return this.args.exposure.kind === "loadBalancer";
  }

  private grant(account: kubernetes.core.v1.ServiceAccount): pulumi.Resource {
    const role = new kubernetes.rbac.v1.Role(
      `${this.label}-role`,
      { metadata: this.metadata(), rules: [...traefikRules(this.publishes)] },
      { parent: this },
    );
    const { name, namespace } = account.metadata;
    return new kubernetes.rbac.v1.RoleBinding(
      `${this.label}-binding`,
      {
        metadata: this.metadata(),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
      { parent: this },
    );
  }

  private openNetwork(): pulumi.Resource[] {
    const { sources = ["0.0.0.0/0"], apiServerCidrs, tls } = this.args;
    const ports = [{ port: traefikPorts.http }, ...(tls ? [{ port: traefikPorts.https }] : [])];
    const toServer = { from: this.pods, to: apiServerPeer(apiServerCidrs), ports: apiServerPorts };
    return [
      ...allowFlow(this.label, "outside-to-ingress", { from: { cidrs: sources }, to: this.pods, ports }, this.child()),
      ...allowFlow(this.label, "ingress-to-api-server", toServer, this.child()),
    ];
  }

  private child(): pulumi.CustomResourceOptions {
    return { parent: this };
  }

  private createService(selector: Record<string, string>): void {
    const { exposure, sources, tls } = this.args;
    const node = exposure.kind === "nodePort" ? exposure : undefined;
    const port = (name: "http" | "https") => ({
      name,
      port: name === "http" ? 80 : 443,
      targetPort: name,
      ...(node === undefined ? {} : { nodePort: node[name] }),
    });
    const balancer =
      exposure.kind === "loadBalancer"
        ? {
            ...(exposure.className === undefined ? {} : { loadBalancerClass: exposure.className }),
            ...(sources === undefined ? {} : { loadBalancerSourceRanges: [...sources] }),
          }
        : {};
    const annotations = exposure.kind === "loadBalancer" ? (exposure.annotations ?? {}) : {};
    new kubernetes.core.v1.Service(
      `${this.label}-service`,
      {
        metadata: { ...this.metadata(), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
        spec: {
          type: node === undefined ? "LoadBalancer" : "NodePort",
          selector,
          ports: [port("http"), ...(tls ? [port("https")] : [])],
          ...balancer,
        },
      },
      { parent: this },
    );
  }

  private createDeployment(
    account: kubernetes.core.v1.ServiceAccount,
    podLabels: Record<string, string>,
    dependsOn: pulumi.Resource[],
  ): void {
    const { replicas = 1, placement = {} } = this.args;
    const { labels: extraLabels = {}, annotations = {} } = placement;
    new kubernetes.apps.v1.Deployment(
      `${this.label}-deployment`,
      {
        metadata: this.metadata(),
        spec: {
          replicas,
          // An old pod goes once a new one serves: pages stay reachable with a single one as well.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          selector: { matchLabels: podLabels },
          template: {
            metadata: {
              labels: { ...extraLabels, ...this.labels },
              ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
            },
            spec: this.pod(account.metadata.name, podLabels),
          },
        },
      },
      { parent: this, dependsOn },
    );
  }

  private pod(serviceAccountName: pulumi.Input<string>, podLabels: Record<string, string>) {
    const { namespace, image, exposure, tls, replicas = 1, placement, uploadSeconds = 3600 } = this.args;
    const { resources = { requests: { cpu: "100m", memory: "256Mi" } } } = this.args;
    const probe = { httpGet: { path: "/ping", port: "health" }, timeoutSeconds: 5 };
    const spread = replicas === 1 ? {} : { topologySpreadConstraints: evenSpread(podLabels) };
    return securePod({
      identity: traefikIdentity,
      apiAccess: true,
      serviceAccountName,
      placement: { ...spread, ...placement },
      terminationGracePeriodSeconds: graceSeconds.accept + graceSeconds.finish + 10,
      containers: [
        {
          name: "traefik",
          image,
          command: ["traefik"],
          args: traefikArguments({
            namespace: namespace.physicalName,
            className: traefikClass,
            uploadSeconds,
            ...(tls ? { httpsPort: publicPort(exposure, true) } : {}),
            ...(this.publishes ? { publishedService: `${namespace.physicalName}/${objectName}` } : {}),
          }),
          ports: [
            { name: "http", containerPort: traefikPorts.http },
            ...(tls ? [{ name: "https", containerPort: traefikPorts.https }] : []),
            { name: "health", containerPort: traefikPorts.health },
          ],
          resources,
          startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 60 },
          livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 5 },
          readinessProbe: { ...probe, periodSeconds: 5 },
        },
      ],
    });
  }
}
