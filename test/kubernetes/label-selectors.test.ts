import { describe, expect, it } from "vitest";
import { selects } from "../../kubernetes/label-selectors";

const labels = { app: "web", tier: "front" };

describe("a label selector", () => {
  it.each([
    ["an empty one takes everything", {}, true],
    ["a matching label", { matchLabels: { app: "web" } }, true],
    ["a label with another value", { matchLabels: { app: "db" } }, false],
    ["all labels must match", { matchLabels: { app: "web", tier: "back" } }, false],
    ["In with the value", { matchExpressions: [{ key: "app", operator: "In", values: ["db", "web"] }] }, true],
    ["In without the value", { matchExpressions: [{ key: "app", operator: "In", values: ["db"] }] }, false],
    ["In on a missing label", { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] }, false],
    ["NotIn with the value", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
    ["NotIn on a missing label", { matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, true],
    ["Exists", { matchExpressions: [{ key: "app", operator: "Exists" }] }, true],
    ["Exists on a missing label", { matchExpressions: [{ key: "zone", operator: "Exists" }] }, false],
    ["DoesNotExist", { matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] }, true],
    ["DoesNotExist on a label", { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }, false],
    [
      "labels and expressions together",
      { matchLabels: { app: "web" }, matchExpressions: [{ key: "tier", operator: "NotIn", values: ["front"] }] },
      false,
    ],
  ])("%s", (_, selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });

  it("refuses an operator that Kubernetes does not know", () => {
    const selector = { matchExpressions: [{ key: "app", operator: "Like", values: ["w*"] }] };
    expect(() => selects(selector, labels)).toThrow(/Like is none of In, NotIn, Exists, DoesNotExist/);
  });
});
