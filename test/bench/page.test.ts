import { describe, expect, it } from "vitest";
import { pageWith } from "./page";

const page = "# Benchmarks\n\nOld words.\n\n## One\n\nfirst\n\n| a |\n\n## Two\n\nsecond\n";

describe("the page of benchmarks", () => {
  it("takes a new section in the place of the old one, and leaves the others", () => {
    expect(pageWith(page, "# Benchmarks\n\nNew words.", [["One", "other", "", "| b |"]])).toBe(
      "# Benchmarks\n\nNew words.\n\n## One\n\nother\n\n| b |\n\n## Two\n\nsecond\n",
    );
  });

  it("takes a section that it doesn't have at its end", () => {
    expect(pageWith(page, "# B", [["Three", "third"]])).toMatch(/second\n\n## Three\n\nthird\n$/);
  });

  it("is made from nothing", () => {
    expect(pageWith("", "# B", [["One", "first"]])).toBe("# B\n\n## One\n\nfirst\n");
  });
});
