import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { goDirective, requiredVersion } from "../../../local/toolchain/go-module";
import { pinnedPackage } from "../../../local/toolchain/manifest";
import {
  allToolNames,
  cacheKey,
  linkerFlags,
  moduleDirectory,
  readGoMod,
  tool,
  toolVersion,
} from "../../../local/toolchain/tools";

describe("the table of tools", () => {
  test("compiles the engine at the version of the Pulumi SDK in package.json", () => {
    expect(toolVersion("pulumi")).toBe(pinnedPackage("@pulumi/pulumi"));
  });

  test("knows every Go module, and no more", () => {
    expect(readdirSync(join(moduleDirectory("pause"), "..")).sort()).toEqual([...allToolNames].sort());
  });

  test.each(allToolNames)("reads the version of %s from its go.mod", (name) => {
    expect(toolVersion(name)).toMatch(/^(own|\d+\.\d+\.\d+.*)$/);
  });

  test.each(allToolNames.filter((name) => tool(name).package !== "."))(
    "builds %s from a package that its go.mod names as a tool",
    (name) => {
      expect(readGoMod(name)).toMatch(new RegExp(`^tool ${tool(name).package}$`, "m"));
    },
  );

  test.each(allToolNames.filter((name) => tool(name).versionOf !== undefined))(
    "pins the digest of %s and of its dependencies in its go.sum",
    (name) => {
      const sums = readFileSync(join(moduleDirectory(name), "go.sum"), "utf8");
      expect(sums).toContain(`${tool(name).versionOf ?? ""} v${toolVersion(name)} h1:`);
    },
  );

  test("points every staged Kubernetes module at the release of the same number", () => {
    const [, minor, patch] = toolVersion("kubernetes").split(".");
    const replaced = [...readGoMod("kubernetes").matchAll(/^\s+(k8s\.io\/\S+) => (\S+) (\S+)$/gm)];
    expect(replaced.length).toBeGreaterThan(25);
    for (const [, from, to, version] of replaced) expect([to, version]).toEqual([from, `v0.${minor}.${patch}`]);
  });

  test("gives Kubernetes its version by the linker, and drops symbol tables", () => {
    expect(linkerFlags("kubernetes")).toContain(
      `-X k8s.io/component-base/version.gitVersion=v${toolVersion("kubernetes")}`,
    );
    expect(linkerFlags("pause")).toBe("-s -w");
  });

  test("keeps each tool in the cache under its version and a digest of its sources", () => {
    const keys = allToolNames.map(cacheKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(cacheKey("coredns")).toMatch(new RegExp(`^${toolVersion("coredns")}-[0-9a-f]{12}$`));
  });

  test("keeps main.go only where the program is this project's own", () => {
    for (const name of allToolNames) {
      expect(existsSync(join(moduleDirectory(name), "main.go"))).toBe(tool(name).package === ".");
    }
  });
});

describe("a go.mod", () => {
  const goMod = [
    "module example",
    "",
    "go 1.25",
    "",
    "require one.example/a v1.2.3",
    "",
    "require (",
    "\ttwo.example/b v0.0.0-20260102030405-abcdefabcdef // indirect",
    ")",
    "",
    "replace (",
    "\tthree.example/c => three.example/c v9.9.9",
    ")",
    "replace four.example/d => four.example/d v8.8.8",
  ].join("\n");

  test.each([
    ["one.example/a", "1.2.3"],
    ["two.example/b", "0.0.0-20260102030405-abcdefabcdef"],
    ["three.example/c", undefined],
    ["four.example/d", undefined],
    ["one.example", undefined],
  ])("requires %s at %s", (path, version) => {
    expect(requiredVersion(goMod, path)).toBe(version);
  });

  test.each([
    ["go 1.25", "1.25.0"],
    ["module m\n\ngo 1.26.3\n\ntoolchain go1.27.0\n", "1.26.3"],
  ])("%j accepts Go from %s", (text, version) => {
    expect(goDirective(text)).toBe(version);
  });

  test("without a go line is refused", () => {
    expect(() => goDirective("module m\n")).toThrow("no `go` line");
  });
});
