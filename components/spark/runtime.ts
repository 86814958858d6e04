import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, ObjectStoreConnection, SharedVolume, WorkloadCredentials } from "../core/contracts";
import { checked, fieldError, ValueFault } from "../core/errors";
import { labelsOf } from "../core/labels";
import type { PodPlacement } from "../core/pod-security";
import { seconds } from "../core/quantities";
import { SparkAccess } from "./access";
import { openSparkNetwork } from "./network";
import { podTemplateText } from "./pod-templates";
import { podDemand, type PodSize } from "./pod-size";
import { quotaFaults, type SparkQuota } from "./quota";
import { uploadsRole, type S3aReleases } from "./s3a";
import { declareScheduling, type SparkPriorities } from "./scheduling";
import { settingFault } from "./settings";
import { mountedVolumes, type ExecutorBounds } from "./shared-settings";
import { propertiesText, sparkSettings, type SparkDefaultsSource, type SubmissionPlace } from "./spark-defaults";
import {
  submitCommand,
  submitFiles,
  submitterKubeconfig,
  type ClusterAddress,
  type SubmitterOutput,
} from "./submitter";

/** A driver or an executor: how big it is and where it runs. */
export interface SparkPod extends PodSize {
  /** @default anywhere */
  readonly placement?: Omit<PodPlacement, "priorityClassName" | "imagePullSecrets">;
}

/** The arguments of a {@link SparkRuntime}. */
export interface SparkRuntimeArgs {
  /** Where jobs run. Plain, since it decides where objects go. */
  readonly namespace: NamespaceReference;
  /** Put before the names of cluster-wide objects. Plain, since it decides names. @default none */
  readonly prefix?: string;
  /** Spark and Hadoop in the image; rights and settings follow from them. Plain, since they decide which rights exist. */
  readonly releases: S3aReleases;
  /** The image of drivers and executors. */
  readonly image: pulumi.Input<string>;
  /** Names of Secrets with registry credentials. @default none */
  readonly imagePullSecrets?: readonly pulumi.Input<string>[];
  /** Volumes that every driver and executor mounts. @default none */
  readonly volumes?: readonly SharedVolume[];
  /** Where jobs read and write. */
  readonly store: ObjectStoreConnection;
  /** The keys of drivers and executors, in the jobs' namespace. */
  readonly credentials: WorkloadCredentials;
  /** The keys with which a submitting machine writes to the uploads bucket. */
  readonly submitterCredentials: Pick<WorkloadCredentials, "accessKey" | "secretKey">;
  /** A driver, unless a job says otherwise. */
  readonly driver: SparkPod;
  /** An executor, unless a job says otherwise. */
  readonly executor: SparkPod;
  /** How many executors a job has, unless it says otherwise. */
  readonly executors: ExecutorBounds;
  /** What all jobs together may use. The namespace's own quota holds the whole; this component limits the drivers. */
  readonly quota: SparkQuota;
  /** @default see {@link SparkPriorities} */
  readonly priorities?: SparkPriorities;
  /** The API server as machines that submit reach it. */
  readonly address: ClusterAddress;
  /** Addresses of the API server as pods reach it. @default any, on its ports only */
  readonly apiServerCidrs?: readonly string[];
  /** Groups that may mint the submitter's token. Plain, since they decide which objects exist. @default none */
  readonly submitters?: readonly string[];
  /** How long a submitter's token should be valid. @default 1h */
  readonly tokenDuration?: string;
  /** Further Spark settings for every job; no secrets. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

const componentName = "SparkRuntime";

/** Where a pod that submits jobs from inside the cluster finds the ConfigMap of settings and templates mounted. */
export const clusterSettingsFolder = "/etc/hamilton/spark";

/**
 * Spark on Kubernetes, ready for `spark-submit` in cluster mode from inside and outside: accounts and rights, settings,
 * pod templates, priorities, the drivers' quota and the network of jobs.
 *
 * @example
 * const runtime = new SparkRuntime("spark", {
 *   namespace: spark, releases: { spark: "4.1.2", hadoop: "3.4.2" }, image, volumes: [share], store,
 *   credentials: store.credentials("spark"), submitterCredentials: store.credentials("submitter"),
 *   driver: { cores: 1, memory: "1g" }, executor: { cores: 2, memory: "4g" }, executors: { max: 10 },
 *   quota: { cpu: "40", memory: "128g", pods: 100 }, address,
 * }, { provider });
 */
export class SparkRuntime extends pulumi.ComponentResource {
  /** All that a machine outside needs to submit jobs, but a token. */
  readonly submitter: pulumi.Output<SubmitterOutput>;
  /** The ConfigMap with settings and templates for submitting from inside, to be mounted at {@link clusterSettingsFolder}. */
  readonly settingsConfigMap: pulumi.Output<string>;

