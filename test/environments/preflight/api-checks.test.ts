import { describe, expect, it } from "vitest";
import { judgeVersion } from "../../../environments/preflight/api-server";
import { gatewayClassNeeds, judgeGatewayClasses } from "../../../environments/preflight/gateway-classes";
import { judgeIngressClasses } from "../../../environments/preflight/ingress-classes";
import { pageCertificateRows } from "../../../environments/preflight/page-certificate";
import { judgeIssuer } from "../../../environments/preflight/certificate-issuer";
import { hostsOf, judgeHosts } from "../../../environments/preflight/page-hosts";
import { judgeNodePorts } from "../../../environments/preflight/node-ports";
import { judgeOwnership, stateOf } from "../../../environments/preflight/ownership";
import { judgePermissions, permissionsFor } from "../../../environments/preflight/permissions";
import { judgeSmbDriver } from "../../../environments/preflight/smb-driver";
import { classKeys, judgeClasses } from "../../../environments/preflight/storage-classes";
import { changed } from "../../support/stack-files";
import { stackFileText } from "../../support/platform";
import { selfSigned } from "../../support/certificates";
import { StepError } from "../../../console/errors";
import { parseStackFile } from "../../../infra/config";

describe("the version of the API server", () => {
  it.each([
    ["v1.34.4", "ok"],
    ["v1.32.0-gke.1200", "ok"],
    ["v1.37.9", "ok"],
    ["v1.38.0", "warn"],
    ["v1.31.9+k3s1", "warn"],
    ["v1.26.15", "fail"],
    ["unknown", "warn"],
  ])("%s is %s", (version, verdict) => {
    expect(judgeVersion(version)).toMatchObject({ check: "API server", verdict });
  });
});

describe("rights", () => {
  const object = (kind: string, namespace?: string) => ({ apiVersion: "v1", kind, metadata: { name: "a", namespace } });

  it("are asked once for each kind in each place", () => {
    const manifests = [
      object("Secret", "spark"),
      object("Secret", "spark"),
      object("Secret", "storage"),
      object("Namespace"),
    ];
    expect(permissionsFor(manifests).map(({ namespace, kind }) => `${namespace}/${kind}`)).toEqual([
      "spark/Secret",
      "storage/Secret",
      "/Namespace",
    ]);
  });

  it("that are missing are named with their verbs, each place in a row of its own", () => {
    const rows = judgePermissions([
      { namespace: "", resource: "namespaces", denied: ["create", "delete"] },
      { namespace: "", resource: "clusterroles.rbac.authorization.k8s.io", denied: ["create", "delete"] },
      { namespace: "spark", resource: "secrets", denied: [] },
    ]);
    expect(rows.map(({ check, verdict }) => [check, verdict])).toEqual([
      ["rights: cluster-wide", "fail"],
      ["rights: namespace spark", "ok"],
    ]);
    expect(rows[0]?.found).toBe("may not create, delete: clusterroles.rbac.authorization.k8s.io, namespaces");
  });
});

describe("StorageClasses", () => {
  const fast = { name: "fast", provisioner: "csi.example.com", isDefault: false, canGrow: true };
  const plain = { name: "plain", provisioner: "local", isDefault: true, canGrow: false };
  it.each([
    ["one that is there", "fast", [fast], "ok"],
    ["one whose volumes can't grow", "plain", [plain], "warn"],
    ["one that isn't there", "slow", [fast, plain], "fail"],
    ["the default one, where there is one", undefined, [fast, { ...plain, canGrow: true }], "ok"],
    ["the default one, where there is none", undefined, [fast], "fail"],
    ["any, where there are none", "fast", [], "fail"],
  ])("judge %s", (_, className, classes, verdict) => {
    const keys = [{ key: "hamilton:volumes.harp.className", className }];
    const [row] = judgeClasses([{ className, claims: ["PersistentVolumeClaim spark/harp"] }], classes, keys);
    expect(row).toMatchObject({ verdict });
    if (verdict === "fail") expect(row?.found).toContain("PersistentVolumeClaim spark/harp");
  });

  it("that aren't there are told with those that are, and with every key that names them", () => {
    const config = parseStackFile(
      changed(
        "dev",
        [["objectStore", "storage", "className"], undefined],
        [["notebooks", "harp", "home", "className"], "slow"],
        [["notebooks", "risk", "home", "className"], "slow"],
      ),
      "dev",
    ).config;
    const needs = [{ className: "slow", claims: ["claim one", "claim two"] }, { claims: ["claim three"] }];
    expect(
      judgeClasses(
        needs,
        [plain, fast].map((one) => ({ ...one, isDefault: false })),
        classKeys(config),
      ),
    ).toEqual([
      {
        check: "StorageClass slow",
        found: "not there; the cluster has fast, plain. claim one, claim two would wait for it for ever",
        verdict: "fail",
        fix: "name one that is there at hamilton:notebooks.harp.home.className, hamilton:notebooks.risk.home.className, or ask for this one",
      },
      {
        check: "default StorageClass",
        found: "not there; the cluster has fast, plain. claim three would wait for it for ever",
        verdict: "fail",
        fix: "name one that is there at hamilton:objectStore.storage.className, or ask for this one",
      },
    ]);
  });

  it("are found at every key of a stack file", () => {
    const volume = { kind: "storageClass", className: "nfs", mountPath: "/mnt/lake", existingVolumes: {} };
    const text = changed("dev", [["volumes", "lake"], volume], [["notebooks"], undefined]);
    expect(classKeys(parseStackFile(text, "dev").config)).toEqual([
      { key: "hamilton:objectStore.storage.className", className: "fast-ssd" },
      { key: "hamilton:volumes.lake.className", className: "nfs" },
    ]);
  });
});

