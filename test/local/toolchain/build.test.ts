import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { projectDirectory } from "../../../infra/project";
import { StepError } from "../../../console/errors";
import { adviceFor, buildTools, dropBuildCache, formatElapsed, withoutDirect } from "../../../local/toolchain/build";
import { cachedTool } from "../../../local/toolchain/tool-cache";
import { toolDirectory } from "../../../local/toolchain/tools";
import { makeSandbox, type Sandbox } from "./sandbox";

const quiet = () => undefined;
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

/** Two processes that load TypeScript, one after the other, on a host that has other things to do. */
const processesMilliseconds = 60_000;

/** Runs a build in a process of its own; `ended` resolves to its exit and all that it printed. */
function buildElsewhere() {
  const script = join(__dirname, "build-in-a-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script], {
    cwd: projectDirectory,
    env: sandbox.environment(),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, output }));
  });
  return { child, ended, printed: () => output };
}

/** Waits for a build to come so far; one that ends before fails with what it printed. */
async function until({ child, printed }: ReturnType<typeof buildElsewhere>, condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${printed()}`);
    await sleep(20);
  }
}

describe("building a tool", () => {
  test("puts the binary into the cache and does not compile it again", async () => {
    sandbox.compiler();
    const first = await buildTools(["pause"], quiet);
    const second = await buildTools(["pause"], quiet);
    expect(first.get("pause")?.path).toBe(join(toolDirectory("pause"), "pause"));
    expect(second.get("pause")).toEqual(first.get("pause"));
    expect(sandbox.builds()).toHaveLength(1);
  });

  test("runs go in the tool's module, read-only, with the caller's proxy but not module hosts", async () => {
    sandbox.compiler();
    await buildTools(["pause"], quiet);
    expect(sandbox.builds()[0]).toMatch(/^\. in .*\/modules\/pause with https:\/\/modules\.example -mod=readonly /);
  });

  test("tells the tool as soon as it stands, and what is being compiled for how long", async () => {
    sandbox.compiler();
    const lines: string[] = [];
    const ready: string[] = [];
    await buildTools(
      ["pause"],
      (line) => lines.push(line),
      ({ name }) => ready.push(name),
    );
    expect(lines).toEqual(["compiling pause, 0s"]);
    expect(ready).toEqual(["pause"]);
  });

  test("that fails shows the command, the last lines of its log and what to do, and leaves nothing in its place", async () => {
    sandbox.compiler({ fails: ["main.go:3:1: it does not compile"] });
    const error = await buildTools(["pause"], quiet).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepError);
    const { message, command, lastLines, fix } = error as StepError;
    expect(message).toBe("pause could not be compiled");
    expect(command).toContain("go build");
    expect(lastLines).toEqual(["main.go:3:1: it does not compile"]);
    expect(fix).toContain("run it again");
    expect(readdirSync(dirname(toolDirectory("pause")))).toEqual([]);
    sandbox.compiler();
    expect((await buildTools(["pause"], quiet)).has("pause")).toBe(true);
  });

  test("repairs what a killed process left: an old lock and a half-written folder", async () => {
    sandbox.compiler();
    const abandoned = join(dirname(toolDirectory("pause")), ".partial-4194999-x");
    const lock = join(sandbox.toolchain, "build.lock");
    mkdirSync(abandoned, { recursive: true });
    mkdirSync(lock);
    writeFileSync(join(sandbox.toolchain, "build.holder.json"), '{"pid": 4194');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    await buildTools(["pause"], quiet);
    expect(cachedTool("pause")).toBeDefined();
    expect(existsSync(abandoned)).toBe(false);
    expect(existsSync(lock)).toBe(false);
  });

  test("compiles again what was cut short in the cache", async () => {
    sandbox.compiler();
    const built = (await buildTools(["pause"], quiet)).get("pause");
    truncateSync(built?.path ?? "", 5);
    expect(cachedTool("pause")).toBeUndefined();
    await buildTools(["pause"], quiet);
    expect(sandbox.builds()).toHaveLength(2);
    expect(cachedTool("pause")).toBeDefined();
  });

  test(
    "from two processes at once compiles once; the second waits and says for whom",
    async () => {
      sandbox.compiler({ held: true });
      const first = buildElsewhere();
      await until(first, () => sandbox.builds().length > 0);
      const second = buildElsewhere();
      const waiting = `waiting for another start (process ${first.child.pid ?? "?"}: compiling pause)`;
      await until(second, () => second.printed().includes(waiting));
      sandbox.letCompile();
      expect(await first.ended).toMatchObject({ code: 0 });
      expect(await second.ended).toMatchObject({ code: 0 });
      expect(sandbox.builds()).toHaveLength(1);
    },
    processesMilliseconds,
  );

  test(
    "that is ended by a signal gives its lock back at once",
    async () => {
      sandbox.compiler({ held: true });
      const first = buildElsewhere();
      await until(first, () => sandbox.builds().length > 0);
      first.child.kill("SIGTERM");
      await first.ended;
      expect(existsSync(join(sandbox.toolchain, "build.lock"))).toBe(false);
      sandbox.compiler();
      await buildTools(["pause"], quiet);
      expect(readdirSync(dirname(toolDirectory("pause")))).toHaveLength(1);
    },
    processesMilliseconds,
  );
});

describe("the build cache", () => {
  const compiled = () => join(sandbox.toolchain, "build-cache", "compiled");
  beforeEach(() => mkdirSync(compiled(), { recursive: true }));

  test("is removed once the tools stand", async () => {
    await dropBuildCache(quiet);
    expect(existsSync(compiled())).toBe(false);
  });

  test("stays where HAMILTON_KEEP_BUILD_CACHE=1 asks for it", async () => {
    process.env.HAMILTON_KEEP_BUILD_CACHE = "1";
    await dropBuildCache(quiet);
    expect(existsSync(compiled())).toBe(true);
  });
});

test.each([
  ["https://one.example,direct", "https://one.example"],
  ["https://one.example,https://two.example|direct", "https://one.example,https://two.example"],
  ["https://one.example", "https://one.example"],
  ["direct", "direct"],
  ["off", "off"],
])("GOPROXY %s is used as %s", (given, used) => {
  expect(withoutDirect(given)).toBe(used);
});

test.each([
  ["write /cache/x: no space left on device", "free some space"],
  ["link: signal: killed", "out of memory"],
  ["dial tcp 10.0.0.1:443: connect: connection refused", "module proxy"],
  ["verifying m@v1: checksum mismatch", "go.sum"],
  ["main.go:1:1: expected 'package'", "run it again"],
])("for a build that says %j the advice holds %j", (log, advice) => {
  expect(adviceFor(log)).toContain(advice);
});

test.each([
  [0, "0s"],
  [59_900, "59s"],
  [192_000, "3m12s"],
])("%i ms of compiling are shown as %s", (milliseconds, shown) => {
  expect(formatElapsed(milliseconds)).toBe(shown);
});
