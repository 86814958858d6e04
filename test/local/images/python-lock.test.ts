import { describe, expect, it } from "vitest";
import { lockedVersions, notebooksLock, type PlannedPackage } from "../../../local/images/python-lock";

const planned = (name: string, version: string, sum: string): PlannedPackage => ({
  metadata: { name, version },
  download_info: { url: `https://packages.example/${name}.whl`, archive_info: { hashes: { sha256: sum } } },
});
const a = "a".repeat(64);
const b = "b".repeat(64);

describe("the lock of the notebooks' packages", () => {
  it("has each package once, by its normal name, with the checksum of each platform", () => {
    const text = notebooksLock([[planned("Zope.Thing", "2.0", a)], [planned("Zope.Thing", "2.0", b)]], "");
    expect(text.split("\n").slice(2)).toEqual([
      "zope-thing==2.0 \\",
      `    --hash=sha256:${a} \\`,
      `    --hash=sha256:${b}`,
      "",
    ]);
  });

  it("names a checksum once where all platforms share a wheel", () => {
    const text = notebooksLock([[planned("pure", "1", a)], [planned("pure", "1", a)]], "");
    expect(text.match(/--hash/g)).toHaveLength(1);
  });

  it("leaves out what the Spark image has", () => {
    const text = notebooksLock([[planned("numpy", "2.3.5", a), planned("six", "1.17.0", b)]], "numpy==2.3.5 \\\n");
    expect([...lockedVersions(text)]).toEqual([["six", "1.17.0"]]);
  });

  it("is refused where platforms get different versions, or a wheel has no checksum", () => {
    expect(() => notebooksLock([[planned("x", "1", a)], [planned("x", "2", b)]], "")).toThrow("x is 1 on one platform");
    const without = { metadata: { name: "x", version: "1" }, download_info: { url: "" } };
    expect(() => notebooksLock([[without]], "")).toThrow("no SHA-256 for x");
  });
});
