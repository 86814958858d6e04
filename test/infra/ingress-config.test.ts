import { describe, expect, it } from "vitest";
import { parseStackFile } from "../../infra/config";
import { webPages } from "../../infra/config/web-pages";
import { manifestsOf } from "../../review/manifests";
import { environments, renderedPlatforms, stackFileText, type Environment } from "../support/platform";
import { changed, faults, oneFault, type Path } from "../support/stack-files";

const nodePorts = { kind: "nodePort", http: 30080, https: 30443 };

describe("a stack file without an ingress", () => {
  it.each(["left out", "empty, as the engine hands it over"])(
    "has no page and no Traefik where the group is %s",
    (how) => {
      const text = changed("local", [["ingress"], how === "left out" ? undefined : {}]);
      const { config } = parseStackFile(text, "local");
      expect(config.ingress).toBeUndefined();
      expect(webPages(config)).toEqual([]);
    },
  );
});

describe.each(environments)("the pages of %s", (environment) => {
  it("are the same to whoever reads the stack file alone and to the program", async () => {
    const run = (await renderedPlatforms()).get(environment);
    const objects = run === undefined ? [] : manifestsOf(run);
    const hosts = objects
      .filter(({ kind }) => kind === "Ingress")
      .map(({ spec }) => (spec as { rules: { host: string }[] }).rules[0]?.host);
    const pages = webPages(parseStackFile(stackFileText(environment), environment).config);
    expect(hosts.sort()).toEqual(pages.map(({ host }) => host).sort());
    expect(Object.keys(run?.result.pages ?? {})).toEqual(pages.map(({ name }) => name));
  });
});

