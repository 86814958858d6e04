import * as pulumi from "@pulumi/pulumi";
import { Notebook } from "../../../components/jupyter/notebook";
import type { NotebookArgs } from "../../../components/jupyter/notebook-args";
import type { OidcLogin } from "../../../components/jupyter/login";
import type { Bucket, ObjectStoreConnection, SharedVolume } from "../../../components/core/contracts";
import { record, type Plain, type Recording } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

const bucketOf = (role: string): Bucket => ({ role, name: role, url: `s3a://${role}` });
/** The notebook's own namespace. */
export const namespace = namespaceReference("notebooks-harp", "dev");

/** The notebook's keys of the store. */
export const credentials = {
  namespace,
  secretName: pulumi.output("store-nb-harp-credentials"),
  entries: { accessKey: "AWS_ACCESS_KEY_ID", secretKey: "AWS_SECRET_ACCESS_KEY" } as const,
  accessKey: pulumi.secret("nb-harp"),
  secretKey: pulumi.secret("hush-hush"),
};
const store: ObjectStoreConnection = {
  endpoint: pulumi.output("http://store:9000"),
  externalEndpoint: pulumi.output("http://outside:30900"),
  region: "us-east-1",
  pathStyle: true,
  buckets: ["events", "lake", "uploads"].map(bucketOf),
  bucket: bucketOf,
  credentials: () => credentials,
  flows: () => ({ peers: [], ports: [] }),
};
const share: SharedVolume = {
  name: "harp",
  mountPath: "/mnt/harp",
  readOnly: true,
  claimIn: (where) => pulumi.interpolate`${where.name}-harp`,
};

/** A notebook with a token. */
export const args: NotebookArgs = {
  name: "harp",
  namespace,
  image: "registry/hamilton/jupyter:4.1.2-lab4.6.6",
  executorImage: "registry/hamilton/spark:4.1.2",
  releases: { spark: "4.1.2", hadoop: "3.4.2" },
  resources: { cpu: "250m", memory: "4g" },
  driverMemory: "1g",
  executor: { cores: 1, memory: "1g" },
  executors: { max: 4 },
  quota: { cpu: "4", memory: "16g", pods: 6 },
  refusedPriorities: ["dev-spark-driver"],
  home: { size: "10Gi", className: "fast" },
  login: { kind: "token" },
  volumes: [share],
  store,
  credentials,
};
/** A login at the site's service. */
export const oidc: OidcLogin = {
  kind: "oidc",
  issuerUrl: "https://login.example.com:8443/realms/harp",
  issuerCidrs: ["10.40.0.0/28"],
  clientId: "hamilton-harp",
  clientSecret: pulumi.secret("client-hush"),
  allowed: { groups: ["analysts"] },
  pageUrl: "https://notebook-harp.example.com",
  image: "registry/hamilton/oauth2-proxy:7.15.4",
};

/** Records a notebook with some arguments changed. */
export const run = (changes: Partial<NotebookArgs> = {}, preview = false) =>
  record(() => new Notebook("notebook-harp", { ...args, ...changes }), { preview });

/** A pod's specification as the tests look at it. */
export interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly (Plain & {
    name: string;
    env: { name: string; value?: string }[];
    volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  })[];
  readonly volumes: readonly (Plain & { name: string })[];
}
/** The template of the notebook's pod. */
export const templateOf = (recording: Recording) =>
  (recording.manifest("StatefulSet") as { spec: { template: { metadata: Plain; spec: Pod } } }).spec.template;
/** The specification of the notebook's pod. */
export const podOf = (recording: Recording) => templateOf(recording).spec;
/** The annotation by which the pod is started anew. */
export const checksumOf = (recording: Recording) =>
  (templateOf(recording).metadata.annotations as Record<string, string>)["checksum/config"];
