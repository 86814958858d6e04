import { describe, expect, it } from "vitest";
import { parseStackFile } from "../../infra/config";
import { pulledImages } from "../../infra/images";
import { pageAddress } from "../../infra/ingress";
import { environments, renderedPlatforms, stackFileText, type Environment } from "../support/platform";
import { changed, faults, oneFault, type Path } from "../support/stack-files";

const parsed = (environment: Environment, ...changes: readonly (readonly [Path, unknown])[]) =>
  parseStackFile(changed(environment, ...changes), environment).config;

describe("notebooks in a stack file", () => {
  it("have their defaults filled in", () => {
    const { risk } = parsed("dev").notebooks;
    expect(risk).toMatchObject({
      resources: { cpu: "250m", memory: "4g", scratch: "4Gi" },
      driverMemory: "1g",
      executors: { min: 0, max: 4, idleTimeout: "1m", shuffleTimeout: "10m" },
      cullAfter: "1h",
      patience: "90s",
      terminals: true,
      login: { kind: "token", version: "1" },
    });
    expect(risk?.volumes).toBeUndefined();
  });

  it("may be left out, in whole or as an empty group", () => {
    for (const value of [undefined, {}]) {
      expect(parsed("local", [["notebooks"], value]).notebooks).toEqual({});
      expect(faults(changed("local", [["notebooks"], value]), "local")).toEqual([]);
    }
  });

  it("without a notebook pull neither of their images, and declare nothing of it", () => {
    const config = parsed(
      "prod",
      [["notebooks"], undefined],
      [["images", "digests", "hamilton/jupyter:4.1.2-lab4.6.6"], undefined],
    );
    expect(
      pulledImages(config)
        .map(({ name }) => name)
        .filter((name) => /jupyter|oauth2/.test(name)),
    ).toEqual([]);
    const pulled = pulledImages(parsed("dev")).map(({ name }) => name);
    expect(pulled).toContain("hamilton/jupyter:4.1.2-lab4.6.6");
    expect(pulled.filter((name) => name.includes("oauth2"))).toEqual([]);
    expect(pulledImages(parsed("prod")).map(({ name }) => name)).toContain("hamilton/oauth2-proxy:7.15.4");
  });

  it.each(environments)("of %s have the addresses that the ingress gives out", async (environment) => {
    const config = parsed(environment);
    const pages = (await renderedPlatforms()).get(environment)?.result.pages ?? {};
    const names = Object.keys(pages);
    expect(names.filter((name) => name.startsWith("notebook-"))).toHaveLength(Object.keys(config.notebooks).length);
    for (const name of names) expect(pageAddress(config, name)).toBe(pages[name]);
  });

  it("have no address without an ingress", () => {
    expect(pageAddress(parsed("dev", [["ingress"], undefined]), "notebook-harp")).toBeUndefined();
  });
});

const notebooks = "hamilton:notebooks";
const login = ["notebooks", "analysts", "login"];

