import { beforeAll, describe, expect, it } from "vitest";
import { allows, type Asker } from "../../kubernetes/access-rules";
import type { Manifest } from "../../kubernetes/manifest";
import { passes, type FlowEnd } from "../../kubernetes/network-rules";
import { podsOf } from "../../kubernetes/pods";
import { rightsOf } from "../../kubernetes/rights";
import { manifestsOf } from "../../review/manifests";
import { environments, renderedPlatforms } from "../support/platform";

const prefixes = { local: "", dev: "dev-", prod: "harp-" } as const;
const names = { local: ["harp"], dev: ["harp", "risk"], prod: ["analysts", "risk"] } as const;
const apiServers = { local: "10.88.0.1", dev: "10.20.0.11", prod: "10.10.0.12" } as const;
const everyVerb = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

describe.each(environments)("the notebooks of %s", (environment) => {
  let objects: readonly Manifest[];
  const prefix = prefixes[environment];
  const [first, second] = names[environment];
  const namespace = `${prefix}notebooks-${first}`;
  const elsewhere = [
    ...["spark", "storage"].map((role) => `${prefix}${role}`),
    ...(second === undefined ? [] : [`${prefix}notebooks-${second}`]),
    ...["kube-system", "default"],
  ];

  beforeAll(async () => {
    const run = (await renderedPlatforms()).get(environment);
    if (run === undefined) throw new Error(`${environment} was not rendered`);
    objects = manifestsOf(run);
  });

  describe("may", () => {
    const notebook: Asker = { account: "notebook", namespace };
    const may = (asker: Asker, verb: string, resource: string, where = namespace) =>
      allows(objects, asker, { verb, resource, namespace: where });

    it.each([
      ["pods", ["create", "delete", "deletecollection", "get", "list", "watch"]],
      ["configmaps", ["create", "deletecollection"]],
      ["events", ["list"]],
    ])("do to %s in their namespace what drivers do, and no more", (resource, verbs) => {
      for (const verb of everyVerb) expect([verb, may(notebook, verb, resource)]).toEqual([verb, verbs.includes(verb)]);
    });

    it.each([
      ...[
        "secrets",
        "services",
        "persistentvolumeclaims",
        "serviceaccounts",
        "serviceaccounts/token",
        "resourcequotas",
      ],
      ...["pods/exec", "pods/attach", "pods/portforward", "pods/log", "pods/ephemeralcontainers", "namespaces"],
      ...["roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io", "statefulsets.apps"],
      ...["networkpolicies.networking.k8s.io", "jobs.batch"],
    ])("do nothing to %s", (resource) => {
      for (const verb of everyVerb) expect([verb, may(notebook, verb, resource)]).toEqual([verb, false]);
    });

    it("do nothing in any other namespace", () => {
      for (const where of elsewhere)
        for (const resource of ["pods", "configmaps", "events", "secrets"])
          for (const verb of everyVerb)
            expect([where, resource, verb, may(notebook, verb, resource, where)]).toEqual([
              where,
              resource,
              verb,
              false,
            ]);
    });

    it("hold rights in their own namespace only, whatever names they", () => {
      const held = rightsOf(objects).filter(({ subject }) => subject.startsWith(`ServiceAccount ${namespace}/`));
      expect(new Set(held.map((right) => right.namespace))).toEqual(new Set([namespace]));
    });

    it("leave their executors, and accounts of other namespaces, without any right there", () => {
      const others: Asker[] = [
        { account: "notebook-executor", namespace },
        ...elsewhere.flatMap((where) =>
          ["notebook", "spark-driver", "spark-submitter", "default"].map((account) => ({ account, namespace: where })),
        ),
      ];
      for (const asker of others)
        for (const resource of ["pods", "configmaps", "events", "secrets"])
          for (const verb of everyVerb) expect(may(asker, verb, resource)).toBe(false);
    });
  });

  describe("on the network", () => {
    let notebook: FlowEnd;
    let executor: FlowEnd;
    const end = (owner: string, address: string): FlowEnd => {
      const pod = podsOf(objects).find((one) => one.owner === owner);
      if (pod === undefined) throw new Error(`no pod of ${owner}`);
      return { namespace: pod.namespace, labels: pod.labels, address };
    };
    const bare = (one: FlowEnd): FlowEnd =>
      "namespace" in one ? { namespace: one.namespace, labels: one.labels } : one;
    /** Allowed must hold even where an engine counts address ranges for machines outside only. */
    const allowed = (from: FlowEnd, to: FlowEnd, port: number) =>
      passes(objects, { from: bare(from), to: bare(to), port });
    const refused = (from: FlowEnd, to: FlowEnd, port: number) => !passes(objects, { from, to, port });
    const outside: FlowEnd = { address: "93.184.216.34" };
    const apiServer: FlowEnd = { address: apiServers[environment] };
    const bystander: FlowEnd = { namespace, labels: {}, address: "10.89.3.9" };
    const stranger: FlowEnd = { namespace: "default", labels: { app: "other" }, address: "10.89.9.9" };
    const page = environment === "prod" ? 4180 : 8888;

    beforeAll(() => {
      notebook = end(`StatefulSet ${namespace}/${first}`, "10.89.3.1");
      executor = end(`Spark executor in ${namespace}`, "10.89.3.2");
    });

    it("let their executors reach exactly the ports that drivers have", () => {
      for (const port of [7100, 7107, 7115, 7200, 7215])
        expect([port, allowed(executor, notebook, port)]).toEqual([port, true]);
      for (const port of [7099, 7116, 7199, 7216, 7078, 7079, 4040, 4055, 8888, 4180, 22, 443])
        expect([port, refused(executor, notebook, port)]).toEqual([port, true]);
    });

    it("reach their executors, and these each other, for blocks alone", () => {
      expect(allowed(notebook, executor, 7079)).toBe(true);
      expect(allowed(executor, executor, 7079)).toBe(true);
      for (const port of [7078, 7100, 7200, 4040]) {
        expect(refused(notebook, executor, port)).toBe(true);
        expect(refused(executor, executor, port)).toBe(true);
      }
    });

    it("reach the API server, and their executors don't", () => {
      expect(allowed(notebook, apiServer, 6443)).toBe(true);
      for (const one of [executor, bystander]) expect(refused(one, apiServer, 6443)).toBe(true);
    });

    it("let in on the page's port the ingress alone, and nobody on any other", () => {
      const controller: FlowEnd =
        environment === "dev"
          ? { namespace: "traefik", labels: { "app.kubernetes.io/name": "traefik" }, address: "10.89.5.1" }
          : end(`Deployment ${prefix}ingress/traefik`, "10.89.5.1");
      expect(allowed(controller, notebook, page)).toBe(true);
      for (const port of [7100, 7200, 4040, page === 8888 ? 4180 : 8888])
        expect(refused(controller, notebook, port)).toBe(true);
      for (const one of [bystander, stranger, outside, end("Spark driver", "10.89.1.1")])
        for (const port of [page, 7100, 7200, 4040]) expect(refused(one, notebook, port)).toBe(true);
    });

    it("reach nothing else: no pod of jobs, no machine outside, no metadata of the cloud", () => {
      const targets: FlowEnd[] = [
        ...[end("Spark driver", "10.89.1.1"), end("Spark executor", "10.89.1.2")],
        ...[outside, stranger, { address: "169.254.169.254" }],
      ];
      for (const from of [notebook, executor])
        for (const to of targets)
          for (const port of [80, 443, 445, 7078, 7079, 7100, 8888]) expect(refused(from, to, port)).toBe(true);
    });

    it("reach the object store as jobs do", () => {
      const store: FlowEnd =
        environment === "prod"
          ? { address: "10.30.0.7" }
          : end(`StatefulSet ${prefix}storage/store-minio`, "10.89.2.1");
      const port = environment === "prod" ? 443 : 9000;
      for (const from of [notebook, executor]) expect(allowed(from, store, port)).toBe(true);
      expect(refused(bystander, store, port)).toBe(true);
      if (environment !== "prod")
        for (const from of [notebook, executor]) expect(refused(from, store, 9001)).toBe(true);
    });

    if (environment !== "local")
      it("reach the database, as their executors do, on its own port and addresses, and nobody else does", () => {
        const [address, beside] = environment === "dev" ? ["10.20.5.11", "10.20.5.12"] : ["10.50.0.12", "10.50.0.13"];
        for (const from of [notebook, executor]) {
          expect(allowed(from, { address }, 1433)).toBe(true);
          for (const port of [1432, 1434, 5432, 445, 22]) expect(refused(from, { address }, port)).toBe(true);
          expect(refused(from, { address: beside }, 1433)).toBe(true);
        }
        const others = [bystander, end("Spark driver", "10.89.1.1"), end("Spark executor", "10.89.1.2")];
        for (const from of others) expect(refused(from, { address }, 1433)).toBe(true);
        for (const to of [notebook, executor]) expect(refused({ address }, to, 1433)).toBe(true);
      });

    if (second !== undefined)
      it("are closed to each other and to each other's executors, both ways", () => {
        const other = end(`StatefulSet ${prefix}notebooks-${second}/${second}`, "10.89.4.1");
        const others = end(`Spark executor in ${prefix}notebooks-${second}`, "10.89.4.2");
        for (const [from, to] of [
          ...([
            [notebook, other],
            [notebook, others],
            [executor, other],
            [executor, others],
          ] as const),
          ...([
            [other, notebook],
            [others, notebook],
            [other, executor],
            [others, executor],
          ] as const),
        ])
          for (const port of [page, 7079, 7100, 7200, 4040]) expect(refused(from, to, port)).toBe(true);
      });

    if (environment === "prod")
      it("reach the login service on its port, and their executors don't", () => {
        const login: FlowEnd = { address: "10.40.0.5" };
        expect(allowed(notebook, login, 443)).toBe(true);
        expect(refused(notebook, login, 80)).toBe(true);
        expect(refused(notebook, { address: "10.40.0.99" }, 443)).toBe(true);
        expect(refused(executor, login, 443)).toBe(true);
      });
  });
});
