import { container, deployment, object, sparkSettings, type NamedExample } from "./examples";

const digest = `sha256:${"a".repeat(64)}`;
const context = (changed: object) => ({ securityContext: { ...(container().securityContext as object), ...changed } });

/** Passing and failing examples of the rules about what pods and images are: one for each part of a rule that has several. */
export const podExamples: readonly NamedExample[] = [
  [
    "images-by-digest",
    "a container",
    { passes: [deployment({ image: `a/b:1@${digest}` })], fails: [deployment()], field: ".image", value: "tool:1.0" },
  ],
  [
    "images-by-digest",
    "a Spark job",
    {
      passes: [sparkSettings(`a/b@${digest}`)],
      fails: [sparkSettings("a/b:1")],
      field: "driver-pod-template",
      value: "a/b:1",
    },
  ],
  [
    "images-by-digest",
    "Spark's property",
    {
      passes: [sparkSettings(`a/b@${digest}`, `spark.kubernetes.container.image=a/b@${digest}`)],
      fails: [sparkSettings(`a/b@${digest}`, "spark.kubernetes.container.image=a/b:1")],
      field: "spark.kubernetes.container.image",
      value: "a/b:1",
    },
  ],
  [
    "images-with-tag",
    "latest",
    {
      passes: [deployment()],
      fails: [deployment({ image: "a/b:latest" })],
      field: "containers[main].image",
      value: "a/b:latest",
    },
  ],
  [
    "images-with-tag",
    "no tag, behind a registry's port",
    {
      passes: [deployment({ image: "host:5000/b:1" })],
      fails: [deployment({ image: "host:5000/b" })],
      field: "containers[main].image",
      value: "host:5000/b",
    },
  ],
  [
    "pods-restricted",
    "root",
    { passes: [deployment()], fails: [deployment(context({ runAsUser: 0 }))], field: "runAsUser", value: "0" },
  ],
  [
    "pods-restricted",
    "escalation in a Spark job",
    {
      passes: [sparkSettings("a/b:1")],
      fails: [sparkSettings("a/b:1", "", context({ allowPrivilegeEscalation: true }))],
      field: "allowPrivilegeEscalation",
      value: "true",
    },
  ],
  [
    "pods-restricted",
    "a capability",
    {
      passes: [deployment(context({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }))],
      fails: [deployment(context({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }))],
      field: "capabilities.add",
      value: "SYS_ADMIN",
    },
  ],
  [
    "pods-restricted",
    "no filter of system calls",
    {
      passes: [
        deployment(context({ seccompProfile: undefined }), {
          securityContext: { seccompProfile: { type: "RuntimeDefault" } },
        }),
      ],
      fails: [deployment(context({ seccompProfile: undefined }))],
      field: "seccompProfile.type",
      value: "nothing",
    },
  ],
  [
    "pods-restricted",
    "a volume of a kind it forbids",
    {
      passes: [deployment({}, { volumes: [{ name: "v", emptyDir: {} }] })],
      fails: [deployment({}, { volumes: [{ name: "v", nfs: {} }] })],
      field: "volumes[v]",
      value: "nfs",
    },
  ],
  [
    "namespaces-restricted",
    "another level",
    {
      passes: [
        object("Namespace", "web", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } }),
      ],
      fails: [
        object("Namespace", "web", { metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } } }),
      ],
      field: "enforce",
      value: "baseline",
    },
  ],
  [
    "no-host-access",
    "the node's network",
    { passes: [deployment()], fails: [deployment({}, { hostNetwork: true })], field: "hostNetwork", value: "true" },
  ],
  [
    "no-host-access",
    "the node's files",
    {
      passes: [deployment()],
      fails: [deployment({}, { volumes: [{ name: "v", hostPath: { path: "/etc" } }] })],
      field: "hostPath.path",
      value: "/etc",
    },
  ],
  [
    "no-host-access",
    "a privileged container",
    { passes: [deployment()], fails: [deployment(context({ privileged: true }))], field: "privileged", value: "true" },
  ],
  [
    "no-host-access",
    "a volume of the node",
    {
      passes: [object("PersistentVolume", "v", { spec: { csi: {} } })],
      fails: [object("PersistentVolume", "v", { spec: { hostPath: { path: "/srv" } } })],
      field: "spec.hostPath.path",
      value: "/srv",
    },
  ],
  [
    "container-resources",
    "no limit of memory",
    {
      passes: [deployment()],
      fails: [deployment({ resources: { requests: { cpu: "1", memory: "1Gi" } } })],
      field: "limits.memory",
      value: "nothing",
    },
  ],
  [
    "container-resources",
    "a limit below the request",
    {
      passes: [deployment()],
      fails: [deployment({ resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "512Mi" } } })],
      field: "limits.memory",
      value: "512Mi",
    },
  ],
  [
    "container-resources",
    "an initial container without requests",
    {
      passes: [deployment()],
      fails: [
        deployment({}, { initContainers: [container({ name: "first", resources: { limits: { memory: "1Gi" } } })] }),
      ],
      field: "initContainers[first].resources.requests.cpu",
      value: "nothing",
    },
  ],
];
