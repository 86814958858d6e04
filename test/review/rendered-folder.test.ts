import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { manifestPath, yamlDocument } from "../../review/manifest-files";
import { markerFile, writeRenderedFolder } from "../../review/rendered-folder";

let parent: string;
let folder: string;
const files = new Map([
  ["a/one.yaml", "one\n"],
  ["kustomization.yaml", "list\n"],
]);
const write = (texts = files, options = {}, environment = "dev") =>
  writeRenderedFolder(folder, environment, texts, options);

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "rendered-"));
  folder = join(parent, "set");
});

describe("a rendered folder", () => {
  it("is written where nothing is, nothing left beside it", () => {
    folder = join(parent, "deep", "set");
    write();
    expect(readFileSync(join(folder, "a/one.yaml"), "utf8")).toBe("one\n");
    expect(readdirSync(join(parent, "deep"))).toEqual(["set"]);
  });

  it("may stand where an empty folder was", () => {
    mkdirSync(folder);
    write();
    expect(existsSync(join(folder, "kustomization.yaml"))).toBe(true);
  });

  it("is replaced as a whole with --force, files that no longer belong gone", () => {
    write();
    write(new Map([["b/two.yaml", "two\n"]]), { force: true });
    expect(readdirSync(folder).sort()).toEqual([markerFile, "b"]);
    expect(readdirSync(parent)).toEqual(["set"]);
  });

  it.each<[string, () => void, object, RegExp, RegExp]>([
    ["a file", () => writeFileSync(folder, ""), {}, /is no folder/, /--out/],
    ["a folder of other things", () => strange(), { force: true }, /not empty, and no render wrote it/, /empty it/],
    ["an earlier render", () => write(), {}, /an earlier render of dev/, /--force/],
    ["another environment", () => write(files, {}, "prod"), { force: true }, /holds environment prod/, /--out/],
    ["a file beside", () => (write(), writeFileSync(join(folder, "mine"), "")), { force: true }, /: mine$/, /move/],
    [
      "a filled Secret",
      () => (write(), writeFileSync(join(folder, "a/one.yaml"), "filled")),
      { force: true },
      /a\/one.yaml/,
      /move/,
    ],
  ])("does not replace %s, which stays as it is", (_, prepare, options, message, fix) => {
    prepare();
    const before = snapshot();
    expect(() => write(files, options)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(message) as string,
        fix: expect.stringMatching(fix) as string,
      }),
    );
    expect(snapshot()).toEqual(before);
  });

  it("that can't be written leaves what was there", () => {
    write();
    const before = snapshot();
    const broken = new Map([
      ["a", "file"],
      ["a/b", "below a file"],
    ]);
    expect(() => write(broken, { force: true })).toThrow(/could not be written/);
    expect(snapshot()).toEqual(before);
  });
});

function strange(): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "mine"), "");
  rmSync(join(folder, markerFile), { force: true });
}

function snapshot(): readonly string[] {
  return readdirSync(parent, { recursive: true, encoding: "utf8" }).sort();
}

describe("the YAML of a manifest", () => {
  it.each([
    ["off", 'a: "off"\n'],
    ["y", 'a: "y"\n'],
    ["12:30", 'a: "12:30"\n'],
    ["0123", 'a: "0123"\n'],
    ["0o17", 'a: "0o17"\n'],
    ["=", 'a: "="\n'],
    ["plain", "a: plain\n"],
  ])("keeps the text %s a text for readers of either version", (text, expected) => {
    expect(yamlDocument({ a: text })).toBe(expected);
  });

  it("stands in a file whose name any file system takes", () => {
    const metadata = { name: "System:Reader", namespace: undefined };
    expect(manifestPath({ apiVersion: "v1", kind: "ClusterRole", metadata })).toBe(
      "cluster/clusterrole-system-reader.yaml",
    );
  });
});
