import { describe, expect, it } from "vitest";
import { imageReference, imageVersion, rewriteImage } from "../../../components/core/images";

const digest = `sha256:${"a".repeat(64)}`;

describe("imageReference", () => {
  it.each([
    [{ repository: "hamilton/spark", tag: "4.1.2" }, "hamilton/spark:4.1.2"],
    [{ registry: "localhost", repository: "hamilton/spark", tag: "4.1.2" }, "localhost/hamilton/spark:4.1.2"],
    [{ registry: "mirror.lan/k8s/", repository: "registry.k8s.io/sig/x", tag: "v1" }, "mirror.lan/k8s/sig/x:v1"],
    [{ registry: "mirror.lan", repository: "localhost:5000/x", tag: "v1" }, "mirror.lan/x:v1"],
    [{ repository: "x", digest }, `x@${digest}`],
    [{ repository: "x", tag: "v1", digest }, `x:v1@${digest}`],
  ])("writes %j", (source, reference) => expect(imageReference(source)).toBe(reference));

  it.each([{ repository: "x" }, { repository: "x", tag: "latest" }, { repository: "x", tag: "" }])(
    "refuses %j, which names no fixed image",
    (source) => expect(() => imageReference(source)).toThrow('expected a fixed tag, not "latest", or a digest'),
  );

  it("refuses a malformed digest", () => {
    expect(() => imageReference({ repository: "x", digest: "sha256:abc" })).toThrow("images.x.digest");
  });
});

describe("rewriteImage", () => {
  it("puts another registry before the image, and only if there is one", () => {
    expect(rewriteImage("registry.k8s.io/sig/x:v1", "mirror.lan")).toBe("mirror.lan/sig/x:v1");
    expect(rewriteImage("pgsty/minio:R1", "mirror.lan")).toBe("mirror.lan/pgsty/minio:R1");
    expect(rewriteImage("pgsty/minio:R1", undefined)).toBe("pgsty/minio:R1");
  });
});

describe("imageVersion", () => {
  it.each([
    ["x/y:v1.2", "v1.2"],
    [`x/y:v1.2@${digest}`, "v1.2"],
    ["localhost:5000/y", undefined],
    [`x@${digest}`, undefined],
  ])("of %s is %s", (image, version) => expect(imageVersion(image)).toBe(version));
});
