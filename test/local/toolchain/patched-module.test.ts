import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patchModule } from "../../../local/toolchain/patched-module";
import { allToolNames, moduleDirectory, readGoMod, tool } from "../../../local/toolchain/tools";

const file = join("providers", "dns", "zz_gen_dns_providers.go");
const patch = { path: "github.com/go-acme/lego/v5", folder: "lego" };

let folder: string;
const source = () => join(folder, "source");
const target = () => join(folder, "target");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hamilton-patch-"));
  mkdirSync(join(source(), "providers", "dns"), { recursive: true });
  for (const path of ["go.mod", file]) writeFileSync(join(source(), path), `own ${path}`, { mode: 0o444 });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a patched module", () => {
  it("is a copy with our files in the place of its own, and leaves the module cache as it is", async () => {
    await patchModule("traefik", patch, source(), target());
    const ours = readFileSync(join(moduleDirectory("traefik"), patch.folder, file), "utf8");
    expect(readFileSync(join(target(), "module", file), "utf8")).toBe(ours);
    expect(readFileSync(join(target(), "module", "go.mod"), "utf8")).toBe("own go.mod");
    expect(readFileSync(join(source(), file), "utf8")).toBe(`own ${file}`);
    expect(statSync(join(source(), file)).mode & 0o777).toBe(0o444);
  });

  it("is what the tool's own go.mod leads to, with every digest that it pins", async () => {
    const flags = await patchModule("traefik", patch, source(), target());
    expect(flags).toEqual(["-modfile", join(target(), "go.mod")]);
    const goMod = readFileSync(join(target(), "go.mod"), "utf8");
    expect(goMod.startsWith(readGoMod("traefik").trimEnd())).toBe(true);
    expect(goMod).toContain(`replace ${patch.path} => ${join(target(), "module")}`);
    const sums = (path: string) => readFileSync(join(path, "go.sum"), "utf8");
    expect(sums(target())).toBe(sums(moduleDirectory("traefik")));
  });

  it("replaces what an earlier build left", async () => {
    mkdirSync(join(target(), "module"), { recursive: true });
    writeFileSync(join(target(), "module", "old.go"), "");
    await patchModule("traefik", patch, source(), target());
    expect(existsSync(join(target(), "module", "old.go"))).toBe(false);
  });

  it("is refused where the module has no such file any more, since the patch would change nothing", async () => {
    rmSync(join(source(), file));
    await expect(patchModule("traefik", patch, source(), target())).rejects.toThrow(
      /github\.com\/go-acme\/lego\/v5 has no file providers\/dns\/zz_gen_dns_providers\.go that lego\/ could replace/,
    );
  });
});

describe("the table of tools", () => {
  const patched = allToolNames.flatMap((name) => {
    const { patched: module } = tool(name);
    return module === undefined ? [] : [[name, module] as const];
  });

  it.each(patched)("pins the digest of the module that %s is patched in", (name, { path }) => {
    const sums = readFileSync(join(moduleDirectory(name), "go.sum"), "utf8");
    expect(sums).toMatch(new RegExp(`^${path} v\\S+ h1:`, "m"));
  });
});
