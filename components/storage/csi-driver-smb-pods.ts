import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { containerResources, placementOf, type PodPlacement } from "../core/pod-security";

type Container = types.input.core.v1.Container & object;
type PodSpec = types.input.core.v1.PodSpec & object;

/** The name under which the driver is known to Kubernetes. */
export const smbDriverName = "smb.csi.k8s.io";

/** The images of the driver and its sidecars, as full references. */
export interface SmbDriverImages {
  readonly plugin: string;
  readonly provisioner: string;
  readonly resizer: string;
  readonly livenessProbe: string;
  readonly nodeDriverRegistrar: string;
}

/** What the driver's pods are made from. */
export interface SmbDriverPodArgs {
  readonly images: SmbDriverImages;
  /** The real name of the driver's namespace, for the leader election. */
  readonly namespace: string;
  /** The root folder of kubelet on every node, without a slash at the end. */
  readonly kubeletDirectory: string;
  readonly serviceAccountName: pulumi.Input<string>;
  readonly placement?: PodPlacement;
}

/** Ports on the node itself, since the pods use its network: the two health checks and the controller's metrics. */
const ports = { controllerHealth: 29642, nodeHealth: 29643, metrics: 29644 };

const socketFolder = { name: "socket-dir", mountPath: "/csi" };
const socket = "/csi/csi.sock";

/** A sidecar: it talks to the driver by the socket and needs no right of the node. */
function sidecar(name: string, image: string, args: string[], memoryLimit: string): Container {
  return {
    name,
    image,
    args,
    volumeMounts: [socketFolder],
    resources: containerResources({ requests: { cpu: "10m", memory: "20Mi" }, limits: { memory: memoryLimit } }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

function livenessSidecar(image: string, port: number): Container {
  const args = [`--csi-address=${socket}`, "--probe-timeout=3s", `--http-endpoint=localhost:${port}`, "--v=2"];
  return sidecar("liveness-probe", image, args, "100Mi");
}

/** The driver itself. It mounts file systems for other pods, for which it must be privileged. */
function plugin(image: string, args: string[], healthPort: number, rest: Partial<Container>): Container {
  return {
    name: "smb",
    image,
    args: ["--v=2", `--endpoint=unix://${socket}`, ...args],
    livenessProbe: {
      httpGet: { host: "localhost", path: "/healthz", port: healthPort },
      initialDelaySeconds: 30,
      periodSeconds: 30,
      timeoutSeconds: 10,
      failureThreshold: 5,
    },
    resources: containerResources({ requests: { cpu: "10m", memory: "20Mi" }, limits: { memory: "200Mi" } }),
    securityContext: { privileged: true, capabilities: { drop: ["ALL"] } },
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [socketFolder],
    ...rest,
  };
}

function pod(args: SmbDriverPodArgs, rest: Partial<PodSpec> & Pick<PodSpec, "containers">): PodSpec {
  return {
    // First, so that what the driver says of nodes and priority below wins.
    ...placementOf(args.placement ?? {}),
    // A file server is found with the node's own names and addresses, as by any other mount of the node.
    hostNetwork: true,
    dnsPolicy: "ClusterFirstWithHostNet",
    nodeSelector: { "kubernetes.io/os": "linux" },
    serviceAccountName: args.serviceAccountName,
    securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    ...rest,
  };
}

/** The pod of the controller: makes and grows volumes of StorageClasses. Static volumes don't need it. */
export function controllerPod(args: SmbDriverPodArgs): PodSpec {
  const { images, namespace } = args;
  const election = ["--leader-election", `--leader-election-namespace=${namespace}`];
  const controlPlane = ["node-role.kubernetes.io/control-plane", "CriticalAddonsOnly"];
  return pod(args, {
    priorityClassName: "system-cluster-critical",
    tolerations: controlPlane.map((key) => ({ key, operator: "Exists", effect: "NoSchedule" })),
    containers: [
      sidecar(
        "csi-provisioner",
        images.provisioner,
        ["-v=2", `--csi-address=${socket}`, ...election, "--extra-create-metadata=true", "--retry-interval-max=30m"],
        "400Mi",
      ),
      sidecar(
        "csi-resizer",
        images.resizer,
        [`-csi-address=${socket}`, "-v=2", ...election, "-handle-volume-inuse-error=false"],
        "400Mi",
      ),
      livenessSidecar(images.livenessProbe, ports.controllerHealth),
      plugin(images.plugin, [`--metrics-address=0.0.0.0:${ports.metrics}`], ports.controllerHealth, {
        ports: [{ name: "metrics", containerPort: ports.metrics, protocol: "TCP" }],
      }),
    ],
    volumes: [{ name: "socket-dir", emptyDir: {} }],
  });
}

/** The pod on every node: mounts shares for the pods there. */
export function nodePod(args: SmbDriverPodArgs): PodSpec {
  const { images, kubeletDirectory } = args;
  const driverFolder = `${kubeletDirectory}/plugins/${smbDriverName}`;
  const registrar = sidecar(
    "node-driver-registrar",
    images.nodeDriverRegistrar,
    [`--csi-address=${socket}`, `--kubelet-registration-path=${driverFolder}/csi.sock`, "--v=2"],
    "100Mi",
  );
  return pod(args, {
    priorityClassName: "system-node-critical",
    tolerations: [{ operator: "Exists" }],
    containers: [
      livenessSidecar(images.livenessProbe, ports.nodeHealth),
      { ...registrar, volumeMounts: [socketFolder, { name: "registration-dir", mountPath: "/registration" }] },
      plugin(images.plugin, ["--nodeid=$(KUBE_NODE_NAME)"], ports.nodeHealth, {
        env: [{ name: "KUBE_NODE_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "spec.nodeName" } } }],
        volumeMounts: [
          socketFolder,
          // What is mounted in here must show on the node, or kubelet hands empty folders to the pods.
          { name: "mountpoint-dir", mountPath: `${kubeletDirectory}/`, mountPropagation: "Bidirectional" },
        ],
      }),
    ],
    volumes: [
      { name: "socket-dir", hostPath: { path: driverFolder, type: "DirectoryOrCreate" } },
      { name: "mountpoint-dir", hostPath: { path: `${kubeletDirectory}/`, type: "DirectoryOrCreate" } },
      {
        name: "registration-dir",
        hostPath: { path: `${kubeletDirectory}/plugins_registry/`, type: "DirectoryOrCreate" },
      },
    ],
  });
}
