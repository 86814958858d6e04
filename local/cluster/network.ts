/**
 * The names, addresses and ports of the embedded cluster. The node lives in a network namespace of its own, joined to
 * the host by one veth pair, so that nothing of Kubernetes touches the host's own routes and filters:
 *
 * ```
 * host (apiserver, DNS, Samba) 10.88.0.1 ── veth ── 10.88.0.2 node (kubelet, kube-proxy) ── pods 10.89.0.0/16
 * ```
 *
 * Pods have no way out to other networks: the node has no default route.
 */

/** The network namespace of the node, as `ip netns` names it. */
export const networkNamespace = "hamilton";
/** The path of that namespace, for `nsenter --net=`. */
export const networkNamespacePath = `/run/netns/${networkNamespace}`;
/** The host's end of the veth pair. */
export const hostInterface = "hamilton0";
/** The node's end of the veth pair, inside the namespace. */
export const nodeInterface = "eth0";

/** The host as the node and the pods see it. */
export const hostAddress = "10.88.0.1";
/** The node's own address; NodePorts answer here. */
export const nodeAddress = "10.88.0.2";
/** The network of the veth pair, in CIDR form. */
export const linkCidr = "10.88.0.0/24";
/** The addresses of pods. */
export const podCidr = "10.89.0.0/16";
/** The addresses of Services; no interface carries one, kube-proxy rewrites them. */
export const serviceCidr = "10.96.0.0/16";
/** The `kubernetes` Service: the first address of {@link serviceCidr}, as the API server takes it. */
export const apiServiceAddress = "10.96.0.1";

/** The name of the one node. */
export const nodeName = "hamilton";
/** The domain of cluster DNS. */
export const clusterDomain = "cluster.local";
/** The context name in the administrator's kubeconfig. */
export const contextName = "hamilton-local";

/** TCP port of the API server on {@link hostAddress}. */
export const apiServerPort = 6443;
/** The API server's URL. */
export const apiServerUrl = `https://${hostAddress}:${apiServerPort}`;
/** TCP and UDP port of cluster DNS on {@link hostAddress}. */
export const dnsPort = 53;
/** etcd on loopback: not its usual 2379 and 2380, which an etcd of the host's own may hold. */
export const etcdClientPort = 12379;
/** etcd's port towards other members; there are none, but it insists on one. */
export const etcdPeerPort = 12380;
/** The controller manager's health port, on loopback. */
export const controllerManagerPort = 10257;
/** The scheduler's health port, on loopback. */
export const schedulerPort = 10259;
/** The kubelet's port on {@link nodeAddress}. */
export const kubeletPort = 10250;
/** The kubelet's health port on {@link nodeAddress}. */
export const kubeletHealthPort = 10248;
/** kube-proxy's health port on {@link nodeAddress}. */
export const kubeProxyHealthPort = 10256;
