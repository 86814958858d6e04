import { describe, expect, it } from "vitest";
import { judge, judgeResource } from "../../policy/judge";
import { reviewedResource, type ReviewedResource } from "../../policy/reviewed-resource";
import { rules } from "../../policy/rules";
import { unknownCheckingProxy } from "../../policy/unknown-values";
import { container, deployment, object, role, secret, sparkSettings } from "./examples";

interface Example {
  readonly passes: readonly ReviewedResource[];
  /** Objects, of which the first has the fault. */
  readonly fails: readonly ReviewedResource[];
  /** What the fault says: its field, or a part of it. */
  readonly field: string;
  readonly value: string;
}

const digest = `sha256:${"a".repeat(64)}`;
const context = (changed: object) => ({ securityContext: { ...(container().securityContext as object), ...changed } });
const deny = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const account = { automountServiceAccountToken: true, serviceAccountName: "tool" };
const bound = object("RoleBinding", "web/tool", {
  roleRef: { kind: "Role", name: "tool" },
  subjects: [{ kind: "ServiceAccount", name: "tool", namespace: "web" }],
});
const password = (protect: boolean) =>
  reviewedResource({
    ...{ type: "random:index/randomPassword:RandomPassword", name: "p", protect, properties: { length: 32 } },
  });

/** A passing and a failing example of each rule, and of each part of a rule that has several. */
const examples: readonly (readonly [string, string, Example])[] = [
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
  [
    "no-wildcard-rights",
    "a verb",
    { passes: [role({})], fails: [role({ verbs: ["*"] })], field: "rules[0].verbs", value: "*" },
  ],
  [
    "no-wildcard-rights",
    "an API group",
    { passes: [role({})], fails: [role({ apiGroups: ["*"] })], field: "rules[0].apiGroups", value: "*" },
  ],
  [
    "no-cluster-wide-rights",
    "a ClusterRole",
    { passes: [role({})], fails: [role({}, "ClusterRole")], field: "kind", value: "ClusterRole" },
  ],
  [
    "no-cluster-wide-rights",
    "a binding to a built-in ClusterRole",
    {
      passes: [bound],
      fails: [object("RoleBinding", "web/tool", { roleRef: { kind: "ClusterRole", name: "edit" } })],
      field: "roleRef",
      value: "ClusterRole edit",
    },
  ],
  [
    "no-rights-on-secrets",
    "to read them",
    {
      passes: [role({})],
      fails: [role({ resources: ["secrets"] })],
      field: "rules[0].resources",
      value: "secrets: get",
    },
  ],
  [
    "no-self-granted-rights",
    "to impersonate",
    { passes: [role({})], fails: [role({ verbs: ["impersonate"] })], field: "rules[0].verbs", value: "impersonate" },
  ],
  [
    "no-self-granted-rights",
    "tokens of any account",
    {
      passes: [role({ resources: ["serviceaccounts/token"], verbs: ["create"], resourceNames: ["tool"] })],
      fails: [role({ resources: ["serviceaccounts/token"], verbs: ["create"] })],
      field: "resourceNames",
      value: "nothing",
    },
  ],
  [
    "no-idle-tokens",
    "an account without rights",
    {
      passes: [deployment({}, account), bound],
      fails: [deployment({}, account)],
      field: "automountServiceAccountToken",
      value: "true",
    },
  ],
  [
    "no-idle-tokens",
    "nothing said",
    {
      passes: [deployment()],
      fails: [deployment({}, { automountServiceAccountToken: undefined })],
      field: "automountServiceAccountToken",
      value: "nothing",
    },
  ],
  [
    "default-deny",
    "no policy",
    {
      passes: [object("Namespace", "web"), object("NetworkPolicy", "web/d", { spec: deny })],
      fails: [object("Namespace", "web"), object("NetworkPolicy", "other/d", { spec: deny })],
      field: "metadata.name",
      value: "web",
    },
  ],
  [
    "default-deny",
    "a policy that opens something",
    {
      passes: [object("Namespace", "web"), object("NetworkPolicy", "web/d", { spec: deny })],
      fails: [object("Namespace", "web"), object("NetworkPolicy", "web/d", { spec: { ...deny, ingress: [{}] } })],
      field: "metadata.name",
      value: "web",
    },
  ],
  [
    "no-load-balancer",
    "a Service",
    {
      passes: [object("Service", "web/s", { spec: { type: "ClusterIP" } })],
      fails: [object("Service", "web/s", { spec: { type: "LoadBalancer" } })],
      field: "spec.type",
      value: "LoadBalancer",
    },
  ],
  [
    "no-node-port",
    "a Service",
    {
      passes: [object("Service", "web/s", { spec: {} })],
      fails: [object("Service", "web/s", { spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] } })],
      field: "spec.type",
      value: "NodePort 30080",
    },
  ],
  [
    "tls-on",
    "an endpoint in a variable",
    {
      passes: [deployment({ env: [{ name: "S3", value: "https://s3.example.com" }] })],
      fails: [deployment({ env: [{ name: "S3", value: "http://s3.example.com" }] })],
      field: "env[S3]",
      value: "http://s3.example.com",
    },
  ],
  [
    "tls-on",
    "an endpoint of Spark's",
    {
      passes: [sparkSettings("a/b:1", "spark.hadoop.fs.s3a.endpoint=https://s3")],
      fails: [sparkSettings("a/b:1", "spark.hadoop.fs.s3a.endpoint=http://s3")],
      field: "spark-defaults.conf",
      value: "http://s3",
    },
  ],
  [
    "tls-on",
    "a connection setting in a Secret",
    {
      passes: [secret({ url: "postgresql://db/x?sslmode=verify-full" })],
      fails: [secret({ url: "postgresql://db/x?sslmode=disable" })],
      field: 'stringData["url"]',
      value: "<secret>",
    },
  ],
  [
    "tls-on",
    "an Ingress host",
    {
      passes: [
        object("Ingress", "web/i", {
          spec: { rules: [{ host: "a.example.com" }], tls: [{ hosts: ["*.example.com"] }] },
        }),
      ],
      fails: [
        object("Ingress", "web/i", {
          spec: { rules: [{ host: "a.example.com" }], tls: [{ hosts: ["b.example.com"] }] },
        }),
      ],
      field: "spec.rules[0].host",
      value: "a.example.com",
    },
  ],
  [
    "tls-on",
    "a share",
    {
      passes: [
        object("PersistentVolume", "v", { spec: { csi: { driver: "smb.csi.k8s.io" }, mountOptions: ["seal"] } }),
      ],
      fails: [object("PersistentVolume", "v", { spec: { csi: { driver: "smb.csi.k8s.io" } } })],
      field: "spec.mountOptions",
      value: "[]",
    },
  ],
  [
    "no-default-credentials",
    "a known pair in a Secret",
    {
      passes: [secret({ rootUser: "root", rootPassword: "kX3vQ9" })],
      fails: [secret({ rootUser: "minioadmin", rootPassword: "minioadmin" })],
      field: 'stringData["rootPassword"]',
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-default-credentials",
    "an empty password in encoded data",
    {
      passes: [object("Secret", "web/s", { data: { password: "a1gzdlE5" } })],
      fails: [object("Secret", "web/s", { data: { password: "" } })],
      field: 'data["password"]',
      value: "<secret> (an empty password)",
    },
  ],
  [
    "no-default-credentials",
    "a password equal to its user",
    {
      passes: [secret({ username: "harp", password: "kX3vQ9" })],
      fails: [secret({ username: "harp", password: "harp" })],
      field: 'stringData["password"]',
      value: "<secret> (a password equal to its user)",
    },
  ],
  [
    "no-default-credentials",
    "a URL in a variable",
    {
      passes: [deployment({ env: [{ name: "DB", value: "postgresql://db/x" }] })],
      fails: [deployment({ env: [{ name: "DB", value: "postgresql://harp:changeme@db/x" }] })],
      field: "env[DB]",
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-default-credentials",
    "JSON in a Secret",
    {
      passes: [secret({ c: '{"auths":{"r":{"username":"u","password":"kX3vQ9"}}}' })],
      fails: [secret({ c: '{"auths":{"r":{"username":"u","password":"admin"}}}' })],
      field: 'stringData["c"]',
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-default-credentials",
    "a setting in a ConfigMap",
    {
      passes: [object("ConfigMap", "web/c", { data: { conf: "volumes:\n  secret:\n    secretName: s\n" } })],
      fails: [object("ConfigMap", "web/c", { data: { conf: "user=x\npassword=console123\n" } })],
      field: 'data["conf"]',
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-plain-passwords",
    "a variable",
    {
      passes: [deployment({ env: [{ name: "PASSWORD_FILE", value: "/run/p" }] })],
      fails: [deployment({ env: [{ name: "DB_PASSWORD", value: "kX3vQ9" }] })],
      field: "env[DB_PASSWORD]",
      value: "<secret>",
    },
  ],
  [
    "secrets-marked",
    "one entry of two",
    {
      passes: [secret({ a: "x", b: "y" })],
      fails: [secret({ a: "x", b: "y" }, ["stringData.a"])],
      field: 'stringData["b"]',
      value: "<secret>",
    },
  ],
  [
    "state-protected",
    "a claim",
    {
      passes: [object("PersistentVolumeClaim", "web/c", {}, { protect: true })],
      fails: [object("PersistentVolumeClaim", "web/c")],
      field: "protect",
      value: "bears data",
    },
  ],
  [
    "state-protected",
    "the Namespace around a claim",
    {
      passes: [object("Namespace", "web")],
      fails: [object("Namespace", "web"), object("PersistentVolumeClaim", "web/c", {}, { protect: true })],
      field: "protect",
      value: "holds an object that bears data",
    },
  ],
  [
    "state-protected",
    "a generated password",
    { passes: [password(true)], fails: [password(false)], field: "protect", value: "generated value" },
  ],
];

const ruleNamed = (name: string) => {
  const found = rules.find((rule) => rule.name === name);
  if (found === undefined) throw new Error(`there is no rule ${name}`);
  return found;
};

describe("each rule", () => {
  it.each(examples)("%s passes and refuses: %s", (name, _, { passes, fails, field, value }) => {
    const rule = ruleNamed(name);
    expect(judge([rule], passes, "prod", []).faults).toEqual([]);
    const { faults } = judge([rule], fails, "prod", []);
    expect(faults).toContainEqual(
      expect.objectContaining({
        ...{ rule: name, object: fails[0]?.object },
        field: expect.stringContaining(field) as string,
        value: expect.stringContaining(value) as string,
        fix: expect.stringMatching(/^[a-z]/) as string,
      }),
    );
  });

  it("has its examples", () => {
    const shown = new Set(examples.map(([name]) => name));
    expect(rules.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("has a name of its own, in the form of a label", () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name } of rules) expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
  });
});

describe("rules for production", () => {
  it("let a node's port and a tag pass elsewhere", () => {
    const service = object("Service", "web/s", { spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] } });
    const chosen = [ruleNamed("no-node-port"), ruleNamed("images-by-digest")];
    expect(judge(chosen, [service, deployment()], "dev", []).faults).toEqual([]);
    expect(judge(chosen, [service, deployment()], "prod", []).faults).toHaveLength(2);
  });
});

describe("a value that a preview doesn't know", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const preview = (spec: object): ReviewedResource => {
    const properties = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "tool", namespace: "web" },
      spec,
    };
    const type = "kubernetes:apps/v1:Deployment";
    return reviewedResource({ type, name: "tool", protect: false, properties: unknownCheckingProxy(properties) });
  };
  const around = { environment: "prod", all: [] };

  it("stops the rule that needs it, which says so, and keeps what it found before", () => {
    const containers = [container({ image: "a/b:latest" }), container({ name: "second", image: unknown })];
    const found = judgeResource(ruleNamed("images-with-tag"), preview({ template: { spec: { containers } } }), around);
    expect(found.faults).toMatchObject([{ value: '"a/b:latest"' }]);
    expect(found.unjudged).toMatchObject({ rule: "images-with-tag", object: "Deployment web/tool" });
    expect(found.unjudged?.unknown.message).toContain("image");
  });

  it("stops no rule that doesn't need it", () => {
    const containers = [container({ image: unknown })];
    const found = judgeResource(
      ruleNamed("container-resources"),
      preview({ template: { spec: { containers } } }),
      around,
    );
    expect(found).toEqual({ faults: [], unjudged: undefined });
  });
});
