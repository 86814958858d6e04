import { describe, expect, it } from "vitest";
import { isDocument, parseDocument } from "yaml";
import { ConfigError, parseStackFile } from "../../infra/config";
import { environments, stackFileText, type Environment } from "../support/platform";

type Path = readonly (string | number)[];

/** A stack file with some values changed; `undefined` takes a key away. The first part of a path is the group. */
function changed(environment: Environment, ...changes: readonly (readonly [Path, unknown])[]): string {
  const document = parseDocument(stackFileText(environment));
  expect(isDocument(document)).toBe(true);
  for (const [[group, ...rest], value] of changes) {
    const path = ["config", `hamilton:${String(group)}`, ...rest];
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  }
  return document.toString();
}

/** The lines of the error about a stack file. */
function faults(text: string, environment: Environment): readonly string[] {
  try {
    parseStackFile(text, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.split("\n");
  }
  return [];
}

const oneFault = (environment: Environment, path: Path, value: unknown): string => {
  const lines = faults(changed(environment, [path, value]), environment);
  expect(lines, lines.join("\n")).toHaveLength(1);
  return lines[0] ?? "";
};

describe.each(environments)("the committed stack file of %s", (environment) => {
  it("has no fault", () => {
    expect(faults(stackFileText(environment), environment)).toEqual([]);
  });

  it("holds no secret", () => {
    expect(stackFileText(environment)).not.toMatch(/secure:|encryptionsalt/);
  });

  it("names the schema that editors check it by", () => {
    expect(stackFileText(environment).split("\n")[0]).toBe(
      "# yaml-language-server: $schema=infra/stack-file.schema.json",
    );
  });
});

describe("a parsed stack file", () => {
  it("has its defaults filled in", () => {
    const { config } = parseStackFile(stackFileText("local"), "local");
    expect(config.namespaces.prefix).toBe("");
    expect(config.volumes.harp?.readOnly).toBe(true);
    expect(config.spark.executors).toEqual({ min: 1, max: 2, idleTimeout: "1m", shuffleTimeout: "30m" });
    expect(config.spark.tokenDuration).toBe("1h");
  });

  it("is frozen all the way down", () => {
    const { config } = parseStackFile(stackFileText("dev"), "dev");
    for (const part of [config, config.spark, config.spark.driver, config.spark.submitters, config.volumes.harp])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it("lists the secrets that nobody has set yet, and none that somebody has", () => {
    expect(parseStackFile(stackFileText("dev"), "dev").unsetSecrets).toEqual(["harp-password", "registry-password"]);
    const set = changed("dev", [["secrets"], { "harp-password": { secure: "v1:abc" } }]);
    expect(parseStackFile(set, "dev").unsetSecrets).toEqual(["registry-password"]);
  });

  it("takes YAML numbers for CPUs", () => {
    const text = changed("local", [["spark", "driver", "requestCores"], 0.2]);
    expect(parseStackFile(text, "local").config.spark.driver.requestCores).toBe("0.2");
  });
});

describe("a faulty value", () => {
  it.each<[Environment, Path, unknown, string]>([
    [
      "local",
      ["cluster", "context"],
      undefined,
      'hamilton:cluster.context is missing; expected the name of a kubeconfig context such as "hamilton-local"',
    ],
    [
      "local",
      ["cluster", "apiServerCidrs", 0],
      "10.88.0.1",
      'hamilton:cluster.apiServerCidrs[0] is "10.88.0.1"; expected an address range such as "10.0.0.0/8"',
    ],
    [
      "local",
      ["cluster", "dnsCidrs", 0],
      "10.88.0.300/32",
      'hamilton:cluster.dnsCidrs[0] is "10.88.0.300/32"; expected an address range such as "10.0.0.0/8"',
    ],
    [
      "dev",
      ["cluster", "outsideAddress"],
      "http://kubernetes:6443",
      'hamilton:cluster.outsideAddress is "http://kubernetes:6443"; expected a URL such as "https://s3.example.com:9000", without a path',
    ],
    [
      "dev",
      ["namespaces", "prefix"],
      "Dev_1",
      'hamilton:namespaces.prefix is "Dev_1"; expected a DNS label such as "dev", or "" for none',
    ],
    [
      "dev",
      ["namespaces", "prefix"],
      "a".repeat(40),
      `hamilton:namespaces.prefix is "${"a".repeat(40)}"; expected at most 30 characters`,
    ],
    [
      "local",
      ["images", "spark"],
      "latest",
      'hamilton:images.spark is "latest"; expected a fixed tag instead of latest',
    ],
    [
      "local",
      ["images", "spark"],
      "4.0.1",
      'hamilton:images.spark is "4.0.1"; expected a tag of Spark 4.1.2, as in infra/versions.ts',
    ],
    [
      "local",
      ["volumes", "harp", "mountPath"],
      "mnt/harp",
      'hamilton:volumes.harp.mountPath is "mnt/harp"; expected an absolute path such as "/mnt/harp"',
    ],
    [
      "local",
      ["volumes", "harp", "mountPath"],
      "/mnt/../etc",
      'hamilton:volumes.harp.mountPath is "/mnt/../etc"; expected an absolute path such as "/mnt/harp"',
    ],
    [
      "local",
      ["volumes", "harp", "mountPath"],
      "/opt/spark/jars",
      'hamilton:volumes.harp.mountPath is "/opt/spark/jars"; expected a path outside /opt, such as "/mnt/harp"',
    ],
    [
      "local",
      ["volumes", "harp", "kind"],
      "nfs",
      'hamilton:volumes.harp.kind is "nfs"; expected one of "windowsShare", "hostPath", "storageClass"',
    ],
    [
      "dev",
      ["volumes", "harp", "server"],
      "files dev",
      'hamilton:volumes.harp.server is "files dev"; expected a host name or an IPv4 address',
    ],
    [
      "dev",
      ["volumes", "harp", "share"],
      "//server/harp",
      'hamilton:volumes.harp.share is "//server/harp"; expected a share\'s name such as "harp", without slashes',
    ],
    [
      "dev",
      ["volumes", "harp", "version"],
      "1.0",
      'hamilton:volumes.harp.version is "1.0"; expected one of "3.0", "3.0.2", "3.1.1"',
    ],
    ["dev", ["volumes", "harp", "readOnly"], "yes", 'hamilton:volumes.harp.readOnly is "yes"; expected true or false'],
    [
      "local",
      ["objectStore", "nodePort"],
      80,
      "hamilton:objectStore.nodePort is 80; expected a whole number from 30000 to 32767",
    ],
    [
      "local",
      ["objectStore", "nodePort"],
      30901,
      'hamilton:objectStore.externalEndpoint is "http://10.88.0.2:30900"; expected a URL with the port of nodePort, such as "http://node.example.com:30901"',
    ],
    [
      "local",
      ["objectStore", "externalEndpoint"],
      undefined,
      'hamilton:objectStore.externalEndpoint is missing; expected a URL with the port of nodePort, such as "http://node.example.com:30900"',
    ],
    [
      "local",
      ["objectStore", "replicas"],
      3,
      "hamilton:objectStore.replicas is 3; expected 1, or a whole number from 4 to 16",
    ],
    [
      "local",
      ["objectStore", "storage", "size"],
      "10g",
      'hamilton:objectStore.storage.size is "10g"; expected a size such as "512Mi" or "2Gi"',
    ],
    [
      "local",
      ["objectStore", "storage", "size"],
      "1Mi",
      'hamilton:objectStore.storage.size is "1Mi"; expected a size from "1Gi" to "64Ti"',
    ],
    [
      "local",
      ["objectStore", "buckets", "lake"],
      "Lake",
      'hamilton:objectStore.buckets.lake is "Lake"; expected a bucket name: 3 to 63 of a-z, 0-9 and "-", without dots',
    ],
    [
      "local",
      ["objectStore", "buckets", "lake"],
      "uploads",
      'hamilton:objectStore.buckets.uploads is "uploads"; expected a bucket of its own; this one is already "lake"',
    ],
    [
      "local",
      ["objectStore", "buckets", "uploads"],
      undefined,
      "hamilton:objectStore.buckets.uploads is missing; expected a bucket's name: spark-submit puts local files there",
    ],
    [
      "local",
      ["spark", "driver", "memory"],
      "1",
      'hamilton:spark.driver.memory is "1"; expected a memory size such as "2g", "512m" or "2Gi"',
    ],
    [
      "local",
      ["spark", "driver", "memory"],
      2,
      'hamilton:spark.driver.memory is 2; expected a memory size from "512m" to "1024g"',
    ],
    [
      "local",
      ["spark", "driver", "memory"],
      "400m",
      'hamilton:spark.driver.memory is "400m"; expected a memory size from "512m" to "1024g"',
    ],
    [
      "local",
      ["spark", "driver", "cores"],
      0.5,
      "hamilton:spark.driver.cores is 0.5; expected a whole number from 1 to 64",
    ],
    [
      "local",
      ["spark", "executor", "requestCores"],
      "2",
      'hamilton:spark.executor.requestCores is "2"; expected at most cores (1)',
    ],
    [
      "local",
      ["spark", "executors", "min"],
      3,
      "hamilton:spark.executors.min is 3; expected at most executors.max (2)",
    ],
    [
      "local",
      ["spark", "executors", "idleTimeout"],
      "1 minute",
      'hamilton:spark.executors.idleTimeout is "1 minute"; expected a duration such as "45s", "30m", "2h" or "7d"',
    ],
    [
      "local",
      ["spark", "quota", "memory"],
      "3g",
      'hamilton:spark.quota.memory is "3g"; expected enough for a driver (1536Mi) within the drivers\' share of 40 % (1228Mi)',
    ],
    [
      "local",
      ["spark", "quota", "driversShare"],
      1,
      "hamilton:spark.quota.driversShare is 1; expected a number from 0.05 to 0.95",
    ],
    [
      "local",
      ["spark", "executor", "requestCores"],
      "1",
      'hamilton:spark.quota.cpu is "1.5"; expected enough for 1 executor (1) beside the drivers\' share of 40 %',
    ],
    [
      "local",
      ["spark", "priorities"],
      { driver: 1, executor: 2 },
      "hamilton:spark.priorities.driver is 1; expected at least the executors' priority (2)",
    ],
    [
      "dev",
      ["spark", "submitters", 0],
      "system:authenticated",
      'hamilton:spark.submitters[0] is "system:authenticated"; expected a group of chosen people; this one has everybody in it',
    ],
    [
      "local",
      ["spark", "tokenDuration"],
      "5m",
      'hamilton:spark.tokenDuration is "5m"; expected a duration from "10m" to "1d"',
    ],
    [
      "local",
      ["spark", "settings"],
      { "spark.driver.host": "x" },
      'hamilton:spark.settings["spark.driver.host"] is set by the platform, or refused in cluster mode; expected it to be left out',
    ],
    [
      "local",
      ["spark", "settings"],
      { "spark.hadoop.fs.s3a.secret.key": "hush" },
      'hamilton:spark.settings["spark.hadoop.fs.s3a.secret.key"] looks like a secret, and Spark settings are readable; expected it in a Secret that the job\'s pods read',
    ],
    [
      "dev",
      ["images", "registry"],
      "localhost",
      'hamilton:images.registry is "localhost"; expected a registry that the nodes can reach',
    ],
    ["prod", ["volumes", "harp", "encrypt"], false, "hamilton:volumes.harp.encrypt is false; expected true in prod"],
    [
      "prod",
      ["objectStore", "endpoint"],
      "http://s3.example.com",
      'hamilton:objectStore.endpoint is "http://s3.example.com"; expected an https URL in prod',
    ],
    [
      "prod",
      ["objectStore", "credentials"],
      undefined,
      "hamilton:objectStore.credentials is missing; expected a group of keys",
    ],
    [
      "prod",
      ["objectStore", "credentials", "spark", "secretKey"],
      undefined,
      'hamilton:objectStore.credentials.spark.secretKey is missing; expected the name of an entry of hamilton:secrets such as "harp-password"',
    ],
  ])("in %s at %j, %j, is named with what would be right", (environment, path, value, sentence) => {
    expect(oneFault(environment, path, value)).toBe(`Pulumi.${environment}.yaml: ${sentence}.`);
  });

  it("in dev refuses a folder of the node, which only one node has", () => {
    const text = changed("dev", [["volumes", "harp"], { kind: "hostPath", path: "/srv", mountPath: "/mnt/harp" }]);
    expect(faults(text, "dev")[0]).toMatch(/volumes\.harp\.kind is "hostPath"; expected "windowsShare" or/);
  });

  it("refuses two volumes at one path, and one inside the other", () => {
    const at = (mountPath: string) => ({ kind: "hostPath", path: "/srv", mountPath });
    for (const path of ["/mnt/harp", "/mnt/harp/new", "/mnt"])
      expect(faults(changed("local", [["volumes", "other"], at(path)]), "local")[0]).toMatch(
        /volumes\.other\.mountPath is .*; expected a path apart from that of volume "harp" \(\/mnt\/harp\)/,
      );
    expect(faults(changed("local", [["volumes", "other"], at("/mnt/harp2")]), "local")).toEqual([]);
  });

  it("refuses a volume's name that is no DNS label", () => {
    const text = changed("local", [["volumes", "Harp!"], { kind: "hostPath", path: "/srv", mountPath: "/mnt/x" }]);
    expect(faults(text, "local")[0]).toMatch(/hamilton:volumes\.Harp! has a wrong name; expected a DNS label/);
  });
});

describe("an unknown key", () => {
  it.each<[Path, string]>([
    [["spark", "quoat"], 'hamilton:spark.quoat is unknown; the nearest that is known is "quota"'],
    [
      ["spark", "driver", "memoryOverhed"],
      'hamilton:spark.driver.memoryOverhed is unknown; the nearest that is known is "memoryOverhead"',
    ],
    [["objectStore", "nodeport"], 'hamilton:objectStore.nodeport is unknown; the nearest that is known is "nodePort"'],
    [
      ["objectStore", "storage", "zzzzzzzzz"],
      "hamilton:objectStore.storage.zzzzzzzzz is unknown; known are: className, size",
    ],
    [
      ["volumes", "harp", "readonly"],
      'hamilton:volumes.harp.readonly is unknown; the nearest that is known is "readOnly"',
    ],
    [["sparks"], 'hamilton:sparks is unknown; the nearest that is known is "hamilton:spark"'],
  ])("%j is named with the nearest known one", (path, sentence) => {
    expect(oneFault("local", path, {})).toBe(`Pulumi.local.yaml: ${sentence}.`);
  });

  it("of another project is named, while Pulumi's own pass", () => {
    const document = parseDocument(stackFileText("local"));
    document.setIn(["config", "kubernetes:context"], "other");
    document.setIn(["config", "pulumi:tags"], {});
    expect(faults(document.toString(), "local")).toEqual([
      expect.stringMatching(/^Pulumi.local.yaml: kubernetes:context is unknown; known are: hamilton:cluster, /),
    ]);
  });
});

describe("several faults", () => {
  it("are all reported at once, those between values beside those of single ones", () => {
    const lines = faults(
      changed(
        "dev",
        [["cluster", "context"], undefined],
        [["volumes", "harp", "mountPath"], "/etc"],
        [["objectStore", "nodePort"], "x"],
        [["objectStore", "bucketz"], {}],
        [["spark", "executors", "max"], 0],
        [["spark", "driver", "memory"], "2G"],
        [["secrets"], { "harp-password": "hush" }],
      ),
      "dev",
    );
    expect(lines).toHaveLength(7);
    expect(lines.every((line) => line.startsWith("Pulumi.dev.yaml: hamilton:"))).toBe(true);
  });

  it("in text that is no YAML are reported by what the parser says", () => {
    expect(faults("config: [", "local")[0]).toMatch(/^Pulumi.local.yaml: the file is no YAML: /);
  });

  it("of an empty file are the groups that are missing", () => {
    expect(faults("config: {}", "local").map((line) => line.split(" ")[1])).toEqual(
      ["cluster", "images", "volumes", "objectStore", "spark"].map((group) => `hamilton:${group}`),
    );
  });
});
