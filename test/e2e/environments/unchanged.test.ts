import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CountedUser } from "../support/counted-user";
import { OwnStack } from "../support/own-stack";

describe("an environment that is as its stack file says", () => {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-unchanged-"));
  const user = new CountedUser("hamilton-test-unchanged", folder);
  const stack = new OwnStack("unchanged", 30908);

  /** The writes that one run of `pulumi up` sends, its preview included. */
  async function writesOf(...flags: string[]): Promise<number> {
    const before = await user.writes();
    await stack.must("up", "--yes", "--non-interactive", "--stack", stack.name, ...flags);
    return (await user.writes()) - before;
  }

  beforeAll(async () => {
    stack.env.KUBECONFIG = await user.create();
    await stack.create();
    await stack.up();
  });

  afterAll(async () => {
    await stack.remove();
    await user.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("was made by writes that the API server counted as this user's", async () => {
    expect(await user.writes()).toBeGreaterThan(30);
  });

  it("is updated without a single write", async () => {
    expect(await writesOf("--expect-no-changes")).toBe(0);
  });

  it("is refreshed and updated without a single write", async () => {
    expect(await writesOf("--refresh", "--expect-no-changes")).toBe(0);
  });

  it("costs writes again once something has changed", async () => {
    stack.edit((document) =>
      document.setIn(["config", "hamilton:cluster", "dnsCidrs"], document.createNode(["192.0.2.53/32"])),
    );
    expect(await writesOf()).toBeGreaterThanOrEqual(2);
  });
});
