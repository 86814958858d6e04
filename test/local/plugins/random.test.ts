import { describe, expect, it } from "vitest";
import { randomText } from "../../../local/plugins/random";

const many = (inputs: Parameters<typeof randomText>[0]) => Array.from({ length: 200 }, () => randomText(inputs));

describe("a random text", () => {
  it("has its length and draws from all four classes by default", () => {
    const texts = many({ length: 20 });
    expect(texts.every((each) => /^[a-zA-Z0-9!@#$%&*()\-_=+[\]{}<>:?]{20}$/.test(each))).toBe(true);
    const all = texts.join("");
    for (const letters of [/[a-z]/, /[A-Z]/, /\d/, /[!@#$%&*]/]) expect(all).toMatch(letters);
    expect(new Set(texts).size).toBe(200);
  });

  it.each([
    [{ special: false }, /^[a-zA-Z0-9]+$/],
    [{ special: false, upper: false }, /^[a-z0-9]+$/],
    [{ lower: false, upper: false, special: false }, /^\d+$/],
    [{ numeric: false, special: false }, /^[a-zA-Z]+$/],
    [{ number: false, special: false }, /^[a-zA-Z]+$/],
    [{ overrideSpecial: "-_" }, /^[a-zA-Z0-9_-]+$/],
  ])("draws from the classes that %j leaves on", (inputs, letters) => {
    for (const each of many({ length: 30, ...inputs })) expect(each).toMatch(letters);
  });

  it("holds the minimum of each class, in no fixed place", () => {
    const texts = many({ length: 6, minLower: 1, minUpper: 1, minNumeric: 2, minSpecial: 2, overrideSpecial: "!" });
    for (const each of texts) {
      expect(each).toMatch(/[a-z]/);
      expect(each).toMatch(/[A-Z]/);
      expect(each.replace(/\D/g, "").length).toBeGreaterThanOrEqual(2);
      expect(each.replace(/[^!]/g, "").length).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(texts.map((each) => each.indexOf("!"))).size).toBeGreaterThan(2);
  });

  it.each([
    [{ length: 0 }, /length 0/],
    [{ length: 3, minLower: 4 }, /sum of the minimums, 4/],
    [{ length: 3, lower: false, upper: false, numeric: false, special: false }, /leave one on/],
  ])("refuses %j", (inputs, reason) => expect(() => randomText(inputs)).toThrow(reason));
});
