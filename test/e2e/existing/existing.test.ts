import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustRun, npmRun } from "../support/commands";
import { OwnStack } from "../support/own-stack";

describe("npm start -- --context", () => {
  /** An environment beside `local`, on a cluster that `npm start` finds by the name of its context only. */
  let own: OwnStack;

  beforeAll(() => {
    own = new OwnStack("existing", 30901);
    own.writeStackFile((document) =>
      document.setIn(["config", "hamilton:cluster", "context"], "to-be-given-by-the-command"),
    );
  });

  afterAll(() => own.remove());

  it("names the contexts there are where the one asked for is none of them", async () => {
    const ended = await npmRun("start", ["--context", "nowhere", "--stack", own.name], own.env);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.all).toMatch(/no context "nowhere"; it has hamilton-local/);
  });

  it("provisions a second environment beside the first and runs a job there", async () => {
    const ended = await npmRun("start", ["--context", "hamilton-local", "--stack", own.name], own.env);
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.stdout).toMatch(/sum of 0\.\.\d+ = \d+, as it should be/);
    expect(await mustRun("kubectl", ["-n", `${own.name}-spark`, "get", "pods", "-o", "name"])).toMatch(/without-read-/);
    expect(readFileSync(own.stackFile, "utf8")).toContain("to-be-given-by-the-command");
  });

  it("leaves the first environment as it was", async () => {
    const unchanged = await npmRun("pulumi", ["preview", "--expect-no-changes", "--non-interactive"]);
    expect(unchanged.exitCode, unchanged.all).toBe(0);
  });
});
