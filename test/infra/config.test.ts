import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { parseStackFile } from "../../infra/config";
import { environments, stackFileText } from "../support/platform";
import { changed, faults, oneFault, type Path } from "../support/stack-files";

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
    expect(parseStackFile(stackFileText("dev"), "dev").unsetSecrets).toEqual([
      ...["harp-database-password", "harp-password", "registry-password"],
    ]);
    const set = changed("dev", [["secrets"], { "harp-password": { secure: "v1:abc" } }]);
    expect(parseStackFile(set, "dev").unsetSecrets).toEqual(["harp-database-password", "registry-password"]);
  });

  it("takes YAML numbers for CPUs", () => {
    const text = changed("local", [["spark", "driver", "requestCores"], 0.2]);
    expect(parseStackFile(text, "local").config.spark.driver.requestCores).toBe("0.2");
  });
});

describe("a faulty volume", () => {
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
