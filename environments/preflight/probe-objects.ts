import { readFileSync } from "node:fs";
import { join } from "node:path";
import { platformName } from "../../components/core/labels";
import { securePod } from "../../components/core/pod-security";
import { sparkUser } from "../../components/spark/settings";
import type { Manifest } from "../../kubernetes/manifest";
import type { Toleration } from "./requirements";

/** The port of the listening pod that its NetworkPolicy leaves open, and the one that it closes. */
export const policyPorts = { allowed: 8081, denied: 8080 } as const;

/** The names of the two pods. */
export const listenerName = "listener";
export const probeName = "probe";

/** The labels of everything that a preflight makes; the second one is by which leftovers are found. */
export const preflightLabels = {
  "app.kubernetes.io/part-of": platformName,
  "app.kubernetes.io/component": "preflight",
} as const;

/** Annotations of the namespace: who runs the preflight, and when it is over for certain. */
export const runnerAnnotations = {
  host: "hamilton.preflight/host",
  process: "hamilton.preflight/process",
  until: "hamilton.preflight/until",
} as const;

/** Who runs a preflight. */
export interface Runner {
  readonly host: string;
  readonly process: number;
  /** When the pods' time is over. */
  readonly until: Date;
}

/** Where the pods run, and how they get their image. */
export interface ProbePodArgs {
  readonly namespace: string;
  readonly image: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly pullSecret: boolean;
  /** The pods' longest life, in seconds. */
  readonly deadline: number;
}

/** The temporary namespace, in which Pod Security's level `restricted` holds. */
export function probeNamespace(name: string, runner: Runner): Manifest {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: { ...preflightLabels, "pod-security.kubernetes.io/enforce": "restricted" },
      annotations: {
        [runnerAnnotations.host]: runner.host,
        [runnerAnnotations.process]: String(runner.process),
        [runnerAnnotations.until]: runner.until.toISOString(),
      },
    },
  } as Manifest;
}

/** The credentials of the registry, as kubelets read them. */
export function probePullSecret(
  namespace: string,
  { registry, username, password }: { registry: string; username: string; password: string },
): Manifest {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: pullSecretName, namespace, labels: preflightLabels },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": JSON.stringify({ auths: { [registry]: { username, password, auth } } }) },
  };
}

const pullSecretName = "image-pull";

/** Closes one port of the listening pod and leaves the other open, to everybody. */
export function probePolicy(namespace: string): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: listenerName, namespace, labels: preflightLabels },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": listenerName } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: policyPorts.allowed, protocol: "TCP" }] }],
    },
  };
}

/** The pod that waits for connections on both ports. */
export function listenerPod(args: ProbePodArgs): Manifest {
  return pod(listenerName, args, "listen", { ports: Object.values(policyPorts) });
}

/** The pod that tries every target, and the listening pod under its address. */
export function probePod(args: ProbePodArgs, listener: string, targets: readonly unknown[]): Manifest {
  return pod(probeName, args, "probe", { targets, policy: { host: listener, ...policyPorts } });
}

/** A pod that no namespace with the level `restricted` may take, to see whether Pod Security is enforced. */
export function forbiddenPod(namespace: string, image: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "forbidden", namespace, labels: preflightLabels },
    spec: { containers: [{ name: "forbidden", image, securityContext: { privileged: true } }] },
  };
}

function pod(name: string, args: ProbePodArgs, mode: string, task: unknown): Manifest {
  const script = readFileSync(join(__dirname, "probe.py"), "utf8");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: args.namespace,
      labels: { ...preflightLabels, "app.kubernetes.io/name": name },
    },
    spec: securePod({
      identity: sparkUser,
      restartPolicy: "Never",
      activeDeadlineSeconds: args.deadline,
      // Nothing to save, and the namespace should go at once.
      terminationGracePeriodSeconds: 0,
      placement: {
        nodeSelector: { ...args.nodeSelector },
        tolerations: args.tolerations.map((one) => ({ ...one })),
        ...(args.pullSecret ? { imagePullSecrets: [pullSecretName] } : {}),
      },
      containers: [
        {
          name,
          image: args.image,
          command: ["python3", "-c", script, mode],
          env: [{ name: "PROBE_TASK", value: JSON.stringify(task) }],
          resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
        },
      ],
    }),
  };
}
