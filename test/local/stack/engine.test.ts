import { describe, expect, it } from "vitest";
import { withLocalStack } from "../../../local/stack/engine";

describe("the arguments of pulumi on the local stack", () => {
  it.each([
    [
      ["preview", "--diff"],
      ["preview", "--diff", "--stack", "local", "--config-file", "F"],
    ],
    [
      ["up", "--config-file", "G"],
      ["up", "--config-file", "G", "--stack", "local"],
    ],
    [
      ["up", "--config-file=G"],
      ["up", "--config-file=G", "--stack", "local"],
    ],
    [
      ["preview", "-s", "other"],
      ["preview", "-s", "other"],
    ],
    [
      ["up", "--stack=other"],
      ["up", "--stack=other"],
    ],
    [
      ["up", "--stack", "local"],
      ["up", "--stack", "local", "--config-file", "F"],
    ],
    [
      ["stack", "output"],
      ["stack", "output", "--stack", "local"],
    ],
    [
      ["config", "get", "a"],
      ["config", "get", "a", "--stack", "local", "--config-file", "F"],
    ],
    [["version"], ["version"]],
    [[], []],
  ])("%j become %j", (given, expected) => {
    expect(withLocalStack(given, "F")).toEqual(expected);
  });
});
