import { describe, expect, it } from "vitest";
import { fieldText, type DiffLines } from "../../review/field-lines";
import { field } from "./examples";

describe("a field on one line", () => {
  it.each([
    ["a value", field("spec.replicas", 1, 3), { values: ["1", "3"] }],
    ["a new value", field("spec.paused", undefined, true), { values: ["true"], remark: "new" }],
    ["a value that goes", field("spec.paused", false), { values: ["false"], remark: "removed" }],
    ["an empty text", field("spec.a", "", "x"), { values: ['""', "x"] }],
    ["a small object", field("spec.a", undefined, { b: [1] }), { values: ['{"b":[1]}'], remark: "new" }],
    ["a text that becomes a number", field("spec.a", "1", 1), { values: ['"1"', "1"] }],
    ["null", field("spec.a", null, 1), { values: ["null", "1"] }],
    ["a secret", field("stringData.key", "<secret>", "<secret>"), { values: [], remark: "secret changes" }],
    ["a new secret", field("stringData.key", undefined, "[secret]"), { values: [], remark: "secret is new" }],
    [
      "a marked secret",
      field("data.key", "[secret 0123456789]", "[secret 9876543210]"),
      { values: [], remark: "secret changes" },
    ],
    [
      "a secret inside an object",
      field("data", { key: "[secret 0123456789]" }, { key: "[secret 9876543210]" }),
      { values: [], remark: "secret changes" },
    ],
    [
      "a secret inside a new object",
      field("data", undefined, { key: "[secret 0123456789]" }),
      { values: ['{"key":"<secret>"}'], remark: "new" },
    ],
    [
      "a field that another resource forces",
      field("metadata.namespace"),
      { values: [], remark: "comes from what is replaced" },
    ],
    ["a secret that goes", field("stringData.key", "<secret>"), { values: [], remark: "secret is removed" }],
  ])("shows %s", (_case, one, shown) => {
    expect(fieldText(one)).toEqual({ path: one.path, replaces: false, ...shown });
  });
});

describe("a field of many lines", () => {
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `line ${from + index}`).join("\n");

  it("is a diff with what stands around it", () => {
    expect(fieldText(field("data.a", "a=1\nb=2\nc=3\n", "a=1\nb=4\nc=3\n"))).toMatchObject({
      diff: [" a=1", "-b=2", "+b=4", " c=3"],
      leftOut: 0,
    });
  });

  it("says where each part of a diff stands if there is more than one", () => {
    const text = numbered(0, 30);
    const { diff } = fieldText(
      field("data.a", text, text.replace("line 3\n", "x\n").replace("line 25", "y")),
    ) as DiffLines;
    expect(diff.filter((line) => line.startsWith("@@"))).toEqual(["@@ line 2 → 2 @@", "@@ line 24 → 24 @@"]);
  });

  it("ends after its limit, with a count of the rest", () => {
    const shown = fieldText(field("data.a", undefined, numbered(0, 100)), { diffLines: 10 }) as DiffLines;
    expect(shown).toMatchObject({ leftOut: 90 });
    expect(shown.diff).toHaveLength(10);
  });

  it("has long lines cut", () => {
    const { diff } = fieldText(field("data.a", "x", "y".repeat(500))) as DiffLines;
    expect(diff.map((line) => line.slice(-30))).toEqual(["-x", expect.stringMatching(/… \(381 more characters\)$/)]);
  });

  it("shows a large object field by field", () => {
    const volume = (size: string) => ({
      name: "data",
      spec: { accessModes: ["ReadWriteOnce"], size, text: "x".repeat(90) },
    });
    const { diff } = fieldText(field("spec.volume", volume("1Gi"), volume("2Gi"))) as DiffLines;
    expect(diff.filter((line) => /^[+-]/.test(line))).toEqual(["-  size: 1Gi", "+  size: 2Gi"]);
  });
});
