import { beforeAll, describe, expect, it } from "vitest";
import { allows, type Asker, type Rule } from "../../kubernetes/access-rules";
import type { Manifest } from "../../kubernetes/manifest";
import { manifestsOf } from "../../review/manifests";
import { environments, renderedPlatforms } from "../support/platform";

const prefixes = { local: "", dev: "dev-", prod: "harp-" } as const;
const groups = { local: undefined, dev: "harp-developers", prod: "harp-data-engineers" } as const;

const changes = ["create", "update", "patch", "delete", "deletecollection"];
const everyVerb = ["get", "list", "watch", ...changes];

describe.each(environments)("the rights in %s", (environment) => {
  let objects: readonly Manifest[];
  const prefix = prefixes[environment];
  const spark = `${prefix}spark`;
  const account = (role: string): Asker => ({ account: `spark-${role}`, namespace: spark });
  const may = (asker: Asker, verb: string, resource: string, namespace = spark, name?: string) =>
    allows(objects, asker, { verb, resource, namespace, name });

  beforeAll(async () => {
    const run = (await renderedPlatforms()).get(environment);
    if (run === undefined) throw new Error(`${environment} was not rendered`);
    objects = manifestsOf(run);
  });

  it.each([
    ["pods", ["create", "delete", "get", "list", "watch"]],
    ["pods/log", ["get"]],
    ["services", ["create", "delete", "get", "list", "patch"]],
    ["configmaps", ["create", "delete", "get", "list", "patch"]],
    ["persistentvolumeclaims", ["create", "delete", "get", "list", "patch"]],
  ])("let the submitter do to %s what spark-submit does, and no more", (resource, verbs) => {
    for (const verb of everyVerb)
      expect([verb, may(account("submitter"), verb, resource)]).toEqual([verb, verbs.includes(verb)]);
  });

  it.each(["pods", "services", "configmaps", "persistentvolumeclaims"])("let the driver manage %s", (resource) => {
    for (const verb of everyVerb) expect(may(account("driver"), verb, resource)).toBe(true);
  });

  it("give Spark 4.1 no right on network policies, which only later releases make", () => {
    for (const verb of everyVerb)
      for (const role of ["submitter", "driver"])
        expect(may(account(role), verb, "networkpolicies.networking.k8s.io")).toBe(false);
  });

  it.each([
    "secrets",
    "pods/exec",
    "pods/attach",
    "pods/portforward",
    "pods/ephemeralcontainers",
    "serviceaccounts",
    "serviceaccounts/token",
    "resourcequotas",
    "limitranges",
    "events",
    "roles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
    "deployments.apps",
    "statefulsets.apps",
    "jobs.batch",
    "networkpolicies.networking.k8s.io",
  ])("refuse submitter, driver and executor every verb on %s", (resource) => {
    for (const role of ["submitter", "driver", "executor"])
      for (const verb of everyVerb)
        expect([role, verb, may(account(role), verb, resource)]).toEqual([role, verb, false]);
  });

  it("end at the namespace", () => {
    for (const role of ["submitter", "driver"])
      for (const namespace of [`${prefix}storage`, "kube-system", "default"])
        for (const verb of everyVerb) expect(may(account(role), verb, "pods", namespace)).toBe(false);
  });

  it("leave executors without any", () => {
    for (const resource of ["pods", "services", "configmaps", "persistentvolumeclaims", "pods/log"])
      for (const verb of everyVerb) expect(may(account("executor"), verb, resource)).toBe(false);
  });

  if (environment !== "dev")
    it("let Traefik follow what stands in its own namespace, and change nothing but the address in Ingresses behind a load balancer", () => {
      const traefik: Asker = { account: "traefik", namespace: `${prefix}ingress` };
      const followed = ["services", "secrets", "endpointslices.discovery.k8s.io", "ingresses.networking.k8s.io"];
      const other = [
        "pods",
        "configmaps",
        "serviceaccounts/token",
        "namespaces",
        "nodes",
        "ingressclasses.networking.k8s.io",
      ];
      for (const verb of everyVerb) {
        for (const resource of followed)
          expect([resource, verb, may(traefik, verb, resource, `${prefix}ingress`)]).toEqual([
            resource,
            verb,
            verb === "list" || verb === "watch",
          ]);
        for (const resource of other) expect(may(traefik, verb, resource, `${prefix}ingress`)).toBe(false);
        for (const namespace of [spark, `${prefix}storage`, "kube-system", "default"])
          for (const resource of [...followed, ...other])
            expect([namespace, resource, may(traefik, verb, resource, namespace)]).toEqual([
              namespace,
              resource,
              false,
            ]);
      }
      const status = may(traefik, "update", "ingresses/status.networking.k8s.io", `${prefix}ingress`);
      expect(status).toBe(environment === "prod");
    });

  const group = groups[environment];
  if (group !== undefined)
    it("let the submitters' group mint the submitter's token, and nobody else's", () => {
      const people: Asker = { group };
      expect(may(people, "create", "serviceaccounts/token", spark, "spark-submitter")).toBe(true);
      for (const name of ["spark-driver", "spark-executor", "default", undefined])
        expect(may(people, "create", "serviceaccounts/token", spark, name)).toBe(false);
      for (const verb of everyVerb) expect(may(people, verb, "pods")).toBe(false);
      expect(may({ group: "others" }, "create", "serviceaccounts/token", spark, "spark-submitter")).toBe(false);
    });
  else
    it("let no group mint tokens, as the stack file names none", () => {
      expect(objects.filter((one) => one.kind === "RoleBinding" && JSON.stringify(one).includes('"Group"'))).toEqual(
        [],
      );
    });
});

describe("the reading of rights", () => {
  const role = (kind: string, rule: Rule): Manifest => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "r", namespace: kind === "Role" ? "n" : undefined },
    rules: [rule],
  });
  const binding = {
    apiVersion: "v1",
    kind: "RoleBinding",
    metadata: { name: "b", namespace: "n" },
    roleRef: { kind: "Role", name: "r" },
    subjects: [{ kind: "ServiceAccount", name: "a", namespace: "n" }],
  } as Manifest;
  const asker: Asker = { account: "a", namespace: "n" };

  it("sees a wildcard as every verb, and a named rule as that name alone", () => {
    const all = role("Role", { apiGroups: ["*"], resources: ["*"], verbs: ["*"] });
    expect(allows([all, binding], asker, { verb: "delete", resource: "secrets", namespace: "n" })).toBe(true);
    const named = role("Role", { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["x"] });
    expect(allows([named, binding], asker, { verb: "get", resource: "secrets", namespace: "n" })).toBe(false);
    expect(allows([named, binding], asker, { verb: "get", resource: "secrets", namespace: "n", name: "x" })).toBe(true);
  });

  it("tells API groups and namespaces apart", () => {
    const policies = role("Role", { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["get"] });
    const request = { verb: "get", resource: "networkpolicies.networking.k8s.io", namespace: "n" };
    expect(allows([policies, binding], asker, request)).toBe(true);
    expect(allows([policies, binding], asker, { ...request, resource: "networkpolicies" })).toBe(false);
    expect(allows([policies, binding], asker, { ...request, namespace: "m" })).toBe(false);
    expect(allows([policies, binding], { account: "a", namespace: "m" }, request)).toBe(false);
  });
});
