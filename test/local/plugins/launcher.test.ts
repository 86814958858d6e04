import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { installOfflinePlugins, offlinePackages } from "../../../local/plugins/install";

const cache = mkdtempSync(join(tmpdir(), "hamilton-launcher-test-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Starts a process and waits for its first line. */
async function started(command: string, args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  return { child, line: first.toString() };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the installed plugins", () => {
  it("stand in one folder, however many install them at once", async () => {
    const folders = await Promise.all([1, 2, 3].map(() => installOfflinePlugins(cache)));
    expect(new Set(folders).size).toBe(1);
    expect(readdirSync(folders[0]!).sort()).toEqual([
      "bundle.js",
      ...offlinePackages.map((name) => `pulumi-resource-${name}`),
    ]);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it.each(offlinePackages)("for %s print the port alone first and end at once on SIGINT", async (name) => {
    const launcher = join(await installOfflinePlugins(cache), `pulumi-resource-${name}`);
    const { child, line } = await started(launcher, ["127.0.0.1:9"]);
    expect(line).toMatch(/^\d+\n$/);
    const interrupted = Date.now();
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
    expect(Date.now() - interrupted).toBeLessThan(1000);
  });

  it("end when the process that started them is gone", async () => {
    const launcher = join(await installOfflinePlugins(cache), "pulumi-resource-kubernetes");
    const { child, line } = await started("sh", ["-c", `"${launcher}" 127.0.0.1:9 & echo $!; wait`]);
    const pid = Number(line.split("\n")[0]);
    await new Promise((done) => setTimeout(done, 1000));
    expect(isAlive(pid)).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 10_000, interval: 200 }).toBe(false);
  });
});
