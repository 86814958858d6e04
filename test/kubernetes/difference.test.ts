import { describe, expect, it } from "vitest";
import type { Value } from "../../kubernetes/json";
import { changes, drifted, pathText, quantity, same } from "../../kubernetes/difference";

const told = (before: Value, after: Value, imported = false) =>
  changes(before, after, imported).map(({ path, kind }) => `${kind} ${pathText(path)}`);

describe("quantity", () => {
  it.each([
    ["0.001", "1m"],
    ["1024Ki", "1Mi"],
    ["1.5Gi", "1536Mi"],
    ["1e3", "1k"],
    ["100u", "0.1m"],
    ["2000m", 2],
  ])("%s is %s", (one, other) => expect(quantity(one)).toBeCloseTo(quantity(other), 12));

  it.each(["", "m", "1Q", "1.2.3", "localhost/spark:4.1.2", null, [], {}])("%j is none", (value) =>
    expect(quantity(value)).toBeNaN(),
  );
});

describe("same", () => {
  const nested = (section: string, value: Value) => ({ spec: { [section]: { cpu: value } } });

  it("takes quantities for what they mean where quantities stand", () => {
    expect(same(nested("requests", "1000m"), nested("requests", 1))).toBe(true);
    expect(same(nested("limits", "1000m"), nested("limits", "2"))).toBe(false);
  });

  it("takes every other text literally", () => {
    expect(same({ data: { cpu: "1000m" } }, { data: { cpu: "1" } })).toBe(false);
    expect(same({ data: { limits: "1000m" } }, { data: { limits: "1" } })).toBe(false);
    expect(same(nested("labels", "1000m"), nested("labels", "1"))).toBe(false);
  });

  it("tells an empty object, an empty list and nothing apart", () => {
    expect(same({}, [])).toBe(false);
    expect(same({ a: {} }, {})).toBe(false);
    expect(same({}, {})).toBe(true);
  });
});

describe("changes", () => {
  it("names each property by its path", () => {
    const before = { metadata: { labels: { "a/b": "1", c: "1" } }, spec: { ports: [{ port: 1 }, { port: 2 }] } };
    const after = { metadata: { labels: { "a/b": "2", d: "1" } }, spec: { ports: [{ port: 1 }] } };
    expect(told(before, after)).toEqual([
      'update metadata.labels["a/b"]',
      "delete metadata.labels.c",
      "add metadata.labels.d",
      "delete spec.ports[1]",
    ]);
  });

  it("keeps list positions in order beyond ten", () => {
    const items = Array.from({ length: 12 }, (_, index) => index);
    expect(
      told(
        items,
        items.map((item) => item + 1),
      ).at(-1),
    ).toBe("update [11]");
  });

  it("finds nothing in what an imported object has beyond the program", () => {
    expect(told({ spec: { a: 1, set: "by default" } }, { spec: { a: 1 } }, true)).toEqual([]);
    expect(told({ spec: { a: 1, set: "by default" } }, { spec: { a: 2 } }, true)).toEqual(["update spec.a"]);
  });
});

describe("drifted", () => {
  it("keeps the program's spelling where the server holds what was last seen", () => {
    const input = { spec: { hard: { "requests.cpu": "0.001" } }, data: { a: "1" } };
    const seen = { spec: { hard: { "requests.cpu": "1m" } }, data: { a: "1" }, status: { used: 1 } };
    expect(drifted(input, seen, { ...seen, status: { used: 2 } })).toEqual(input);
  });

  it("takes the live value where somebody changed it, and leaves out what somebody removed", () => {
    const input = { data: { a: "1", b: "1", c: "1" } };
    expect(drifted(input, input, { data: { a: "1", b: "2", more: "x" } })).toEqual({ data: { a: "1", b: "2" } });
  });

  it("keeps an input that the server never showed", () => {
    expect(drifted({ spec: { nodeSelector: {} } }, { spec: {} }, { spec: {} })).toEqual({ spec: { nodeSelector: {} } });
  });

  it("sees lists grow and shrink, but not what the server itself had added before", () => {
    const input = { spec: { items: [{ name: "ours" }] } };
    const seen = { spec: { items: [{ name: "ours" }, { name: "injected" }] } };
    expect(drifted(input, seen, { spec: { items: [{ name: "theirs" }, { name: "injected" }] } })).toEqual({
      spec: { items: [{ name: "theirs" }] },
    });
    expect(drifted(input, input, { spec: { items: [] } })).toEqual({ spec: { items: [] } });
    expect(drifted(input, input, seen)).toEqual(seen);
  });
});
