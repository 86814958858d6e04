import type * as pulumi from "@pulumi/pulumi";
import type {
  DatabaseConnection,
  NamespaceReference,
  ObjectStoreConnection,
  SharedVolume,
  WorkloadCredentials,
} from "../core/contracts";
import { ValueFault } from "../core/errors";
import { dnsLabel } from "../core/names";
import type { PodPlacement } from "../core/pod-security";
import { kubernetesBytes, seconds } from "../core/quantities";
import type { SparkPod } from "../spark/runtime";
import type { S3aReleases } from "../spark/s3a";
import type { ExecutorBounds } from "../spark/shared-settings";
import type { NotebookHome } from "./home";
import type { NotebookLogin } from "./login";
import { notebookSizeFaults, type NotebookQuota, type NotebookResources } from "./notebook-size";
import { longestNotebookName } from "./settings";

/** The arguments of a `Notebook`. */
export interface NotebookArgs {
  /** The notebook's name, a DNS label of at most 17 characters: `harp`. Plain, since it decides names. */
  readonly name: string;
  /** Its own namespace: whoever uses a notebook may make pods beside it, and so read what stands there. */
  readonly namespace: NamespaceReference;
  /** The image of the notebook server. Plain: its version is a label. */
  readonly image: string;
  /** The image of executors, with the same Spark and Python. */
  readonly executorImage: string;
  /** Names of Secrets with registry credentials. @default none */
  readonly imagePullSecrets?: readonly pulumi.Input<string>[];
  /** Spark and Hadoop in the images. Plain, since they decide which rights exist. */
  readonly releases: S3aReleases;
  readonly resources: NotebookResources;
  /** The Java heap of each kernel's driver: `"1g"`. */
  readonly driverMemory: string;
  readonly executor: SparkPod;
  /** How many executors each kernel may have; none are kept by default. */
  readonly executors: ExecutorBounds;
  /** What the namespace's own quota holds; this component checks that a session fits it. */
  readonly quota: NotebookQuota;
  /**
   * PriorityClasses that no pod of the namespace may have: those of jobs, before which notebooks would come with them.
   * Notebooks themselves have none, and so the cluster's default priority. @default any may be used
   */
  readonly refusedPriorities?: readonly string[];
  readonly home: NotebookHome;
  readonly login: NotebookLogin;
  /** Volumes that the notebook and its executors mount, at the same paths as jobs. @default none */
  readonly volumes?: readonly SharedVolume[];
  readonly store: ObjectStoreConnection;
  /** The notebook's own keys, in its namespace. */
  readonly credentials: WorkloadCredentials;
  /** How long a kernel may be idle before it is ended, and its executors with it. @default 1h */
  readonly cullAfter?: string;
  /** How long a cell waits for executors where the reason may pass, such as a quota that is used up. @default 90s */
  readonly patience?: string;
  /** Whether the page offers terminals in the notebook's pod. @default true */
  readonly terminals?: boolean;
  /** The path below which the page is served, with a slash at both ends. @default / */
  readonly basePath?: string;
  /** Addresses of the API server as pods reach it. @default any, on its ports only */
  readonly apiServerCidrs?: readonly string[];
  /** Databases that kernels and their executors may connect to, each once. @default none */
  readonly databases?: readonly DatabaseConnection[];
  /** Further Spark settings; no secrets. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** @default anywhere */
  readonly placement?: Omit<PodPlacement, "imagePullSecrets">;
  /** The cluster's DNS domain. @default cluster.local */
  readonly clusterDomain?: string;
  /** Whether the engine refuses to delete or replace the home and what is generated. @default false */
  readonly protect?: boolean;
}

/** @throws ValueFault naming the first faulty field. */
export function checkArgs(args: NotebookArgs): void {
  const { name, image, executorImage, home, basePath = "/", cullAfter = "1h", patience = "90s" } = args;
  dnsLabel("name", name);
  if (name.length > longestNotebookName)
    throw new ValueFault({ field: "name", got: name, expected: `at most ${longestNotebookName} characters` });
  for (const [field, got] of Object.entries({ image, executorImage }))
    if (got === "") throw new ValueFault({ field, got, expected: "an image reference" });
  const names = (args.databases ?? []).map((database) => database.name);
  if (new Set(names).size < names.length)
    throw new ValueFault({ field: "databases", got: names, expected: "each database once" });
  kubernetesBytes("home.size", home.size);
  seconds("cullAfter", cullAfter);
  seconds("patience", patience);
  if (!/^\/([A-Za-z0-9_-]+\/)*$/.test(basePath))
    throw new ValueFault({
      field: "basePath",
      got: basePath,
      expected: 'a path with a slash at both ends, such as "/harp/"',
    });
  const [fault] = notebookSizeFaults(args);
  if (fault !== undefined) throw fault;
}
