import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newEnvironment, type NewEnvironmentArgs, stackFileOf } from "../../environments/new-environment";
import { parseSetting } from "../../environments/settings";
import { parseStackFile, stackFileName } from "../../infra/config";
import { projectDirectory } from "../../infra/project";
import { failure } from "../support/failure";
import { environments, stackFileText } from "../support/platform";
import { changed } from "../support/stack-files";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "environments-"));
  for (const name of environments)
    copyFileSync(join(projectDirectory, stackFileName(name)), join(folder, stackFileName(name)));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Options = Partial<Omit<NewEnvironmentArgs, "settings">> & { set?: readonly string[] };

const make = ({ set = [], ...options }: Options = {}) =>
  newEnvironment({ name: "next", like: "dev", folder, settings: set.map(parseSetting), ...options });
const refused = (options: Options) => failure(() => make(options));
const committed = (name: (typeof environments)[number]) => parseStackFile(stackFileText(name), name).config;

describe("a new environment on the cluster of the one it is like", () => {
  it("differs from it in what only one can have, and in nothing else", () => {
    const { config } = make();
    const dev = committed("dev");
    expect(config.objectStore).toEqual({
      ...dev.objectStore,
      nodePort: 30901,
      externalEndpoint: "http://nodes.dev.example.com:30901",
      buckets: { lake: "next-lake", uploads: "next-uploads", events: "next-events" },
    });
    expect(config.namespaces).toEqual({ prefix: "next" });
    expect(config.cluster).toEqual({ ...dev.cluster, smbDriver: { ...dev.cluster.smbDriver, install: false } });
    expect(config.spark).toEqual({ ...dev.spark, submitters: [] });
    expect([config.images, config.volumes]).toEqual([dev.images, dev.volumes]);
    expect(config.ingress).toEqual({ ...dev.ingress, domain: "hamilton.next.example.com" });
  });

  it("tells of each difference that nobody asked for", () => {
    const { changes } = make();
    expect(changes).toHaveLength(8);
    expect(changes.join("\n")).toMatch(
      /objectStore\.nodePort is 30901 \(30900 in dev\): the next that is free on this cluster/,
    );
    expect(changes.join("\n")).toMatch(/spark\.submitters is left out .*: who may submit is decided anew/);
  });

  it("takes notebooks with a token along, since it generates another one", () => {
    expect(make().config.notebooks).toEqual(committed("dev").notebooks);
  });

  it("leaves out a notebook whose people log in at the site's service, until somebody says who", () => {
    const buckets = ["lake", "uploads", "events"].map((role) => `objectStore.buckets.${role}=next-${role}`);
    const { config, changes } = make({
      like: "prod",
      set: [...buckets, "notebooks.risk.login.emails=[eve@example.com]"],
    });
    expect(Object.keys(config.notebooks)).toEqual(["risk"]);
    expect(config.notebooks.risk?.login).toMatchObject({ kind: "oidc", emails: ["eve@example.com"] });
    expect(changes).toContain("hamilton:notebooks.analysts is left out: who may log in is decided anew");
    expect(changes.join("\n")).not.toContain("harp-analysts");
  });

  it("passes the ports that others have", () => {
    const second = changed(
      "dev",
      [["namespaces", "prefix"], "second"],
      [["objectStore", "nodePort"], 30901],
      [["objectStore", "externalEndpoint"], "http://nodes.dev.example.com:30901"],
    );
    writeFileSync(join(folder, "Pulumi.second.yaml"), second);
    expect(make().config.objectStore).toMatchObject({ nodePort: 30902 });
  });

  it("has a domain of its own for its pages, below the first one's where that isn't called after it", () => {
    expect(make({ like: "prod" }).config.ingress?.domain).toBe("next.hamilton.example.com");
    const set = ["ingress.domain=pages.example.com"];
    expect(make({ like: "prod", set }).config.ingress?.domain).toBe("pages.example.com");
  });

  it("takes full names of pages along to its domain, and leaves labels as they are", () => {
    const hosts = { "store-console": "minio.hamilton.dev.example.com" };
    writeFileSync(join(folder, "Pulumi.dev.yaml"), changed("dev", [["ingress", "hosts"], hosts]));
    expect(make().config.ingress?.hosts).toEqual({ "store-console": "minio.hamilton.next.example.com" });
    writeFileSync(
      join(folder, "Pulumi.dev.yaml"),
      changed("dev", [["ingress", "hosts"], { "store-console": "minio" }]),
    );
    expect(make().config.ingress?.hosts).toEqual({ "store-console": "minio" });
  });

  it("has node ports of its own for its pages, apart from its store's", () => {
    const exposure = { kind: "nodePort", http: 30900, https: 30902 };
    const ingress = { domain: "hamilton.dev.example.com", tls: { kind: "certManager", issuer: "site-ca" }, exposure };
    writeFileSync(
      join(folder, "Pulumi.dev.yaml"),
      changed(
        "dev",
        [["ingress"], ingress],
        [["objectStore", "nodePort"], 30901],
        [["objectStore", "externalEndpoint"], "http://nodes.dev.example.com:30901"],
      ),
    );
    const { objectStore, ingress: own } = make().config;
    expect(objectStore).toMatchObject({ nodePort: 30903, externalEndpoint: "http://nodes.dev.example.com:30903" });
    expect(own?.exposure).toEqual({ kind: "nodePort", http: 30904, https: 30905 });
  });

  it("has buckets of its own on an external store that both use", () => {
    const { config } = make({ like: "prod", prefix: "mine" });
    expect(config.objectStore.buckets).toEqual({
      lake: "mine-lake",
      uploads: "mine-uploads",
      events: "mine-spark-events",
    });
  });

  it("gives buckets that aren't called after the other a prefix too", () => {
    writeFileSync(join(folder, "Pulumi.prod.yaml"), changed("prod", [["objectStore", "buckets", "lake"], "results"]));
    expect(make({ like: "prod" }).config.objectStore.buckets).toMatchObject({ lake: "next-results" });
  });

  it("keeps what the caller sets", () => {
    const set = [
      "spark.submitters=[harp-developers]",
      "objectStore.nodePort=30950",
      "objectStore.buckets.lake=my-lake",
      "spark.executors.max=3",
    ];
    const { config } = make({ set });
    expect(config.spark.submitters).toEqual(["harp-developers"]);
    expect(config.spark.executors.max).toBe(3);
    expect(config.objectStore).toMatchObject({
      nodePort: 30950,
      externalEndpoint: "http://nodes.dev.example.com:30950",
      buckets: { lake: "my-lake", uploads: "next-uploads" },
    });
  });

  it("is for production if the one it is like is, unless the caller says otherwise", () => {
    expect(make({ like: "prod" }).config.cluster.production).toBe(true);
    expect(make().config.cluster.production).toBeUndefined();
    expect(make({ like: "prod", set: ["cluster.production=false"] }).config.cluster.production).toBe(false);
  });

  it("never takes secrets over", () => {
    const text = changed("dev", [["secrets"], { "harp-password": { secure: "v1:abc" } }]);
    writeFileSync(join(folder, "Pulumi.dev.yaml"), text);
    expect(make().values).not.toHaveProperty(["hamilton:secrets"]);
  });
});

