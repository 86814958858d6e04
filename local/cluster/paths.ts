import { join } from "node:path";
import { stateDirectory } from "../directories";

/** Where the parts of the embedded cluster keep their files; every path is absolute and under {@link stateDirectory}. */
export const clusterPaths = {
  /** The administrator's kubeconfig, the one that people and Pulumi use. */
  kubeconfig: (): string => join(stateDirectory(), "kubeconfig"),
  /** Process records, sockets and whatever else is only true while the cluster runs. */
  run: (): string => join(stateDirectory(), "run"),
  /** One log file for each process. */
  logs: (): string => join(stateDirectory(), "logs"),
  /** Keys and certificates, readable by root only. */
  certificates: (): string => join(stateDirectory(), "certificates"),
  /** One kubeconfig for each part of the cluster, readable by root only. */
  kubeconfigs: (): string => join(stateDirectory(), "kubeconfigs"),
  /** Rendered configuration files of the processes. */
  configuration: (): string => join(stateDirectory(), "configuration"),
  etcd: (): string => join(stateDirectory(), "etcd"),
  containerd: (): string => join(stateDirectory(), "containerd"),
  containerdSocket: (): string => join(stateDirectory(), "containerd", "containerd.sock"),
  kubelet: (): string => join(stateDirectory(), "kubelet"),
  podLogs: (): string => join(stateDirectory(), "pod-logs"),
  cni: (): string => join(stateDirectory(), "cni"),
  /** The directories behind PersistentVolumes of the default StorageClass; kept by a stop, removed by a purge. */
  volumes: (): string => join(stateDirectory(), "volumes"),
  /** Where the network policy controller takes the address of each new pod from the CNI plugin. */
  networkPolicySocket: (): string => join(stateDirectory(), "run", "network-policy.sock"),
} as const;
