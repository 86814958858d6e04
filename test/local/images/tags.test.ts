import { describe, expect, it } from "vitest";
import { notebookRelease, sparkRelease } from "../../../infra/versions";
import { imageTag, imageTags, localReference, recipeDigest, versionArguments } from "../../../local/images/tags";

describe("an image's tag", () => {
  it("is a version and twelve digits of a digest, and fits a container registry", () => {
    const { spark, jupyter, minio, traefik } = imageTags();
    expect(spark).toMatch(new RegExp(`^${sparkRelease.spark}-[0-9a-f]{12}$`));
    expect(jupyter).toMatch(new RegExp(`^${sparkRelease.spark}-lab${notebookRelease.jupyterlab}-[0-9a-f]{12}$`));
    for (const tag of [spark, jupyter, minio, traefik]) expect(tag).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
    expect(localReference("spark")).toBe(`localhost/hamilton/spark:${spark}`);
  });

  it("is the same each time", () => {
    expect(imageTags()).toEqual(imageTags());
  });

  it.each([
    ["a file's content", recipeDigest({ a: "2", b: "1" }, { V: "1" })],
    ["a file's name", recipeDigest({ c: "1", b: "1" }, { V: "1" })],
    ["a version", recipeDigest({ a: "1", b: "1" }, { V: "2" })],
  ])("changes with %s", (_, digest) => {
    expect(imageTag("1", [digest])).not.toBe(imageTag("1", [recipeDigest({ a: "1", b: "1" }, { V: "1" })]));
  });

  it("doesn't depend on the order in which files are found", () => {
    expect(recipeDigest({ a: "1", b: "2" }, { V: "1", W: "2" })).toBe(
      recipeDigest({ b: "2", a: "1" }, { W: "2", V: "1" }),
    );
  });

  it("follows from every part of the Spark release that the image is built with", () => {
    const other = versionArguments({ ...sparkRelease, java: "25" });
    expect(recipeDigest({}, other)).not.toBe(recipeDigest({}, versionArguments()));
  });
});
