import { describe, expect, it } from "vitest";
import { conceal, hasUnknown, plain, secret, UNKNOWN, withMarksOf } from "../../../local/plugins/values";

describe("secret marks", () => {
  it("are the ones the engine knows, and are not put twice", () => {
    const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" };
    expect(secret("x")).toEqual(marked);
    expect(secret(secret("x"))).toEqual(marked);
  });

  it("are taken off at any depth, together with members that are null", () => {
    expect(plain({ a: secret({ b: [secret("x")] }), c: null, d: [null] })).toEqual({ a: { b: ["x"] }, d: [null] });
  });

  it("go from inputs to the outputs of the same shape", () => {
    const inputs = { data: { a: secret("1"), b: "2" }, list: [{ v: secret("3") }, { v: "4" }] };
    const outputs = { data: { a: "1", b: "2", c: "5" }, list: [{ v: "3" }, { v: "4" }], status: {} };
    expect(withMarksOf(inputs, outputs)).toEqual({
      data: { a: secret("1"), b: "2", c: "5" },
      list: [{ v: secret("3") }, { v: "4" }],
      status: {},
    });
  });

  it("cover a whole list whose length the server changed", () => {
    expect(withMarksOf({ list: [secret("a")] }, { list: ["injected", "a"] })).toEqual({
      list: secret(["injected", "a"]),
    });
  });

  it("cover a value that has another shape than its input", () => {
    expect(withMarksOf({ a: { b: secret("1") } }, { a: "1" })).toEqual({ a: secret("1") });
  });
});

describe("unknown values", () => {
  it("are found at any depth, secret or not", () => {
    expect(hasUnknown({ a: [{ b: secret(UNKNOWN) }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: secret("known") }], c: null })).toBe(false);
  });
});

describe("conceal", () => {
  it("takes secrets out of a message, and nothing else", () => {
    const inputs = { a: secret({ deep: ["hunter22"] }), open: "visible" };
    expect(conceal(inputs, "visible: hunter22, hunter22")).toBe("visible: [secret], [secret]");
  });
});