describe("a faulty ingress", () => {
  it.each<[Environment, Path, unknown, string]>([
    ["local", ["ingress", "domain"], undefined, "domain is missing; expected a host name or an IPv4 address"],
    ["local", ["ingress", "domain"], "no domain", 'domain is "no domain"; expected a host name or an IPv4 address'],
    [
      "local",
      ["ingress", "exposure"],
      undefined,
      "exposure is missing; expected kind nodePort with its ports or kind loadBalancer, or install: false",
    ],
    [
      "local",
      ["ingress", "exposure", "kind"],
      "hostPort",
      'exposure.kind is "hostPort"; expected one of "nodePort", "loadBalancer"',
    ],
    [
      "local",
      ["ingress", "exposure", "https"],
      443,
      "exposure.https is 443; expected a whole number from 30000 to 32767",
    ],
    [
      "local",
      ["ingress", "exposure", "https"],
      30080,
      "exposure.https is 30080; expected a port of its own; this one is already hamilton:ingress.exposure.http",
    ],
    [
      "local",
      ["ingress", "exposure", "http"],
      30900,
      "exposure.http is 30900; expected a port of its own; this one is already hamilton:objectStore.nodePort",
    ],
    [
      "local",
      ["ingress", "className"],
      "traefik",
      'className is "traefik"; expected nothing, or install: false beside it: the Traefik of this stack serves no class but its own',
    ],
    [
      "local",
      ["ingress", "controllerPods"],
      { namespace: "traefik" },
      "controllerPods is a group of keys; expected nothing, or install: false beside it: the pods of this stack's Traefik are known",
    ],
    [
      "local",
      ["ingress", "gatewayApi"],
      true,
      "gatewayApi is true; expected false, or install: false beside it: for Gateways Traefik would need to read every Secret beside the pages",
    ],
    ["local", ["ingress", "uploadTimeout"], "10s", 'uploadTimeout is "10s"; expected a duration from "1m" to "1d"'],
    [
      "local",
      ["ingress", "sources"],
      ["10.0.0.1"],
      'sources[0] is "10.0.0.1"; expected an address range such as "10.0.0.0/8"',
    ],
    [
      "local",
      ["ingress", "tls", "kind"],
      "acme",
      'tls.kind is "acme"; expected one of "secret", "certManager", "none"',
    ],
    [
      "local",
      ["ingress", "tls", "certificate"],
      "-----BEGIN CERTIFICATE-----",
      'tls.certificate names no secret; expected the name of an entry of hamilton:secrets such as "harp-password"',
    ],
    [
      "local",
      ["ingress", "hosts"],
      { "store-consol": "x" },
      'hosts.store-consol is unknown; the nearest that is known is "store-console"',
    ],
    [
      "local",
      ["ingress", "hosts"],
      { "store-console": "store.example.com" },
      'hosts.store-console is "store.example.com"; expected a name below hamilton:ingress.domain, such as "store-console.hamilton.localhost"',
    ],
    [
      "dev",
      ["ingress", "className"],
      undefined,
      "className is missing; expected the name of the cluster's class, or install: true",
    ],
    [
      "dev",
      ["ingress", "controllerPods"],
      undefined,
      "controllerPods is missing; expected the namespace of the controller's pods, whom network policies must let in",
    ],
    [
      "dev",
      ["ingress", "exposure"],
      nodePorts,
      'exposure.kind is "nodePort"; expected no exposure: the cluster\'s controller has a way in of its own',
    ],
    [
      "dev",
      ["ingress", "domain"],
      "hamilton.localhost",
      'domain is "hamilton.localhost"; expected a domain that leads other machines to the cluster',
    ],
  ])("of %s: %j as %j is refused with what would be right", (environment, path, value, sentence) => {
    expect(oneFault(environment, path, value)).toBe(`Pulumi.${environment}.yaml: hamilton:ingress.${sentence}.`);
  });

  it.each<[Record<string, string>, string]>([
    [
      { "notebook-harp": "store" },
      'notebook-harp is "store.hamilton.localhost"; expected a host of its own; this one is already that of "store-console"',
    ],
    [
      { "store-console": "Notebook-Harp" },
      'store-console is "notebook-harp.hamilton.localhost"; expected a host of its own; this one is already that of "notebook-harp"',
    ],
    [
      { "store-console": "pages", "notebook-harp": "pages" },
      'store-console is "pages.hamilton.localhost"; expected a host of its own; this one is already that of "notebook-harp"',
    ],
  ])("whose names %j give two pages one host is refused at the key that names it", (hosts, sentence) => {
    expect(oneFault("local", ["ingress", "hosts"], hosts)).toBe(
      `Pulumi.local.yaml: hamilton:ingress.hosts.${sentence}.`,
    );
  });

  it("must have TLS in production, whatever the environment is called", () => {
    const plain: readonly (readonly [Path, unknown])[] = [
      [["ingress", "tls"], { kind: "none" }],
      [["notebooks"], undefined],
    ];
    const sentence = 'hamilton:ingress.tls.kind is "none"; expected "secret" or "certManager" in production.';
    expect(faults(changed("prod", ...plain), "prod")).toEqual([`Pulumi.prod.yaml: ${sentence}`]);
    expect(faults(changed("dev", ...plain), "dev")).toEqual([]);
    const lines = faults(changed("dev", ...plain, [["cluster", "production"], true]), "dev");
    expect(lines).toContain(`Pulumi.dev.yaml: ${sentence}`);
  });

  it("doesn't call pages unknown that another faulty group may have", () => {
    const lines = faults(
      changed("local", [["ingress", "hosts"], { "store-console": "x" }], [["objectStore", "nodePort"], 1]),
      "local",
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("objectStore.nodePort");
  });
});

describe("the secrets of TLS", () => {
  it("are asked for where the certificate is supplied, and nowhere else", () => {
    const unset = (environment: Environment, ...changes: readonly (readonly [Path, unknown])[]) =>
      parseStackFile(changed(environment, ...changes), environment).unsetSecrets;
    expect(unset("local")).toEqual(["ingress-certificate", "ingress-key"]);
    expect(unset("local", [["ingress", "tls"], { kind: "certManager", issuer: "site-ca" }])).toEqual([]);
  });
});
