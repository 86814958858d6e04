import { describe, expect, it } from "vitest";
import {
  cpuQuantity,
  cpus,
  kubernetesBytes,
  memoryBytes,
  memoryQuantity,
  seconds,
  sparkMemory,
} from "../../../components/core/quantities";

describe("cpus", () => {
  it.each([
    ["500m", 0.5],
    ["0.5", 0.5],
    ["2", 2],
    ["1500m", 1.5],
  ])("reads %s as %d", (text, value) => expect(cpus("cpu", text)).toBe(value));

  it.each(["0", "0m", "half", "", "-1", "1e3", "0.0001"])("refuses %s", (text) =>
    expect(() => cpus("size.cpu", text)).toThrow(`size.cpu is ${JSON.stringify(text)}; expected CPUs such as`),
  );

  it.each([
    [0.5, "500m"],
    [2, "2"],
    [1.25, "1250m"],
  ])("writes %d as %s", (value, text) => expect(cpuQuantity(value)).toBe(text));
});

describe("memory", () => {
  it.each([
    ["2g", 2 ** 31],
    ["2Gi", 2 ** 31],
    ["512m", 2 ** 29],
    ["512Mi", 2 ** 29],
    ["1t", 2 ** 40],
  ])("reads %s as %d bytes for Spark", (text, bytes) => expect(memoryBytes("memory", text)).toBe(bytes));

  it.each(["2G", "2M", "2048", "1.5g", "0g", "2 g", "gg"])(
    "refuses %s, which Spark and Kubernetes don't read alike",
    (text) => expect(() => memoryBytes("driver.memory", text)).toThrow(`driver.memory is ${JSON.stringify(text)}`),
  );

  it.each([
    ["2Gi", 2 ** 31],
    ["2G", 2e9],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["1024", 1024],
  ])("reads the Kubernetes quantity %s as %d bytes", (text, bytes) =>
    expect(kubernetesBytes("size", text)).toBe(bytes),
  );

  it.each(["2g", "2GB", "", "0"])("refuses %s as a Kubernetes quantity", (text) =>
    expect(() => kubernetesBytes("size", text)).toThrow('expected a size such as "512Mi" or "2Gi"'),
  );

  it("writes sizes so that the pod is never smaller, and the heap never larger, than was asked for", () => {
    expect(memoryQuantity(2 ** 31)).toBe("2Gi");
    expect(memoryQuantity(2 ** 31 + 1)).toBe("2049Mi");
    expect(sparkMemory(2 ** 31)).toBe("2g");
    expect(sparkMemory(2 ** 31 - 1)).toBe("2047m");
  });
});

describe("seconds", () => {
  it.each([
    ["45s", 45],
    ["30m", 1800],
    ["2h", 7200],
    ["7d", 604800],
  ])("reads %s as %d", (text, value) => expect(seconds("ttl", text)).toBe(value));

  it.each(["30", "0s", "1h30m", "5 m", "1w"])("refuses %s", (text) =>
    expect(() => seconds("ttl", text)).toThrow("expected a duration such as"),
  );
});
