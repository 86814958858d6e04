import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../components/core/contracts";
import { PlatformNamespace, type PlatformNamespaceArgs } from "../components/core/namespace";
import { memoryBytes, memoryQuantity } from "../components/core/quantities";
import { jobLabels } from "../components/spark/pod-templates";
import { quotaHard, wholeQuota } from "../components/spark/quota";
import { SparkRuntime } from "../components/spark/runtime";
import { ObjectStore } from "../components/storage/object-store";
import type { ClusterAccess } from "./cluster-access";
import type { StackConfig } from "./config";
import { databaseConnections } from "./databases";
import { isProduction } from "./config/production";
import { namespacesWithData, protectsData } from "./data-safety";
import { platformImage } from "./images";
import { declareIngress } from "./ingress";
import {
  declareNotebookNamespaces,
  declareNotebooks,
  namespacesThatSee,
  notebookKeys,
  notebookUsers,
  type NotebookNamespaces,
} from "./notebooks";
import { placement } from "./placement";
import { kubernetesProvider } from "./provider";
import { declareVolumes } from "./volumes";
import { sparkRelease } from "./versions";

/** What a stack gives out. */
export interface PlatformOutputs {
  readonly namespaces: Readonly<Record<string, pulumi.Output<string>>>;
  readonly sparkImage: string;
  readonly volumes: Readonly<Record<string, { mountPath: string; readOnly: boolean }>>;
  readonly objectStore: Readonly<Record<string, unknown>>;
  readonly submitter: SparkRuntime["submitter"];
  /** The addresses of pages in the browser, by page. */
  readonly pages: Readonly<Record<string, string>>;
  /** The tokens of notebooks that are logged in to by one, by notebook; a secret. */
  readonly notebookTokens: pulumi.Output<Readonly<Record<string, string>>>;
}

/**
 * The platform of one environment: everything that its stack file describes, on the cluster that `access` leads to.
 * Nothing is read here but the arguments, so tests call it as the program does.
 *
 * @param provider The provider of that cluster, where it is registered already.
 */
export function deploy(
  config: StackConfig,
  access: ClusterAccess,
  provider: pulumi.ProviderResource = kubernetesProvider(access),
): PlatformOutputs {
  const on = { provider };
  const protect = protectsData(config);
  const common = commonNamespaceArgs(config);
  const keep = namespacesWithData(config);
  const keeping = (kept: boolean) => ({ keep: kept, protect: kept && protect });

  const quota = quotaHard(wholeQuota(config.spark.quota));
  const spark = new PlatformNamespace("spark", { ...common, quota, ...keeping(keep.spark) }, on);
  const storage = new PlatformNamespace("storage", { ...common, ...keeping(keep.storage) }, on);

  const notebookSpaces = declareNotebookNamespaces(config, common, on);

  const mountIn = (volume: string) => [spark, ...namespacesThatSee(volume, config, notebookSpaces)];
  const volumes = declareVolumes(config, { common, mountIn }, on);
  const store = new ObjectStore("store", storeArgs(config, { spark, storage, notebooks: notebookSpaces }, protect), on);
  const sparkImage = platformImage(config.images, "spark").reference;
  const runtime = new SparkRuntime(
    "spark",
    {
      namespace: spark,
      prefix: config.namespaces.prefix,
      releases: sparkRelease,
      image: sparkImage,
      imagePullSecrets: spark.imagePullSecrets,
      volumes,
      store,
      credentials: store.credentials("spark"),
      submitterCredentials: store.credentials("submitter"),
      ...config.spark,
      driver: sparkPod(config.spark.driver),
      executor: sparkPod(config.spark.executor),
      address: access.address,
      apiServerCidrs: config.cluster.apiServerCidrs,
    },
    on,
  );
  const databases = databaseConnections(config);
  const notebooks = declareNotebooks(config, { namespaces: notebookSpaces, volumes, databases, store }, on);
  const routes = [store.console, ...notebooks.map(({ web }) => web)].filter((route) => route !== undefined);
  const ingress = declareIngress(config, { common, routes }, on);

  return {
    namespaces: Object.fromEntries(
      [spark, storage, ...Object.values(notebookSpaces)].map((namespace) => [namespace.role, namespace.name]),
    ),
    sparkImage,
    volumes: Object.fromEntries(volumes.map(({ name, mountPath, readOnly }) => [name, { mountPath, readOnly }])),
    objectStore: {
      endpoint: store.endpoint,
      externalEndpoint: store.externalEndpoint,
      buckets: Object.fromEntries(store.buckets.map((bucket) => [bucket.role, bucket.name])),
    },
    submitter: runtime.submitter,
    pages: ingress?.pages ?? {},
    notebookTokens: pulumi.secret(
      Object.fromEntries(notebooks.flatMap(({ name, token }) => (token === undefined ? [] : [[name, token]]))),
    ),
  };
}