describe("a new environment on another cluster", () => {
  const set = ["objectStore.externalEndpoint=http://nodes.next.example.com:30900"];

  it("has none of the addresses of the first, and may have its ports and its driver", () => {
    const { config } = make({ context: "elsewhere", set });
    const { dnsCidrs, smbDriver } = committed("dev").cluster;
    expect(config.cluster).toEqual({ context: "elsewhere", dnsCidrs, smbDriver });
    expect(config.objectStore).toMatchObject({ nodePort: 30900 });
  });

  it("takes the addresses from an environment that stands there", () => {
    const { config } = make({ context: "harp-prod", set });
    const { outsideAddress, apiServerCidrs } = committed("prod").cluster;
    expect(config.cluster).toMatchObject({ context: "harp-prod", outsideAddress, apiServerCidrs });
  });

  it("must be told the address of its store, since the first has that one", () => {
    expect(refused({ context: "elsewhere" })).toMatch(
      /next would clash with another environment\n.*Pulumi\.dev\.yaml: hamilton:objectStore\.externalEndpoint and Pulumi\.next\.yaml: .* take the address nodes\.dev\.example\.com:30900; [^]*what to do: give --set objectStore\.externalEndpoint=…/,
    );
  });
});

describe("a new environment is refused", () => {
  it.each<[string, RegExp]>([
    ["Next", /"Next" can't be the name .* such as "next"/s],
    ["a_b.c", /such as "a-b-c"/],
    ["-", /choose 1 to 30 of a-z, 0-9 and "-", with a letter or digit at both ends$/],
    ["", /"" can't be the name/],
    ["x".repeat(31), /1 to 30 of/],
    ["../next", /such as "next"/],
  ])("under the name %s", (name, message) => {
    expect(refused({ name })).toMatch(message);
  });

  it("if its stack file exists", () => {
    expect(refused({ name: "prod" })).toMatch(/There is a Pulumi\.prod\.yaml already/);
  });

  it("if there is none that it could be like, with the nearest", () => {
    expect(refused({ like: "prood" })).toMatch(/no Pulumi\.prood\.yaml to copy\n.*--like prod/);
    expect(refused({ like: "elsewhere" })).toMatch(/choose one of dev, local, prod/);
  });

  it("under a prefix that an environment of the cluster has", () => {
    expect(refused({ prefix: "dev" })).toMatch(/both take the namespace prefix "dev".*\n.*--prefix PREFIX/);
  });

  it("with all faults of a half-written file that it should be like", () => {
    const text = changed(
      "dev",
      [["spark", "driver"], undefined],
      [["images", "registry"], undefined],
      [["volumes"], 3],
    );
    writeFileSync(join(folder, "Pulumi.dev.yaml"), text);
    const shown = refused({});
    expect(shown).toMatch(/Pulumi\.dev\.yaml can't be copied: 3 faults/);
    for (const key of ["hamilton:spark.driver", "hamilton:images.registry", "hamilton:volumes"])
      expect(shown).toContain(`Pulumi.dev.yaml: ${key} `);
  });

  it("like a file that is no YAML or is empty", () => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: [");
    expect(refused({})).toMatch(/Pulumi\.dev\.yaml: the file is no YAML/);
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "");
    expect(refused({})).toMatch(/Pulumi\.dev\.yaml can't be copied: one fault/);
  });

  it("with an unknown key of --set, with the nearest", () => {
    expect(refused({ set: ["spark.executors.maxi=3"] })).toMatch(
      /executors\.maxi is unknown; the nearest that is known is "max"/,
    );
  });

  it("like local, whose folder of the node and whose domain no other environment may have", () => {
    expect(refused({ like: "local" })).toMatch(
      /3 faults[^]*images\.registry[^]*volumes\.harp\.kind[^]*ingress\.domain/,
    );
  });

  it.each<[string, (text: string) => string]>([
    ["as an entry", (text) => `${text}  hamilton:secrets: { harp-password: Hunter2! }\n`],
    ["instead of the entry's name", (text) => text.replace("password: harp-password", "password: Hunter2!")],
    ["in an address", (text) => text.replace("http://nodes", "http://user:Hunter2!@nodes")],
    ["instead of a group", (text) => text.replace(/credentials: \{.*\}/, "credentials: Hunter2!")],
    ["inside a list", (text) => text.replace(/credentials: \{.*\}/, "credentials: [{ password: Hunter2! }]")],
  ])("like a file with a secret in plain text %s, and the secret isn't shown", (_, write) => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), write(stackFileText("dev")));
    const shown = refused({});
    expect(shown).toMatch(/Pulumi\.dev\.yaml can't be copied: one fault/);
    expect(shown).not.toContain("Hunter2");
  });

  it.each(["volumes.harp.password=Hunter2!", "objectStore.externalEndpoint=http://u:Hunter2!@h:30901"])(
    "with a secret in plain text in --set %s, and the secret isn't shown",
    (set) => {
      expect(refused({ set: [set] })).not.toContain("Hunter2");
    },
  );
});

describe("an environment whose neighbour has a faulty stack file", () => {
  it("is made, and tells that it wasn't compared with that one", () => {
    writeFileSync(join(folder, "Pulumi.prod.yaml"), "config: {}\n");
    expect(make().uncompared).toEqual(["Pulumi.prod.yaml"]);
  });
});

describe("the text of a new stack file", () => {
  it("holds what Pulumi wrote beside the values", () => {
    const { values } = make();
    const names = ["harp-password", "registry-password", "harp-database-password"];
    const secrets = Object.fromEntries(names.map((name) => [name, { secure: `v1:${name}` }]));
    const text = stackFileOf({ ...values, "hamilton:secrets": secrets }, "next", "dev", { encryptionsalt: "v1:salt" });
    expect(text).toMatch(/\nencryptionsalt: v1:salt\n$/);
    expect(parseStackFile(text, "next").unsetSecrets).toEqual([]);
  });
});
