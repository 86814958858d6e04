import { execa } from "execa";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cacheDirectory, stateDirectory } from "../../../local/directories";
import { npmRun } from "../support/commands";

const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

describe("npm stop", () => {
  it("leaves no process, mount, interface or network namespace behind", async () => {
    const stopped = await npmRun("stop");
    expect(stopped.exitCode, stopped.all).toBe(0);

    const folders = [stateDirectory(), cacheDirectory()];
    const ours = (line: string) => folders.some((folder) => line.includes(folder));
    const processes = await execa("ps", ["-eo", "pid,args", "--no-headers"]);
    expect(lines(processes.stdout).filter(ours)).toEqual([]);
    expect(lines(readFileSync("/proc/mounts", "utf8")).filter(ours)).toEqual([]);
    const namespaces = await execa("ip", ["netns", "list"]);
    expect(lines(namespaces.stdout).filter((line) => /^hamilton\b/.test(line))).toEqual([]);
    const links = await execa("ip", ["-brief", "link"]);
    expect(lines(links.stdout).filter((line) => /hamilton/.test(line))).toEqual([]);
    const routes = await execa("ip", ["route"]);
    expect(lines(routes.stdout).filter((line) => /10\.(88|89|96)\./.test(line))).toEqual([]);
  });

  it("has nothing to do and succeeds when nothing runs", async () => {
    const again = await npmRun("stop");
    expect(again.exitCode, again.all).toBe(0);
  });
});
