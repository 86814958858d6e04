import { describe, expect, it } from "vitest";
import type { Manifest } from "../../kubernetes/manifest";
import { accessChange } from "../../review/access-change";
import { object } from "./examples";

const rbac = "rbac.authorization.k8s.io/v1";
interface RuleParts {
  readonly resources: string;
  readonly verbs: string;
  readonly apiGroups?: string;
  readonly resourceNames?: readonly string[];
}
const rule = ({ resources, verbs, apiGroups = "", resourceNames }: RuleParts) => ({
  apiGroups: apiGroups.split(","),
  resources: resources.split(","),
  verbs: verbs.split(","),
  ...(resourceNames && { resourceNames }),
});
const role = (...rules: readonly RuleParts[]) => object(`${rbac} Role`, "spark/driver", { rules: rules.map(rule) });
const clusterRole = (...rules: readonly RuleParts[]) =>
  object(`${rbac} ClusterRole`, "wide", { rules: rules.map(rule) });
const driver = { kind: "ServiceAccount", name: "driver", namespace: "spark" };
const binding = (roleRef: object = { kind: "Role", name: "driver" }, ...subjects: readonly object[]) =>
  object(`${rbac} RoleBinding`, "spark/driver", { roleRef, subjects: subjects.length > 0 ? subjects : [driver] });
const wideBinding = object(`${rbac} ClusterRoleBinding`, "wide", {
  roleRef: { kind: "ClusterRole", name: "wide" },
  subjects: [driver],
});
const read = { resources: "pods", verbs: "get,list" };
const given = (...rules: readonly RuleParts[]) => [role(...rules), binding()];
const none: readonly Manifest[] = [];

describe("rights widen", () => {
  it.each([
    [
      "by a binding",
      [role(read)],
      given(read),
      "ServiceAccount spark/driver may now get and list pods in namespace spark",
    ],
    [
      "by a verb",
      given(read),
      given({ ...read, verbs: "get,list,delete" }),
      "ServiceAccount spark/driver may now delete pods in namespace spark",
    ],
    [
      "by a sub-resource, which the resource itself doesn't give",
      given(read),
      given(read, { resources: "pods/exec", verbs: "create" }),
      "ServiceAccount spark/driver may now create pods/exec in namespace spark",
    ],
    [
      "by every verb",
      given(read),
      given({ ...read, verbs: "*" }),
      "ServiceAccount spark/driver may now do anything to pods in namespace spark",
    ],
    [
      "by everything",
      given(read),
      given({ apiGroups: "*", resources: "*", verbs: "*" }),
      "ServiceAccount spark/driver may now do anything to every resource in namespace spark",
    ],
    [
      "by all objects instead of one",
      given({ ...read, resourceNames: ["one"] }),
      given(read),
      "ServiceAccount spark/driver may now get and list pods in namespace spark",
    ],
    [
      "by the whole cluster instead of a namespace",
      given(read),
      [...given(read), clusterRole(read), wideBinding],
      "ServiceAccount spark/driver may now get and list pods in the whole cluster",
    ],
    [
      "by a further subject",
      given(read),
      [role(read), binding(undefined, driver, { kind: "Group", name: "analysts" })],
      "Group analysts may now get and list pods in namespace spark",
    ],
    [
      "by a ClusterRole that is defined elsewhere",
      none,
      [binding({ kind: "ClusterRole", name: "edit" }, { kind: "User", name: "ann" })],
      "User ann may now do whatever ClusterRole edit allows in namespace spark",
    ],
    [
      "by a ClusterRole that joins another one",
      none,
      [
        object(`${rbac} ClusterRole`, "spark-edit", {
          labels: { "rbac.authorization.k8s.io/aggregate-to-edit": "true" },
          rules: [rule({ apiGroups: "spark.apache.org", resources: "sparkapplications", verbs: "create" })],
        }),
      ],
      "everybody with ClusterRole edit may now create sparkapplications.spark.apache.org wherever they are bound",
    ],
    [
      "by a namespace that admits more pods",
      [object("v1 Namespace", "spark", { labels: { "pod-security.kubernetes.io/enforce": "restricted" } })],
      [object("v1 Namespace", "spark")],
      "namespace spark admits privileged pods, until now restricted ones",
    ],
  ])("%s", (_case, before, after, said) => {
    expect(accessChange(before, after)).toEqual({ widened: [said], narrowed: [] });
  });

  it("in one sentence for resources that are given alike", () => {
    const more = { resources: "services,configmaps", verbs: "create,get" };
    expect(accessChange(given(read), given(read, more)).widened).toEqual([
      "ServiceAccount spark/driver may now create and get services and configmaps in namespace spark",
    ]);
  });
});

describe("rights narrow", () => {
  it.each([
    ["by a binding that goes", given(read), [role(read)], "get and list pods"],
    ["by a verb", given(read), given({ ...read, verbs: "get" }), "list pods"],
    ["by one object instead of all", given(read), given({ ...read, resourceNames: ["one"] }), "get and list pods"],
  ])("%s", (_case, before, after, what) => {
    const said = `ServiceAccount spark/driver may no longer ${what} in namespace spark`;
    expect(accessChange(before, after).narrowed).toEqual([said]);
  });
});

describe("rights stay", () => {
  it.each([
    ["where a Role has no binding", none, [role({ apiGroups: "*", resources: "*", verbs: "*" })]],
    [
      "where a rule is split",
      given(read),
      given({ resources: "pods", verbs: "get" }, { resources: "pods", verbs: "list" }),
    ],
    ["where another rule gives more already", given({ ...read, verbs: "*" }), given({ ...read, verbs: "*" }, read)],
    [
      "where */scale covers each resource's",
      given({ apiGroups: "apps", resources: "*/scale", verbs: "get" }),
      given({ apiGroups: "apps", resources: "*/scale,deployments/scale", verbs: "get" }),
    ],
  ])("%s", (_case, before, after) => {
    expect(accessChange(before, after)).toEqual({ widened: [], narrowed: [] });
  });
});
