import { describe, expect, it } from "vitest";
import { labelsOf, selectorLabels } from "../../../components/core/labels";
import {
  bucketName,
  dnsLabel,
  environmentName,
  hostName,
  isDnsLabel,
  joinedName,
} from "../../../components/core/names";

describe("names", () => {
  it.each(["spark", "a", "a-1", "x".repeat(63)])("takes %s as a DNS label", (text) =>
    expect(isDnsLabel(text)).toBe(true),
  );

  it.each(["", "-a", "a-", "A", "a.b", "a_b", "x".repeat(64)])("refuses %j as a DNS label", (text) =>
    expect(() => dnsLabel("name", text)).toThrow(`name is ${JSON.stringify(text)}; expected a DNS label`),
  );

  it("joins the parts that are there", () => {
    expect(joinedName("prefix", "dev", "spark")).toBe("dev-spark");
    expect(joinedName("prefix", "", "spark")).toBe("spark");
    expect(joinedName("prefix", undefined, "spark")).toBe("spark");
  });

  it("refuses a joined name that is too long, blaming the given field", () => {
    expect(() => joinedName("namespaces.prefix", "p".repeat(60), "spark")).toThrow("namespaces.prefix is ");
  });

  it("writes names for the environment", () => expect(environmentName("harp-files.v2")).toBe("HARP_FILES_V2"));

  it.each(["ab", "Lake", "la_ke", "lake.raw", "-lake", "x".repeat(64)])("refuses the bucket name %s", (text) =>
    expect(() => bucketName("buckets.lake", text)).toThrow("expected a bucket name"),
  );

  it.each(["files", "files.example.org", "10.0.0.7", "FILES01"])("takes the host %s", (text) =>
    expect(hostName("server", text)).toBe(text),
  );

  it.each(["//files", "files/share", "", "files:445", "a b"])("refuses the host %j", (text) =>
    expect(() => hostName("server", text)).toThrow("expected a host name"),
  );
});

describe("labels", () => {
  const source = { name: "minio", instance: "store", component: "server", version: "1.2" };

  it("are the recommended ones of Kubernetes", () => {
    expect(labelsOf(source)).toEqual({
      "app.kubernetes.io/name": "minio",
      "app.kubernetes.io/instance": "store",
      "app.kubernetes.io/component": "server",
      "app.kubernetes.io/version": "1.2",
      "app.kubernetes.io/part-of": "hamilton",
      "app.kubernetes.io/managed-by": "pulumi",
    });
  });

  it("select by the two that never change", () => {
    expect(Object.keys(selectorLabels(source))).toEqual(["app.kubernetes.io/name", "app.kubernetes.io/instance"]);
  });
});
