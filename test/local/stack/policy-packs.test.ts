import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Engine } from "../../../local/stack/engine";
import { withPolicyPacks } from "../../../local/stack/policy-packs";

const engine: Engine = { pulumi: "/opt/pulumi", path: ["/opt/plugins"], plugins: "offline", kubeconfig: "/k" };

describe("policy packs on the offline toolchain", () => {
  let folder: string;
  let pack: string;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "hamilton-packs-")), "packs");
    pack = mkdtempSync(join(tmpdir(), "hamilton-pack-"));
    writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    writeFileSync(
      join(pack, "index.ts"),
      "const address: string = process.argv[2]!;\nconsole.log(process.cwd(), address);\n",
    );
  });

  it.each([
    ["as an argument of its own", () => ["preview", "--policy-pack", pack]],
    ["behind an equals sign", () => ["preview", `--policy-pack=${pack}`]],
  ])("are swapped for one that names a runtime without a language host: %s", (_, args) => {
    const run = withPolicyPacks({ engine, args: args() }, folder);
    const stand = (run.args.at(-1) ?? "").replace("--policy-pack=", "");
    expect(stand.startsWith(folder)).toBe(true);
    expect(parse(readFileSync(join(stand, "PulumiPolicy.yaml"), "utf8"))).toMatchObject({ runtime: "local" });
    expect(run.engine.path).toEqual([folder, "/opt/plugins"]);
  });

  it("run from their own folder, types and all, by the launcher that the engine looks for", () => {
    const { args } = withPolicyPacks({ engine, args: ["preview", "--policy-pack", pack] }, folder);
    const launcher = join(folder, "pulumi-analyzer-policy-local");
    expect(statSync(launcher).mode & 0o111).toBe(0o111);
    const said = execFileSync(launcher, ["127.0.0.1:9", "."], { cwd: args[2], encoding: "utf8" });
    expect(said.trim()).toBe(`${pack} 127.0.0.1:9`);
  });

  it("leave nothing unfinished behind", () => {
    const { args } = withPolicyPacks({ engine, args: ["preview", "--policy-pack", pack] }, folder);
    expect(readdirSync(args[2] ?? "").sort()).toEqual(["PulumiPolicy.yaml", "main.cjs"]);
  });

  it("stay as they are with the official engine, without Node, and where there is none", () => {
    const other = mkdtempSync(join(tmpdir(), "hamilton-pack-"));
    writeFileSync(join(other, "PulumiPolicy.yaml"), "runtime:\n  name: python\n");
    mkdirSync(join(other, "empty"));
    const same = [
      { engine: { ...engine, plugins: "official" as const }, args: ["preview", "--policy-pack", pack] },
      { engine, args: ["preview", "--policy-pack", other] },
      { engine, args: ["preview", "--policy-pack", join(other, "empty")] },
      { engine, args: ["preview"] },
    ];
    for (const run of same) expect(withPolicyPacks(run, folder)).toEqual(run);
  });
});
