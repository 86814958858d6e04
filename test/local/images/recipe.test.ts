import { describe, expect, it } from "vitest";
import { recipeOf } from "../../../local/images/recipe";

const containerfile = `# a comment
ARG BASE=debian
FROM \${BASE} AS base
RUN --mount=type=bind,source=build,target=/build sh /build/install.sh
FROM base AS wheels
COPY wheels.txt /tmp/
FROM base AS first
COPY --from=wheels /wheels /wheels
COPY first/entry.sh /opt/
FROM first AS second
# a comment about first
COPY second/etc /etc/
FROM \${BASE} AS third
COPY --from=outside tool /usr/bin/
`;
const files = ["Containerfile", "build/install.sh", "wheels.txt", "first/entry.sh", "second/etc/a.conf"];

describe("the recipe of an image", () => {
  it("is its stage, those it is made from, and the files that they name", () => {
    const { text, files: own } = recipeOf("first", containerfile, files);
    expect(text.match(/ AS \S+/g)).toEqual([" AS base", " AS wheels", " AS first"]);
    expect(own).toEqual(["build/install.sh", "wheels.txt", "first/entry.sh"]);
  });

  it("has everything of the image that it is built on", () => {
    const { text, files: own } = recipeOf("second", containerfile, files);
    expect(text).toContain(recipeOf("first", containerfile, files).text);
    expect(own).toEqual(["build/install.sh", "wheels.txt", "first/entry.sh", "second/etc/a.conf"]);
  });

  it("stays as it is when another image's stage or a comment changes", () => {
    const changed = containerfile
      .replace("second/etc /etc/", "second/etc /usr/")
      .replaceAll("a comment", "other words");
    expect(recipeOf("first", changed, files)).toEqual(recipeOf("first", containerfile, files));
    expect(recipeOf("second", changed, files)).not.toEqual(recipeOf("second", containerfile, files));
  });

  it("has none of the context's files where its stages take none", () => {
    expect(recipeOf("third", containerfile, files).files).toEqual([]);
  });

  it("can't be had of a target that isn't there", () => {
    expect(() => recipeOf("fourth", containerfile, files)).toThrow('no target "fourth"');
  });
});
