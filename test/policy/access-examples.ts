import { reviewedResource } from "../../policy/reviewed-resource";
import { deployment, object, role, type NamedExample } from "./examples";

const deny = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const account = { automountServiceAccountToken: true, serviceAccountName: "tool" };
const projected = {
  volumes: [{ name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }],
};
const bound = object("RoleBinding", "web/tool", {
  roleRef: { kind: "Role", name: "tool" },
  subjects: [{ kind: "ServiceAccount", name: "tool", namespace: "web" }],
});
const password = (protect: boolean) =>
  reviewedResource({
    ...{ type: "random:index/randomPassword:RandomPassword", name: "p", protect, properties: { length: 32 } },
  });

/** Passing and failing examples of the rules about rights, flows and protection: one for each part of a rule that has several. */
export const accessExamples: readonly NamedExample[] = [
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
    "no-idle-tokens",
    "a token mounted by hand",
    {
      passes: [deployment({}, { ...projected, serviceAccountName: "tool" }), bound],
      fails: [deployment({}, { ...projected, serviceAccountName: "tool" })],
      field: "volumes",
      value: "serviceAccountToken",
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