  /** @throws ResourceError for a faulty size, quota, duration or setting. */
  constructor(
    private readonly label: string,
    private readonly args: SparkRuntimeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:spark:Runtime", label, {}, opts);
    const name = label;
    this.validate();

    const access = new SparkAccess(
      `${name}-access`,
      { namespace: args.namespace, version: args.releases.spark, submitters: args.submitters ?? [] },
      { parent: this },
    );
    const { namespace, prefix, priorities, quota, releases } = args;
    const classes = checked(this, componentName, name, () =>
      declareScheduling(name, { namespace, prefix, priorities, quota, version: releases.spark }, this),
    );
    openSparkNetwork(name, args.namespace, args.apiServerCidrs, { parent: this });

    const driverPodTemplate = this.template("driver", classes.driver);
    const executorPodTemplate = this.template("executor", classes.executor);
    const source = this.defaultsSource(access);
    const settingsMap = new kubernetes.core.v1.ConfigMap(
      `${name}-settings`,
      {
        metadata: {
          name: "spark-settings",
          namespace: args.namespace.name,
          labels: labelsOf({ name: "spark", instance: name, component: "settings", version: args.releases.spark }),
        },
        data: {
          [submitFiles.sparkDefaults]: source.apply((it) => propertiesText(sparkSettings(it, insidePlace))),
          [submitFiles.driverPodTemplate]: driverPodTemplate,
          [submitFiles.executorPodTemplate]: executorPodTemplate,
        },
      },
      { parent: this },
    );
    this.settingsConfigMap = settingsMap.metadata.name;

    const outside: SubmissionPlace = {
      server: args.address.server,
      driverPodTemplate: submitFiles.driverPodTemplate,
      executorPodTemplate: submitFiles.executorPodTemplate,
      tokenFile: submitFiles.token,
    };
    this.submitter = pulumi.secret({
      namespace: namespace.name,
      serviceAccount: access.submitter,
      kubeconfig: pulumi
        .all([namespace.name, access.submitter])
        .apply(([space, account]) => submitterKubeconfig(args.address, space, account)),
      sparkDefaults: source.apply((it) => propertiesText(sparkSettings(it, outside))),
      driverPodTemplate,
      executorPodTemplate,
      command: submitCommand(),
      tokenSeconds: this.tokenSeconds(),
      accessKey: args.submitterCredentials.accessKey,
      secretKey: args.submitterCredentials.secretKey,
    }) as unknown as pulumi.Output<SubmitterOutput>;
    this.registerOutputs({ submitter: this.submitter, settingsConfigMap: this.settingsConfigMap });
  }

  private validate(): void {
    const { args, label } = this;
    checked(this, componentName, label, () => {
      checkSize("driver", args.driver);
      checkSize("executor", args.executor);
      const [fault] = quotaFaults(args.quota, args.driver, args.executor, args.executors.min ?? 0);
      if (fault !== undefined) throw fault;
    });
    const { min = 0, max } = args.executors;
    if (min > max)
      throw fieldError(this, componentName, label, {
        field: "executors.min",
        got: min,
        expected: `at most max (${max})`,
      });
    args.store.bucket(uploadsRole);
    for (const [setting, value] of Object.entries(args.settings ?? {})) {
      const fault = settingFault(setting, value);
      if (fault !== undefined)
        throw new pulumi.ResourceError(`${componentName} "${label}": settings["${setting}"] ${fault}.`, this);
    }
  }

  private tokenSeconds(): number {
    return checked(this, componentName, this.label, () => seconds("tokenDuration", this.args.tokenDuration ?? "1h"));
  }

  private template(role: "driver" | "executor", priority: pulumi.Output<string>): pulumi.Output<string> {
    const { placement, ...size } = this.args[role];
    const { image, imagePullSecrets = [], releases } = this.args;
    return pulumi
      .all([image, priority, pulumi.all([...imagePullSecrets])])
      .apply(([reference, priorityClassName, secrets]) =>
        podTemplateText({
          role,
          image: reference,
          version: releases.spark,
          size,
          priorityClassName,
          placement: { ...placement, imagePullSecrets: secrets },
        }),
      );
  }

  private defaultsSource(access: SparkAccess): pulumi.Output<SparkDefaultsSource> {
    const { args } = this;
    const { store, credentials } = args;
    const volumes = args.volumes ?? [];
    const known = pulumi.all([
      args.namespace.name,
      args.image,
      access.driver,
      access.executor,
      store.endpoint,
      store.externalEndpoint,
      credentials.secretName,
    ]);
    const pullSecrets = pulumi.all([...(args.imagePullSecrets ?? [])]);
    const claims = pulumi.all(volumes.map((volume) => volume.claimIn(args.namespace)));
    return pulumi.all([known, pullSecrets, claims]).apply(([values, imagePullSecrets, claimNames]) => {
      const [namespace, image, driverAccount, executorAccount, endpoint, externalEndpoint, secretName] = values;
      const { region, pathStyle, buckets } = store;
      return {
        ...{ releases: args.releases, namespace, image, imagePullSecrets, driverAccount, executorAccount },
        ...{ driver: args.driver, executor: args.executor, executors: args.executors, settings: args.settings },
        volumes: mountedVolumes(volumes, claimNames),
        store: { endpoint, externalEndpoint, region, pathStyle, buckets },
        credentials: { secretName, entries: credentials.entries },
      };
    });
  }
}

/** Submitting from a pod: the API server's Service, the mounted templates, the pod's own token. */
const insidePlace: SubmissionPlace = {
  server: "https://kubernetes.default.svc:443",
  driverPodTemplate: `${clusterSettingsFolder}/${submitFiles.driverPodTemplate}`,
  executorPodTemplate: `${clusterSettingsFolder}/${submitFiles.executorPodTemplate}`,
};

/** @throws ValueFault with the role before the field. */
function checkSize(role: "driver" | "executor", size: PodSize): void {
  try {
    podDemand(size);
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error;
    throw new ValueFault({ ...error.fault, field: `${role}.${error.fault.field}` });
  }
}
