import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { checksum, shortChecksum, sortedJson } from "../../../components/core/checksum";
import { checked, faultSentence, ValueFault } from "../../../components/core/errors";

describe("sortedJson", () => {
  it("is the same text whatever the order of keys, at every level", () => {
    expect(sortedJson({ b: { d: 1, c: [2, { f: 3, e: 4 }] }, a: null })).toBe(
      '{"a":null,"b":{"c":[2,{"e":4,"f":3}],"d":1}}',
    );
  });

  it("keeps the order of lists, which means something", () => {
    expect(sortedJson([3, 1, 2])).toBe("[3,1,2]");
  });
});

describe("checksum", () => {
  it("is the SHA-256 of a text", () => {
    expect(checksum("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("doesn't change with the order of keys, but does with values", () => {
    expect(checksum({ a: 1, b: 2 })).toBe(checksum({ b: 2, a: 1 }));
    expect(shortChecksum({ a: 1 })).not.toBe(shortChecksum({ a: 2 }));
    expect(shortChecksum({ a: 1 })).toMatch(/^[0-9a-f]{10}$/);
  });
});

describe("errors", () => {
  it("name component, field, value and what would be right", () => {
    expect(faultSentence("WindowsShare", "harp", { field: "server", got: "a b", expected: "a host name" })).toBe(
      'WindowsShare "harp": server is "a b"; expected a host name.',
    );
    expect(faultSentence("X", "y", { field: "images", got: undefined, expected: "images" })).toContain("is nothing");
  });

  it("of pure checks become errors of the resource; other errors pass as they are", () => {
    const fault = () => {
      throw new ValueFault({ field: "size", got: "2x", expected: "a size" });
    };
    const bug = () => {
      throw new TypeError("a bug");
    };
    expect(() => checked(undefined, "Store", "s", fault)).toThrow(pulumi.ResourceError);
    expect(() => checked(undefined, "Store", "s", bug)).toThrow(TypeError);
  });
});