/** The secret of that name; the configuration has made sure that it is there. */
function secret(config: StackConfig, name: string): pulumi.Output<string> {
  return config.secrets[name] as pulumi.Output<string>;
}

function commonNamespaceArgs(config: StackConfig): PlatformNamespaceArgs {
  const { credentials } = config.images;
  return {
    prefix: config.namespaces.prefix,
    dns: { dnsCidrs: config.cluster.dnsCidrs },
    ...(credentials === undefined
      ? {}
      : { registryCredentials: { ...credentials, password: secret(config, credentials.password) } }),
  };
}

function sparkPod({ nodeSelector, tolerations, ...size }: StackConfig["spark"]["driver"]) {
  return { ...size, placement: placement({ nodeSelector, tolerations }) };
}

/** The namespaces of those who use the store, and its own. */
interface StoreNamespaces {
  readonly spark: NamespaceReference;
  readonly storage: PlatformNamespace;
  readonly notebooks: NotebookNamespaces;
}

/** Who uses the store, and for what. Submitters run outside: their pods are none, their keys are for uploads alone. */
function storeUsers(config: StackConfig, { spark, notebooks }: StoreNamespaces) {
  const all = Object.fromEntries(Object.keys(config.objectStore.buckets).map((role) => [role, "readWrite" as const]));
  return {
    spark: {
      namespace: spark,
      podLabels: jobLabels,
      grants: { ...all, uploads: "read" as const },
    },
    submitter: {
      namespace: spark,
      runsOutside: true,
      grants: { uploads: "readWrite" as const },
    },
    ...notebookUsers(config, notebooks),
  };
}

function storeArgs(
  config: StackConfig,
  namespaces: StoreNamespaces,
  protect: boolean,
): ConstructorParameters<typeof ObjectStore>[1] {
  const { objectStore } = config;
  const { storage } = namespaces;
  const users = storeUsers(config, namespaces);
  if (objectStore.kind === "external") {
    const keys = Object.fromEntries(
      Object.entries({ ...objectStore.credentials, ...notebookKeys(config) }).map(([user, pair]) => [
        user,
        { accessKey: secret(config, pair.accessKey), secretKey: secret(config, pair.secretKey) },
      ]),
    );
    return { ...objectStore, users, keys, allowPlainHttp: !isProduction(config.cluster, config.environment) };
  }
  const { resources, nodePort, externalEndpoint, replicas, buckets, storage: disks } = objectStore;
  const { cpu, memory } = resources;
  return {
    ...{ kind: "minio", users, buckets, replicas, nodePort, externalEndpoint, protect },
    namespace: storage,
    image: platformImage(config.images, "minio").reference,
    storage: disks,
    resources: { requests: { cpu, memory: memoryQuantity(memoryBytes("memory", memory)) } },
    placement: { ...placement(objectStore), imagePullSecrets: storage.imagePullSecrets },
  };
}