describe("node ports", () => {
  const need = { port: 30900, service: "storage/store-outside" };
  it.each([
    ["free", [{ port: 30901, service: "other/one" }], "ok"],
    ["taken by the environment's own Service", [need], "ok"],
    ["taken by another Service", [{ port: 30900, service: "other/one" }], "fail"],
  ])("that are %s", (_, taken, verdict) => {
    expect(judgeNodePorts([need], taken)).toMatchObject([{ check: "node port 30900", verdict }]);
  });
});

describe("IngressClasses", () => {
  it("are listed where none is needed", () => {
    expect(judgeIngressClasses([], ["traefik", "nginx"])).toMatchObject([
      { verdict: "ok", found: "none needed; the cluster has nginx, traefik" },
    ]);
  });
  it("that are named must be there", () => {
    const rows = judgeIngressClasses(["traefik", "nginx"], ["traefik"]);
    expect(rows.map(({ verdict }) => verdict)).toEqual(["ok", "fail"]);
    expect(rows[1]).toEqual({
      check: "IngressClass nginx",
      found: "not there; the cluster has traefik",
      verdict: "fail",
      fix: "name one that is there at hamilton:ingress.className, or ask for this one",
    });
  });
});

describe("GatewayClasses", () => {
  const gateway = (gatewayClassName: string) => ({
    ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "a" } },
    spec: { gatewayClassName },
  });

  it("are those that Gateways name, each once", () => {
    expect(gatewayClassNeeds([gateway("b"), gateway("a"), gateway("b")])).toEqual(["a", "b"]);
    expect(judgeGatewayClasses([], undefined)).toEqual([]);
  });

  it("that are named must be there, in a cluster that knows the Gateway API", () => {
    const rows = (classes?: string[]) => judgeGatewayClasses(["cilium"], classes);
    expect(rows(["cilium"])).toMatchObject([{ verdict: "ok" }]);
    expect(rows(["traefik"])).toMatchObject([{ verdict: "fail", found: "not there; the cluster has traefik" }]);
    expect(rows()).toMatchObject([
      { verdict: "fail", found: "the cluster doesn't know the Gateway API in version v1" },
    ]);
  });
});

describe("the hosts of pages", () => {
  const named = (kind: string, namespace: string, spec: object) => ({
    ...{ kind, metadata: { namespace, name: "store-console" } },
    spec: spec as never,
  });
  const ingress = (namespace: string, host: string) => named("Ingress", namespace, { rules: [{ host }, {}] });
  const route = (namespace: string, host: string) => named("HTTPRoute", namespace, { hostnames: [host] });
  const needs = hostsOf([ingress("ours", "store.example.com"), named("Service", "ours", {})]);

  it("are those of Ingresses and of HTTPRoutes, in small letters", () => {
    expect(hostsOf([ingress("a", "Store.example.com"), route("b", "x.example.com")])).toEqual([
      { host: "store.example.com", owner: "Ingress a/store-console" },
      { host: "x.example.com", owner: "HTTPRoute b/store-console" },
    ]);
  });

  it("are fine where they are free or the environment's own", () => {
    const taken = hostsOf([ingress("ours", "store.example.com"), ingress("theirs", "other.example.com")]);
    expect(judgeHosts(needs, taken)).toMatchObject([{ check: "hosts of pages", verdict: "ok" }]);
    expect(judgeHosts([], taken)).toEqual([]);
  });

  it.each([ingress, route])("that lead elsewhere on the cluster already are told with whose they are", (other) => {
    const [row] = judgeHosts(
      needs,
      hostsOf([ingress("ours", "store.example.com"), other("theirs", "store.example.com")]),
    );
    expect(row).toMatchObject({ check: "host store.example.com", verdict: "fail" });
    expect(row?.found).toMatch(/^leads to another page already: \w+ theirs\/store-console$/);
  });
});

