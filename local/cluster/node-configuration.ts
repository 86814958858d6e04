import { join } from "node:path";
import { stringify } from "yaml";
import { clusterAuthority, clusterSubjects, keyPairFiles } from "./certificates";
import { kubeconfigFile } from "./kubeconfigs";
import {
  clusterDomain,
  hostAddress,
  kubeProxyHealthPort,
  kubeletHealthPort,
  kubeletPort,
  nodeAddress,
  nodeName,
  podCidr,
} from "./network";
import { clusterPaths } from "./paths";

/** The cgroup, below the root of each hierarchy, that holds everything the kubelet starts: what `stop` looks into. */
export const nodeCgroup = "/hamilton";
/** The folder of our CNI plugins: links to the host's, and our own. */
export const cniPluginFolder = (): string => join(clusterPaths.cni(), "bin");
/** The folder of the one CNI network. */
export const cniNetworkFolder = (): string => join(clusterPaths.cni(), "net.d");
/** Where host-local keeps the addresses it gave out; wiped when no pod is left. */
export const cniAddressFolder = (): string => join(clusterPaths.cni(), "addresses");
/** The name of our own CNI plugin. */
export const announcePlugin = "hamilton-announce";

/** The configuration of containerd, version 2, which containerd 1.6, 1.7 and 2 read. */
export function renderContainerdConfig(sandboxImage: string): string {
  const folder = clusterPaths.containerd();
  const text = (value: string): string => JSON.stringify(value);
  return `version = 2
root = ${text(join(folder, "root"))}
state = ${text(join(folder, "state"))}
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]

[grpc]
  address = ${text(clusterPaths.containerdSocket())}

[plugins."io.containerd.internal.v1.opt"]
  path = ${text(join(folder, "opt"))}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(sandboxImage)}
  # Without CAP_SYS_RESOURCE no process may lower its oom score, and every sandbox would fail.
  restrict_oom_score_adj = true
  # Keeps every mount of ours below the state directory, where a stop after a crash finds them.
  netns_mounts_under_state_dir = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = ${text(cniPluginFolder())}
  conf_dir = ${text(cniNetworkFolder())}

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
  Root = ${text(join(folder, "runc"))}
`;
}

/**
 * The CNI network. `ptp` gives each pod a link of its own to the node, so traffic between pods is routed and passes the
 * policy table on every kernel; a bridge would need the br_netfilter module for that.
 */
export function renderCniNetwork(): string {
  return `${JSON.stringify(
    {
      cniVersion: "1.0.0",
      name: "hamilton",
      plugins: [
        {
          type: "ptp",
          ipMasq: false,
          ipam: {
            type: "host-local",
            ranges: [[{ subnet: podCidr }]],
            routes: [{ dst: "0.0.0.0/0" }],
            dataDir: cniAddressFolder(),
          },
        },
        { type: "portmap", capabilities: { portMappings: true } },
        { type: announcePlugin, controllerSocket: clusterPaths.networkPolicySocket() },
      ],
    },
    null,
    2,
  )}\n`;
}

/** What the kubelet hands to pods that take DNS from the node. */
export function renderNodeResolvConf(): string {
  return `nameserver ${hostAddress}\n`;
}

/** The kubelet's configuration file. */
export function renderKubeletConfiguration(resolvConf: string): string {
  const serving = keyPairFiles(clusterSubjects.kubeletServer);
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: nodeAddress,
    port: kubeletPort,
    // On the veth pair, since the host can't see the loopback of another network namespace.
    healthzBindAddress: nodeAddress,
    healthzPort: kubeletHealthPort,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: keyPairFiles(clusterAuthority).certificate },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: serving.certificate,
    tlsPrivateKeyFile: serving.key,
    cgroupDriver: "cgroupfs",
    cgroupRoot: nodeCgroup,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: ["pods"],
    clusterDNS: [hostAddress],
    clusterDomain,
    resolvConf,
    containerRuntimeEndpoint: `unix://${clusterPaths.containerdSocket()}`,
    podLogsDir: clusterPaths.podLogs(),
    // Images here come from archives and can't be pulled again, so none is ever collected, whatever the disk's state.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "memory.available": "100Mi" },
  });
}

/** The kubelet's arguments, after its name. */
export function kubeletArguments(configurationFile: string): string[] {
  return [
    `--config=${configurationFile}`,
    `--kubeconfig=${kubeconfigFile(clusterSubjects.kubelet)}`,
    `--root-dir=${clusterPaths.kubelet()}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
  ];
}

/** kube-proxy's arguments, after its name. The conntrack flags keep it from sysctls that a namespace can't write. */
export function kubeProxyArguments(): string[] {
  return [
    `--kubeconfig=${kubeconfigFile(clusterSubjects.kubeProxy)}`,
    `--hostname-override=${nodeName}`,
    // Not nftables: 1.34 takes a chain that it has just flushed for one that is up to date, so a Service whose endpoint
    // goes and comes within a second, as `kubernetes` does when the API server restarts, keeps an empty chain.
    "--proxy-mode=iptables",
    `--cluster-cidr=${podCidr}`,
    `--healthz-bind-address=${nodeAddress}:${kubeProxyHealthPort}`,
    "--metrics-bind-address=127.0.0.1:10249",
    "--conntrack-max-per-core=0",
    "--conntrack-min=0",
    "--conntrack-tcp-timeout-established=0s",
    "--conntrack-tcp-timeout-close-wait=0s",
  ];
}
