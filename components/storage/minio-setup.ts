import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { shortChecksum } from "../core/checksum";
import type { Bucket, NamespaceReference } from "../core/contracts";
import { labelsOf, selectorLabels } from "../core/labels";
import { allowFlow } from "../core/network-flows";
import { securePod, type PodPlacement } from "../core/pod-security";
import { minioIdentity } from "./minio-server";
import { s3Port } from "./minio-topology";
import { setupFiles, setupPolicies, setupScript } from "./minio-setup-script";
import type { ObjectStoreUsers } from "./store-users";

/** The arguments of a {@link MinioSetup}. */
export interface MinioSetupArgs {
  readonly namespace: NamespaceReference;
  /** The image; it holds `mc` and a shell. */
  readonly image: string;
  readonly buckets: readonly Bucket[];
  readonly users: ObjectStoreUsers;
  /** The secret keys by user. */
  readonly secretKeys: Readonly<Record<string, pulumi.Input<string>>>;
  /** Changes whenever keys do, so that the setup runs again. */
  readonly credentialsVersion: string;
  /** Host and port of the server. */
  readonly address: pulumi.Input<string>;
  /** The Secret with `rootUser` and `rootPassword`. */
  readonly rootSecret: pulumi.Input<string>;
  /** The labels of the server's pods. */
  readonly serverLabels: Readonly<Record<string, string>>;
  readonly placement?: PodPlacement;
}

const folder = "/setup";

/**
 * The Job that makes buckets, users and policies in a MinIO server. Its name carries a checksum of all it is to make, so
 * it runs again when that changes, and only then.
 */
export class MinioSetup extends pulumi.ComponentResource {
  /** The Job's name, known once it is complete: buckets and users are there. */
  readonly completed: pulumi.Output<string>;

  constructor(name: string, args: MinioSetupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hamilton:storage:MinioSetup", name, {}, opts);
    const { namespace, users, buckets } = args;
    const script = setupScript(folder, users, buckets);
    const policies = setupPolicies(users, buckets);
    const source = { name: "minio-setup", instance: name, component: "setup" };
    const version = shortChecksum([script, policies, args.image, args.credentialsVersion]);

    const flow = allowFlow(
      name,
      name,
      {
        from: { namespace, labels: selectorLabels(source) },
        to: { namespace, labels: args.serverLabels },
        ports: [{ port: s3Port }],
      },
      { parent: this },
    );
    const files = new kubernetes.core.v1.Secret(
      `${name}-files`,
      {
        metadata: { name: `${name}-files`, namespace: namespace.name, labels: labelsOf(source) },
        stringData: { [setupFiles.script]: script, ...policies, ...keyFiles(args) },
      },
      { parent: this },
    );
    const job = new kubernetes.batch.v1.Job(
      `${name}-job`,
      {
        metadata: { name: `${name}-${version}`, namespace: namespace.name, labels: labelsOf(source) },
        spec: {
          backoffLimit: 3,
          activeDeadlineSeconds: 600,
          template: { metadata: { labels: labelsOf(source) }, spec: this.pod(args, files.metadata.name) },
        },
      },
      { parent: this, dependsOn: flow },
    );
    this.completed = job.metadata.name;
    this.registerOutputs({});
  }

  private pod(args: MinioSetupArgs, files: pulumi.Input<string>) {
    const fromRootSecret = (key: string) => ({ secretKeyRef: { name: args.rootSecret, key } });
    return securePod({
      identity: minioIdentity,
      placement: args.placement,
      restartPolicy: "OnFailure",
      containers: [
        {
          name: "setup",
          image: args.image,
          command: ["/bin/sh", `${folder}/${setupFiles.script}`],
          env: [
            { name: "MINIO_ROOT_USER", valueFrom: fromRootSecret("rootUser") },
            { name: "MINIO_ROOT_PASSWORD", valueFrom: fromRootSecret("rootPassword") },
            { name: "STORE_ADDRESS", value: args.address },
            { name: "MC_CONFIG_DIR", value: "/tmp/mc" },
          ],
          // mc encrypts what it sends to the administration with keys whose derivation takes 64 MiB at a time: 150 MiB seen.
          resources: { requests: { cpu: "50m", memory: "512Mi" } },
          volumeMounts: [
            { name: "files", mountPath: folder, readOnly: true },
            { name: "tmp", mountPath: "/tmp" },
          ],
        },
      ],
      volumes: [
        { name: "files", secret: { secretName: files, defaultMode: 0o440 } },
        { name: "tmp", emptyDir: {} },
      ],
    });
  }
}

function keyFiles(args: MinioSetupArgs): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(Object.entries(args.secretKeys).map(([user, key]) => [setupFiles.secretKey(user), key]));
}
