import type * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

/** Where the API server is and whom its certificate is signed by, for a machine outside the cluster. */
export interface ClusterAddress {
  /** `https://10.88.0.1:6443` */
  readonly server: string;
  /** The certificates of its authorities, PEM in base64. @default the machine's own trusted authorities */
  readonly certificateAuthorityData?: string;
}

/** The names of the files that a folder for submitting holds; the command and the properties name them relatively. */
export const submitFiles = {
  kubeconfig: "kubeconfig",
  /** The short-lived token; it comes from the TokenRequest API and is in no output. */
  token: "token",
  sparkDefaults: "spark-defaults.conf",
  driverPodTemplate: "driver-pod-template.yaml",
  executorPodTemplate: "executor-pod-template.yaml",
} as const;

/** Everything a machine outside needs to submit a job but the token: a stack output, secret as a whole. */
export interface SubmitterOutput {
  readonly namespace: pulumi.Output<string>;
  readonly serviceAccount: pulumi.Output<string>;
  /** The text of {@link submitFiles}.kubeconfig. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The text of {@link submitFiles}.sparkDefaults. */
  readonly sparkDefaults: pulumi.Output<string>;
  readonly driverPodTemplate: pulumi.Output<string>;
  readonly executorPodTemplate: pulumi.Output<string>;
  /** The line to run in the folder of those files, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY set. */
  readonly command: string;
  /** How long a token should be asked for, in seconds. */
  readonly tokenSeconds: number;
  readonly accessKey: pulumi.Output<string>;
  readonly secretKey: pulumi.Output<string>;
}

/**
 * The kubeconfig of the submitter: one cluster, one user whose token is read from a file beside it, one context in the
 * namespace of the jobs. It holds no secret.
 */
export function submitterKubeconfig(address: ClusterAddress, namespace: string, serviceAccount: string): string {
  const cluster = {
    server: address.server,
    ...(address.certificateAuthorityData === undefined
      ? {}
      : { "certificate-authority-data": address.certificateAuthorityData }),
  };
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster }],
      users: [{ name: serviceAccount, user: { tokenFile: submitFiles.token } }],
      contexts: [{ name: "submit", context: { cluster: "cluster", namespace, user: serviceAccount } }],
      "current-context": "submit",
    },
    { sortMapEntries: true, lineWidth: 0, version: "1.1" },
  );
}

/**
 * The line that submits a job. KUBECONFIG keeps the client from reading the machine's own kubeconfig, and gives it the
 * authority of the API server; the token comes from the properties.
 */
export function submitCommand(): string {
  return `KUBECONFIG=${submitFiles.kubeconfig} spark-submit --properties-file ${submitFiles.sparkDefaults} JOB.py ARGUMENTS`;
}