describe("the issuer of certificates", () => {
  it.each([
    ["there", [{ name: "site-ca", ready: true }], "ok", /^there$/],
    ["not ready", [{ name: "site-ca", ready: false }], "warn", /not ready/],
    ["another one", [{ name: "lets", ready: true }], "fail", /^not there; the cluster has lets$/],
    ["nowhere", undefined, "fail", /no cert-manager/],
  ] as const)("is %s", (_, known, verdict, found) => {
    const row = judgeIssuer("ClusterIssuer", "site-ca", known);
    expect(row).toMatchObject({ check: "ClusterIssuer site-ca", verdict });
    expect(row.found).toMatch(found);
  });
});

describe("the certificate of pages", () => {
  const [from, to] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-12-31T00:00:00Z")];
  const { config } = parseStackFile(
    changed(
      "dev",
      [["ingress", "tls"], { kind: "secret", certificate: "page-certificate", key: "page-key" }],
      [["notebooks"], undefined],
    ),
    "dev",
  );
  const pair = selfSigned({ hosts: ["*.hamilton.dev.example.com"], from, to });
  const rows = async (day: string, texts?: Record<string, string>) => {
    const { certificate, key } = await pair;
    const secrets = texts ?? { "page-certificate": certificate, "page-key": key };
    return pageCertificateRows(config, (name) => Promise.resolve(secrets[name] ?? ""), new Date(day));
  };

  it("is looked at only where one is supplied", async () => {
    const other = parseStackFile(stackFileText("dev"), "dev").config;
    expect(await pageCertificateRows(other, () => Promise.reject(new Error("asked")), from)).toEqual([]);
  });

  it.each([
    ["2026-06-01T00:00:00Z", "ok", "for store.hamilton.dev.example.com, until 2026-12-31"],
    ["2026-12-21T00:00:00Z", "warn", "for store.hamilton.dev.example.com, until 2026-12-31: 10 days left"],
    ["2027-01-01T00:00:00Z", "fail", "the certificate ended on 2026-12-31"],
  ])("on %s is %s", async (day, verdict, found) => {
    expect(await rows(day)).toMatchObject([{ check: "certificate of pages", verdict, found }]);
  });

  it("is shown in no row, and neither is its key", async () => {
    const found = await rows("2026-06-01T00:00:00Z", { "page-certificate": "hush-one", "page-key": "hush-two" });
    expect(found.map(({ verdict }) => verdict)).toEqual(["fail", "fail"]);
    expect(JSON.stringify(found)).not.toContain("hush-");
  });

  it("isn't checked where nobody can decrypt it", async () => {
    const locked = () => Promise.reject(new StepError("the secret can't be read", { fix: "log in" }));
    expect(await pageCertificateRows(config, locked, from)).toMatchObject([
      { verdict: "not checked", found: "the secret can't be read", fix: "log in" },
    ]);
  });
});

describe("the driver of Windows shares", () => {
  const absent = { installed: false, ofPlatform: false, inOwnNamespace: false };
  it.each([
    ["counted on and there", false, { ...absent, installed: true }, "ok"],
    ["counted on and missing", false, absent, "fail"],
    ["to be installed", true, absent, "ok"],
    ["installed by this environment", true, { installed: true, ofPlatform: true, inOwnNamespace: true }, "ok"],
    ["installed by another environment", true, { ...absent, installed: true, ofPlatform: true }, "fail"],
    ["installed by somebody else", true, { ...absent, installed: true }, "fail"],
  ])("%s", (_, install, fact, verdict) => {
    expect(judgeSmbDriver(install, fact).verdict).toBe(verdict);
  });
});

describe("names that are taken", () => {
  it.each([
    [undefined, "absent"],
    [{ metadata: { labels: { "app.kubernetes.io/part-of": "hamilton" } } }, "ours"],
    [{ metadata: { labels: { "app.kubernetes.io/part-of": "another" } } }, "foreign"],
    [{ metadata: {} }, "foreign"],
    [{ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }, "terminating"],
  ] as const)("%j is %s", (object, state) => {
    expect(stateOf(object as never)).toBe(state);
  });

  it("give each namespace a row, and all other names one", () => {
    const rows = judgeOwnership([
      { kind: "Namespace", name: "spark", state: "foreign" },
      { kind: "Namespace", name: "storage", state: "ours" },
      { kind: "PriorityClass", name: "spark-driver", state: "foreign" },
      { kind: "PriorityClass", name: "spark-executor", state: "absent" },
    ]);
    expect(rows.map(({ check, verdict }) => [check, verdict])).toEqual([
      ["namespace spark", "fail"],
      ["namespace storage", "ok"],
      ["cluster-wide names", "fail"],
    ]);
    expect(rows[2]?.found).toBe("PriorityClass spark-driver is somebody else's");
  });
});
