import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { SharedVolume, WorkloadCredentials } from "../core/contracts";
import type { DatabaseFiles } from "../databases/database-files";
import { certificatesFolder } from "../databases/settings";
import { securePod, type PodPlacement } from "../core/pod-security";
import { memoryBytes, memoryQuantity } from "../core/quantities";
import type { LoginParts } from "./login";
import { defaultScratch, type NotebookResources } from "./notebook-size";
import { homeVolume } from "./home";
import { accountDirectory, folders, homeDirectory, jupyterPort, notebookIdentity } from "./settings";

type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** What a notebook's pod is made of. */
export interface NotebookPodArgs {
  readonly image: string;
  readonly serviceAccount: pulumi.Input<string>;
  readonly resources: NotebookResources;
  /** The claim of the home. */
  readonly homeClaim: pulumi.Input<string>;
  /** The ConfigMap of Spark's settings. */
  readonly sparkSettings: pulumi.Input<string>;
  /** The Secret of databases, and the certificates of their authorities. */
  readonly databases: DatabaseFiles;
  readonly volumes: readonly (Pick<SharedVolume, "name" | "mountPath" | "readOnly"> & {
    readonly claim: pulumi.Input<string>;
  })[];
  readonly credentials: Pick<WorkloadCredentials, "secretName" | "entries">;
  /** Variables beside those that follow from the other fields. */
  readonly variables: Readonly<Record<string, string>>;
  readonly login: LoginParts;
  readonly placement: PodPlacement;
}

/**
 * The pod of a notebook: the server, what its login adds, and everything that a driver sees in a job's pod, at the same
 * places.
 *
 * The token of the service account is mounted into the server's container alone, for its drivers; a proxy beside it has
 * no use for one.
 */
export function notebookPod(args: NotebookPodArgs): types.input.core.v1.PodSpec {
  const { login, resources, placement } = args;
  const scratch = resources.scratch ?? defaultScratch;
  const memory = memoryQuantity(memoryBytes("resources.memory", resources.memory));
  const mounts = [...mountsOf(args), ...login.mounts.map((mount) => ({ mount, volume: undefined }))];
  const volumes = mounts.flatMap(({ volume }) => volume ?? []);
  const probe = { ...login.probe, periodSeconds: 20, timeoutSeconds: 10 };
  return securePod({
    identity: notebookIdentity,
    placement,
    serviceAccountName: args.serviceAccount,
    // Kernels end first, and with each its executors.
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        name: "jupyter",
        image: args.image,
        env: environmentOf(args),
        ports: login.sidecars.length === 0 ? [{ name: "web", containerPort: jupyterPort }] : [],
        resources: { requests: { cpu: resources.cpu, memory }, nodeDiskLimit: scratch },
        startupProbe: { ...probe, periodSeconds: 3, failureThreshold: 60 },
        // A restart ends every kernel: only a server that is silent for minutes is worth it.
        livenessProbe: { ...probe, failureThreshold: 9 },
        readinessProbe: { ...probe, failureThreshold: 2 },
        volumeMounts: mounts.map(({ mount }) => mount),
      },
      ...login.sidecars,
    ],
    volumes: [...volumes, ...login.volumes],
  });
}

/** The home first: reports take the first claim for the one that the workload works on. */
function mountsOf(args: NotebookPodArgs): readonly { readonly mount: VolumeMount; readonly volume?: Volume }[] {
  const { resources, databases } = args;
  const mounted = (name: string, mountPath: string, source: Omit<Volume, "name">, readOnly = true) => ({
    mount: { name, mountPath, ...(readOnly ? { readOnly } : {}) },
    volume: { name, ...source },
  });
  return [
    mounted(homeVolume, homeDirectory, { persistentVolumeClaim: { claimName: args.homeClaim } }, false),
    mounted("temporary", "/tmp", { emptyDir: { sizeLimit: resources.scratch ?? defaultScratch } }, false),
    mounted("api-access", accountDirectory, { projected: accountToken }),
    mounted("spark", folders.spark, { configMap: { name: args.sparkSettings } }),
    mounted(
      "databases",
      folders.databases,
      databases.secretName === undefined ? { emptyDir: {} } : { secret: { secretName: databases.secretName } },
    ),
    ...(databases.certificates === undefined
      ? []
      : [mounted("database-certificates", certificatesFolder, { configMap: { name: databases.certificates } })]),
    ...args.volumes.map(({ name, mountPath, readOnly, claim }) =>
      mounted(`volume-${name}`, mountPath, { persistentVolumeClaim: { claimName: claim } }, readOnly),
    ),
  ];
}

/** What Kubernetes mounts where a pod asks for its account's token, for one container instead of all. */
const accountToken = {
  sources: [
    // Kubernetes' own number of seconds: API servers let such tokens live on for clients that read the file only once.
    { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
  ],
};

function environmentOf({ variables, credentials, login }: NotebookPodArgs): types.input.core.v1.EnvVar[] {
  const plain = {
    ...variables,
    HOME: homeDirectory,
    HAMILTON_DATABASES: folders.databases,
    SPARK_CONF_DIR: folders.spark,
  };
  return [
    ...Object.entries(plain)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
    ...login.environment.map((variable) => ({ ...variable })),
    ...Object.values(credentials.entries).map((entry) => ({
      name: entry,
      valueFrom: { secretKeyRef: { name: credentials.secretName, key: entry } },
    })),
  ];
}
