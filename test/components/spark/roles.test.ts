import { describe, expect, it } from "vitest";
import {
  clientDriverRules,
  driverRules,
  submitterRules,
  tokenRules,
  type RoleRule,
} from "../../../components/spark/roles";

/** Every verb that the rules give on a resource, sorted. */
const verbs = (rules: readonly RoleRule[], group: string, resource: string) =>
  rules
    .filter((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource))
    .flatMap((rule) => rule.verbs)
    .sort();

const releases = ["4.0.5", "4.1.2", "4.2.0", "4.3.0"];
const all = (version: string) => [
  ...submitterRules(version),
  ...driverRules(version),
  ...clientDriverRules(version),
  ...tokenRules("s"),
];

describe("the submitter's rules", () => {
  it.each([
    ["4.0.5", []],
    ["4.1.2", []],
    ["4.2.0", ["create", "delete", "get", "list", "patch"]],
    ["4.3.0", ["create", "delete", "get", "list", "patch"]],
    ["5.0.0", ["create", "delete", "get", "list", "patch"]],
  ])("for Spark %s give on network policies %j", (version, expected) => {
    expect(verbs(submitterRules(version), "networking.k8s.io", "networkpolicies")).toEqual(expected);
  });

  it.each(releases)("for Spark %s give patch on what is applied beside the driver's pod", (version) => {
    for (const resource of ["configmaps", "persistentvolumeclaims", "services"])
      expect(verbs(submitterRules(version), "", resource)).toEqual(["create", "delete", "get", "list", "patch"]);
  });

  it.each(releases)("for Spark %s give no change of a running pod, and of its log only the reading", (version) => {
    expect(verbs(submitterRules(version), "", "pods")).toEqual(["create", "delete", "get", "list", "watch"]);
    expect(verbs(submitterRules(version), "", "pods/log")).toEqual(["get"]);
  });
});

describe("the rules of drivers in client mode", () => {
  it.each(releases)("for Spark %s give what executors need, and nothing on claims and Services", (version) => {
    const rules = clientDriverRules(version);
    expect(verbs(rules, "", "pods")).toEqual(["create", "delete", "deletecollection", "get", "list", "watch"]);
    expect(verbs(rules, "", "configmaps")).toEqual(["create", "deletecollection"]);
    for (const resource of ["persistentvolumeclaims", "services", "secrets", "pods/exec", "serviceaccounts"])
      expect(verbs(rules, "", resource)).toEqual([]);
  });
});

describe("the driver's rules", () => {
  it.each(releases)("for Spark %s give all that executors and their companions need", (version) => {
    for (const resource of ["pods", "services", "configmaps", "persistentvolumeclaims"])
      expect(verbs(driverRules(version), "", resource)).toEqual(
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"].sort(),
      );
  });

  it.each(releases)("for Spark %s leave out the log, which executors don't need", (version) => {
    expect(verbs(driverRules(version), "", "pods/log")).toEqual([]);
  });
});

describe("no rule", () => {
  it.each(releases)("for Spark %s touches secrets, running containers or accounts, or has a wildcard", (version) => {
    const resources = all(version).flatMap((rule) => rule.resources);
    for (const refused of ["secrets", "pods/exec", "pods/attach", "pods/portforward", "serviceaccounts", "nodes"])
      expect(resources).not.toContain(refused);
    for (const rule of all(version)) expect([...rule.apiGroups, ...rule.resources, ...rule.verbs]).not.toContain("*");
  });
});

describe("the rule for minting tokens", () => {
  it("is for one service account and one verb", () => {
    expect(tokenRules("spark-submitter")).toEqual([
      {
        apiGroups: [""],
        resources: ["serviceaccounts/token"],
        resourceNames: ["spark-submitter"],
        verbs: ["create"],
      },
    ]);
  });
});