describe("a faulty notebook", () => {
  it.each<[string, Environment, Path, unknown, string]>([
    [
      "a name that is too long",
      "dev",
      ["notebooks", "a".repeat(18)],
      {},
      `${notebooks}.${"a".repeat(18)} has a wrong name; expected a DNS label of at most 17 characters such as "harp"`,
    ],
    [
      "an unknown key",
      "dev",
      ["notebooks", "harp", "homes"],
      {},
      `${notebooks}.harp.homes is unknown; the nearest that is known is "home"`,
    ],
    [
      "no home",
      "dev",
      ["notebooks", "harp", "home"],
      undefined,
      `${notebooks}.harp.home is missing; expected a group of keys`,
    ],
    [
      "a home without a unit that there is",
      "dev",
      ["notebooks", "harp", "home", "size"],
      "10GB",
      `${notebooks}.harp.home.size is "10GB"; expected a size such as "512Mi" or "2Gi"`,
    ],
    [
      "a quota that is too small",
      "dev",
      ["notebooks", "harp", "quota", "cpu"],
      "1",
      `${notebooks}.harp.quota.cpu is "1"; expected enough for the notebook (500m) and 1 executor (2)`,
    ],
    [
      "a pod that is too small",
      "dev",
      ["notebooks", "harp", "driverMemory"],
      "8g",
      `${notebooks}.harp.resources.memory is "8g"; expected at least 8960Mi: a driver's heap (driverMemory) and 768Mi beside it for Python and the server`,
    ],
    [
      "a volume that isn't there",
      "dev",
      ["notebooks", "harp", "volumes"],
      ["hrap"],
      `${notebooks}.harp.volumes[0] is unknown; the nearest that is known is "harp"`,
    ],
    [
      "a volume twice",
      "dev",
      ["notebooks", "harp", "volumes"],
      ["harp", "harp"],
      `${notebooks}.harp.volumes[1] is "harp"; expected each volume once`,
    ],
    [
      "a setting of the platform's",
      "dev",
      ["notebooks", "harp", "settings"],
      { "spark.driver.port": "1" },
      `${notebooks}.harp.settings["spark.driver.port"] is set by the platform, or refused in cluster mode; expected it to be left out`,
    ],
    [
      "a login that there isn't",
      "dev",
      ["notebooks", "harp", "login", "kind"],
      "password",
      `${notebooks}.harp.login.kind is "password"; expected one of "token", "oidc"`,
    ],
    [
      "keys of a store that makes its own",
      "dev",
      ["notebooks", "harp", "storeKeys"],
      { accessKey: "a", secretKey: "b" },
      `${notebooks}.harp.storeKeys is a group of keys; expected none: MinIO's keys are made for each notebook`,
    ],
    [
      "no keys of a store that makes none",
      "prod",
      ["notebooks", "risk", "storeKeys"],
      undefined,
      `${notebooks}.risk.storeKeys is missing; expected the notebook's own keys of the external object store`,
    ],
    [
      "a token in production",
      "prod",
      ["notebooks", "analysts", "login"],
      { kind: "token" },
      `${notebooks}.analysts.login.kind is "token"; expected "oidc" in production, where everybody logs in as themselves`,
    ],
    [
      "nobody let in",
      "prod",
      [...login, "groups"],
      [],
      `${notebooks}.analysts.login.groups is []; expected at least one group, or e-mail addresses under emails`,
    ],
    [
      "groups and addresses",
      "prod",
      [...login, "emails"],
      ["a@example.com"],
      `${notebooks}.analysts.login.emails is ["a@example.com"]; expected none beside groups: the login would ask for a group and an address`,
    ],
    [
      "an address that is none",
      "prod",
      [...login, "emails"],
      ["ann"],
      `${notebooks}.analysts.login.emails[0] is "ann"; expected an e-mail address such as "ann@example.com"`,
    ],
    [
      "an issuer over plain http",
      "prod",
      [...login, "issuerUrl"],
      "http://login.example.com",
      `${notebooks}.analysts.login.issuerUrl is "http://login.example.com"; expected an https URL such as "https://login.example.com/realms/harp"`,
    ],
    [
      "no addresses of the issuer",
      "prod",
      [...login, "issuerCidrs"],
      [],
      `${notebooks}.analysts.login.issuerCidrs is []; expected at least 1 entries`,
    ],
    [
      "a key among the certificates",
      "prod",
      [...login, "certificates"],
      "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----",
      `${notebooks}.analysts.login.certificates is "…"; expected certificates as PEM, from "-----BEGIN CERTIFICATE-----" to "-----END CERTIFICATE-----"`,
    ],
    [
      "jobs behind it",
      "dev",
      ["spark", "priorities"],
      { driver: 5, executor: 0 },
      "hamilton:spark.priorities.executor is 0; expected 1 or more, so that jobs come before notebooks",
    ],
    [
      "a volume over its home",
      "dev",
      ["volumes", "harp", "mountPath"],
      "/home/spark/harp",
      'hamilton:volumes.harp.mountPath is "/home/spark/harp"; expected a path apart from the notebooks\' homes (/home/spark)',
    ],
    [
      "an image of another Spark",
      "dev",
      ["images", "jupyter"],
      "4.0.1-lab4.6.6",
      'hamilton:images.jupyter is "4.0.1-lab4.6.6"; expected a tag of Spark 4.1.2, as in infra/versions.ts',
    ],
  ])("is refused with %s", (_, environment, path, value, sentence) => {
    expect(oneFault(environment, path, value)).toBe(`Pulumi.${environment}.yaml: ${sentence}.`);
  });

  it.each([
    ["harp: {}", "harp"],
    ['"harp": {}', "harp"],
  ])("of a name that is there already is refused with the name and its line: %s", (first, name) => {
    const text = stackFileText("local").replace(
      "    harp:\n      resources",
      `    ${first}\n    harp:\n      resources`,
    );
    const line = text
      .split("\n")
      .findIndex((one, index, all) => one === "    harp:" && all[index - 1]?.includes(first));
    expect(faults(text, "local")).toEqual([
      `Pulumi.local.yaml: the file has "${name}" a second time at line ${line + 1}, column 5; expected each key once.`,
    ]);
  });

  it("with a login of the site is refused without an ingress, or with one without TLS", () => {
    const files: [Path, unknown][] = [[["notebooks", "risk"], undefined]];
    expect(
      faults(
        changed(
          "prod",
          ...files,
          [["ingress"], undefined],
          [["images", "digests", "hamilton/traefik:3.7.13"], undefined],
        ),
        "prod",
      ),
    ).toEqual([
      "Pulumi.prod.yaml: hamilton:ingress is missing; expected an ingress with TLS, for the login of hamilton:notebooks.analysts.",
    ]);
    const oidc = { ...parsed("prod").notebooks.analysts?.login, clientSecret: "client" };
    const plain = changed("dev", [["notebooks", "harp", "login"], oidc], [["ingress", "tls"], { kind: "none" }]);
    expect(faults(plain, "dev")).toEqual([
      'Pulumi.dev.yaml: hamilton:ingress.tls.kind is "none"; expected "secret" or "certManager", for the login of hamilton:notebooks.harp.',
    ]);
  });

  it("that sees a volume of a StorageClass is refused until every namespace has a volume of the same files", () => {
    const lake = (existingVolumes: object) =>
      changed("dev", [
        ["volumes", "lake"],
        { kind: "storageClass", className: "nfs", mountPath: "/mnt/lake", existingVolumes },
      ]);
    expect(faults(lake({ spark: "lake-1", "notebooks-harp": "lake-2" }), "dev")).toEqual([
      "Pulumi.dev.yaml: hamilton:volumes.lake.existingVolumes is a group of keys; expected a PersistentVolume for notebooks-risk: each claim would get files of its own. Or leave the volume out of the notebooks' volumes.",
    ]);
    expect(faults(lake({ spark: "lake-1", "notebooks-harp": "lake-2", "notebooks-risk": "lake-3" }), "dev")).toEqual(
      [],
    );
  });

  it("that doesn't see such a volume is no reason to refuse it", () => {
    const lake = { kind: "storageClass", className: "nfs", mountPath: "/mnt/lake" };
    const blind: [Path, unknown][] = ["harp", "risk"].map((name) => [["notebooks", name, "volumes"], ["harp"]]);
    expect(faults(changed("dev", [["volumes", "lake"], lake], ...blind), "dev")).toEqual([]);
  });

  it("can't share the name of its home's claim with a volume", () => {
    const volume = { kind: "storageClass", className: "nfs", mountPath: "/mnt/lake" };
    expect(faults(changed("dev", [["volumes", "harp-home"], volume]), "dev")).toEqual([
      'Pulumi.dev.yaml: hamilton:volumes.harp-home has the name of a home\'s claim, that of notebook "harp"; expected another name.',
    ]);
  });
});
