import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksum, checksumAnnotation } from "../core/checksum";
import type { NamespaceReference } from "../core/contracts";
import { imageVersion } from "../core/images";
import { labelsOf, selectorLabels } from "../core/labels";
import { securePod, type ContainerResources, type PodIdentity, type PodPlacement } from "../core/pod-security";
import { evenSpread } from "../core/spread";
import { claimSpec, createClaims, dataVolume, type StoreStorage } from "./minio-claims";
import { consolePort, dataPath, s3Port, serverArguments, serversName } from "./minio-topology";

/** The user that MinIO's processes run as; its image has one under this number. */
export const minioIdentity: PodIdentity = { user: 1000, group: 1000, fileSystemGroup: 1000 };

/** The arguments of a {@link MinioServer}. */
export interface MinioServerArgs {
  readonly namespace: NamespaceReference;
  readonly image: string;
  readonly replicas: number;
  readonly storage: StoreStorage;
  readonly resources: ContainerResources;
  readonly region: string;
  readonly clusterDomain: string;
  readonly protect: boolean;
  readonly rootPassword: pulumi.Input<string>;
  /** The port of every node that leads to the S3 interface. @default none */
  readonly nodePort?: number;
  readonly placement?: PodPlacement;
}

/** The name of MinIO's all-mighty user; only the setup uses it. */
const rootUser = "hamilton-root";

/** The MinIO servers: a StatefulSet with its volumes, Services and root credentials. */
export class MinioServer extends pulumi.ComponentResource {
  /** The labels by which the servers' pods are selected. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** The name of the Service with both ports, known once it stands. */
  readonly service: pulumi.Output<string>;
  /** Host and port of the S3 interface inside the cluster, known once the servers are ready. */
  readonly address: pulumi.Output<string>;
  /** The name of the Secret with `rootUser` and `rootPassword`. */
  readonly rootSecret: pulumi.Output<string>;

  private readonly labels: Record<string, string>;

  constructor(
    private readonly label: string,
    args: MinioServerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:storage:MinioServer", label, {}, opts);
    const name = label;
    const { namespace, replicas, clusterDomain } = args;
    const source = { name: "minio", instance: name };
    this.podLabels = selectorLabels(source);
    this.labels = labelsOf({ ...source, component: "server", version: imageVersion(args.image) });

    const metadata = { namespace: namespace.name, labels: this.labels };
    const root = new kubernetes.core.v1.Secret(
      `${name}-root`,
      {
        metadata: { name: `${name}-root`, ...metadata },
        stringData: { rootUser, rootPassword: args.rootPassword },
      },
      { parent: this },
    );
    this.rootSecret = root.metadata.name;
    const ports = [
      { name: "s3", port: s3Port, targetPort: "s3" },
      { name: "console", port: consolePort, targetPort: "console" },
    ];
    const headless = { clusterIP: "None", publishNotReadyAddresses: true };
    const peers = this.createService("peers", `${name}-peers`, metadata, { ports, ...headless });
    const service = this.createService("service", name, metadata, { ports });
    if (args.nodePort !== undefined) {
      const outside = [{ name: "s3", port: s3Port, targetPort: "s3", nodePort: args.nodePort }];
      this.createService("outside", `${name}-outside`, metadata, { type: "NodePort", ports: outside });
    }
    this.service = service.metadata.name;
    const servers = this.createServers(args, peers);
    if (replicas > 1)
      new kubernetes.policy.v1.PodDisruptionBudget(
        `${name}-disruption`,
        { metadata: { name, ...metadata }, spec: { maxUnavailable: 1, selector: { matchLabels: this.podLabels } } },
        { parent: this },
      );
    this.address = pulumi
      .all([service.metadata.name, servers.metadata.name])
      .apply(([host]) => `${host}.${namespace.physicalName}.svc.${clusterDomain}:${s3Port}`);
    this.registerOutputs({ address: this.address });
  }

  private createService(
    suffix: string,
    name: string,
    metadata: { namespace: pulumi.Output<string>; labels: Record<string, string> },
    spec: kubernetes.types.input.core.v1.ServiceSpec,
  ): kubernetes.core.v1.Service {
    return new kubernetes.core.v1.Service(
      `${this.label}-${suffix}`,
      { metadata: { name, ...metadata }, spec: { selector: this.podLabels, ...spec } },
      { parent: this },
    );
  }

