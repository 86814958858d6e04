import { describe, expect, it } from "vitest";
import { chosenSuites, suites } from "../../commands/e2e";
import { imageLines } from "../../commands/image-lines";
import { StepError } from "../../console/errors";
import { failureText } from "../../commands/failure";
import { ConfigError } from "../../infra/config";
import { formatDuration } from "../../console/progress";
import { platformImages, sparkRelease } from "../../infra/versions";

describe("the end-to-end suites", () => {
  it("are all chosen where none is named, the one that takes the cluster down last", () => {
    expect(chosenSuites([])).toEqual(Object.keys(suites));
    expect(chosenSuites([]).at(-1)).toBe("stop");
  });

  it("run in their own order, however they are named", () => {
    expect(chosenSuites(["stop", "spine"])).toEqual(["spine", "stop"]);
  });

  it("are listed where a name is none of them", () => {
    expect(() => chosenSuites(["spin"])).toThrow(
      expect.objectContaining({ fix: expect.stringContaining("spine") as string }),
    );
  });
});

describe("the lines that build the images", () => {
  it("name the registry, every version and the context", () => {
    const [build, push] = imageLines("registry.example.com/harp");
    expect(build).toContain(`--build-arg SPARK_VERSION=${sparkRelease.spark}`);
    expect(build).toMatch(/ images$/);
    expect(push).toBe(`docker push registry.example.com/harp/hamilton/spark:${sparkRelease.spark}`);
  });

  it("hand the sample notebooks to the notebooks' image", () => {
    const build = imageLines("registry.example.com/harp").find((line) => line.includes("--target jupyter "));
    expect(build).toContain("--build-context notebooks=workloads/notebooks ");
    expect(build).toContain(`--tag registry.example.com/harp/hamilton/jupyter:${platformImages.jupyter.tag} `);
  });
});

describe("a duration", () => {
  it.each([
    [840, "840 ms"],
    [12_340, "12.3 s"],
    [59_999, "60.0 s"],
    [245_000, "4 min 05 s"],
  ])("of %i ms reads %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("a failure", () => {
  it("of a stack file is a line for each fault, whichever command reads it", () => {
    const error = new ConfigError("Pulumi.dev.yaml", [
      { key: "the file", sentence: 'has "harp" a second time' },
      { key: "hamilton:spark", sentence: "is missing" },
    ]);
    expect(failureText(error)).toBe(
      '✖ Pulumi.dev.yaml: the file has "harp" a second time.\n✖ Pulumi.dev.yaml: hamilton:spark is missing.',
    );
  });

  it("of a step is its own words, and of the program none", () => {
    expect(failureText(new StepError("etcd did not start", { fix: "free the port" }))).toBe(
      "✖ etcd did not start\n  what to do: free the port",
    );
    expect(failureText(new TypeError("x is undefined"))).toBeUndefined();
  });
});

describe("a failed step", () => {
  it("shows its message, the command, the last lines and what to do", () => {
    const error = new StepError("etcd did not start", {
      command: "etcd --flag",
      lastLines: ["a", "b"],
      fix: "free the port",
    });
    expect(error.render()).toBe(
      ["etcd did not start", "  command: etcd --flag", "  | a", "  | b", "  what to do: free the port"].join("\n"),
    );
  });
});