  private createServers(args: MinioServerArgs, peers: kubernetes.core.v1.Service): kubernetes.apps.v1.StatefulSet {
    const { namespace, replicas, protect } = args;
    const metadata = { namespace: namespace.name, labels: this.labels };
    const claims = createClaims({ ...args, name: this.label, ...metadata }, this);
    const claim = replicas === 1 ? claims[0] : undefined;
    const { annotations = {}, labels: extraLabels = {} } = args.placement ?? {};
    // The password is long and random, so its checksum gives nothing away and may stand in the open.
    const rootChecksum = pulumi.unsecret(pulumi.output(args.rootPassword).apply(checksum));
    return new kubernetes.apps.v1.StatefulSet(
      replicas === 1 ? `${this.label}-servers` : `${this.label}-servers-of-${replicas}`,
      {
        metadata: { name: serversName(this.label, replicas), ...metadata },
        spec: {
          replicas,
          serviceName: peers.metadata.name,
          podManagementPolicy: "Parallel",
          selector: { matchLabels: this.podLabels },
          template: {
            metadata: {
              labels: { ...extraLabels, ...this.labels },
              annotations: { ...annotations, [checksumAnnotation]: rootChecksum },
            },
            spec: this.pod(args, claim?.metadata.name),
          },
          ...(claim === undefined
            ? {
                volumeClaimTemplates: [{ metadata: { name: dataVolume }, spec: claimSpec(args.storage) }],
                persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
              }
            : {}),
        },
      },
      // The claims grow; their template can't change without new servers, and only names them. They stand first, or the
      // StatefulSet would make its own.
      { parent: this, protect, ignoreChanges: claim ? [] : ["spec.volumeClaimTemplates"], dependsOn: [...claims] },
    );
  }

  private pod(args: MinioServerArgs, claimName: pulumi.Input<string> | undefined) {
    const fromRoot = (key: string) => ({ secretKeyRef: { name: this.rootSecret, key } });
    const probe = (path: string) => ({ httpGet: { path, port: "s3" }, periodSeconds: 10, timeoutSeconds: 5 });
    const { namespace, replicas, clusterDomain } = args;
    const spread = replicas === 1 ? {} : { topologySpreadConstraints: evenSpread(this.podLabels) };
    const topology = { name: this.label, peersService: `${this.label}-peers`, namespace: namespace.physicalName };
    return securePod({
      identity: minioIdentity,
      placement: { ...spread, ...args.placement },
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: "minio",
          image: args.image,
          command: ["minio"],
          args: serverArguments({ ...topology, replicas, clusterDomain }),
          env: [
            { name: "MINIO_ROOT_USER", valueFrom: fromRoot("rootUser") },
            { name: "MINIO_ROOT_PASSWORD", valueFrom: fromRoot("rootPassword") },
            { name: "MINIO_SITE_REGION", value: args.region },
            // Never asks the maker's host for a newer version.
            { name: "MINIO_UPDATE", value: "off" },
            // The network flows decide who may read metrics.
            { name: "MINIO_PROMETHEUS_AUTH_TYPE", value: "public" },
          ],
          ports: [
            { name: "s3", containerPort: s3Port },
            { name: "console", containerPort: consolePort },
          ],
          resources: args.resources,
          startupProbe: { ...probe("/minio/health/live"), periodSeconds: 2, failureThreshold: 60 },
          livenessProbe: { ...probe("/minio/health/live"), failureThreshold: 5 },
          readinessProbe: { ...probe("/minio/health/ready"), periodSeconds: 5 },
          volumeMounts: [
            { name: dataVolume, mountPath: dataPath },
            { name: "tmp", mountPath: "/tmp" },
          ],
        },
      ],
      volumes: [
        { name: "tmp", emptyDir: {} },
        ...(claimName === undefined ? [] : [{ name: dataVolume, persistentVolumeClaim: { claimName } }]),
      ],
    });
  }
}
