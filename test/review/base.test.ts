import { execa, execaSync } from "execa";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { StepError } from "../../console/errors";
import { projectDirectory } from "../../infra/project";
import { SnapshotCache } from "../../review/snapshot-cache";
import { baseSnapshots, workingTreeSnapshots } from "../../review/base";

/** A repository whose program says of which environment it is. */
const program = (environment: string) => `import { writeFileSync } from "node:fs";
const snapshots = [{ format: 1, environment: ${JSON.stringify(environment)}, resources: [] }];
writeFileSync(process.argv[2] as string, JSON.stringify({ format: 1, snapshots }));
`;

let folder: string;
const git = (...args: string[]) =>
  execaSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: folder });

function commit(text: string): void {
  mkdirSync(join(folder, "review"), { recursive: true });
  writeFileSync(join(folder, "review", "print-snapshots.ts"), text);
  git("add", "review");
  git("commit", "--quiet", "--message", "a state");
}

const leftovers = () => readdirSync(tmpdir()).filter((name) => /^hamilton-(base|head)-/.test(name));
const environments = (snapshots: readonly { environment: string }[]) => snapshots.map((each) => each.environment);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "base-"));
  symlinkSync(join(projectDirectory, "node_modules"), join(folder, "node_modules"), "dir");
  git("init", "--quiet", "--initial-branch", "main");
  writeFileSync(join(folder, "README.md"), "older");
  git("add", "README.md");
  git("commit", "--quiet", "--message", "before the comparison");
});

describe("baseSnapshots", () => {
  it("renders a revision by its own program, and the working tree as it is", async () => {
    commit(program("earlier"));
    commit(program("later"));
    writeFileSync(join(folder, "review", "print-snapshots.ts"), program("uncommitted"));
    expect(environments(await baseSnapshots("HEAD~1", { folder }))).toEqual(["earlier"]);
    expect(environments(await baseSnapshots("main", { folder }))).toEqual(["later"]);
    expect(environments(await workingTreeSnapshots(folder))).toEqual(["uncommitted"]);
    expect(leftovers()).toEqual([]);
  });

  it("renders a commit once where it may keep the outcome", async () => {
    commit(program("kept"));
    const cached = join(folder, "cache");
    const reports: string[] = [];
    const options = { folder, cache: new SnapshotCache(cached), report: (line: string) => reports.push(line) };
    await baseSnapshots("HEAD", options);
    const told = reports.length;
    expect(environments(await baseSnapshots("HEAD", options))).toEqual(["kept"]);
    expect(reports).toHaveLength(told);
    expect(readdirSync(cached)).toHaveLength(1);
  });

  it.each([
    ["no such revision", () => undefined, "nowhere", 'there is no revision "nowhere" in '],
    ["an option for a revision", () => undefined, "--all", 'there is no revision "--all" in '],
    ["a revision that can't render itself", () => undefined, "HEAD", 'revision "HEAD" is older than this comparison'],
    [
      "a revision whose program fails",
      () => commit('throw new Error("hamilton:spark is wrong");'),
      "HEAD",
      'revision "HEAD" can\'t be rendered',
    ],
    [
      "snapshots of another format",
      () => commit(program("x").replace(/format: 1/g, "format: 9")),
      "HEAD",
      'revision "HEAD" writes snapshots of format 9',
    ],
  ])("refuses %s with the fix, and leaves nothing behind", async (_, prepare, revision, message) => {
    prepare();
    const error = await baseSnapshots(revision, { folder }).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toContain(message);
    expect((error as StepError).fix).toBeTruthy();
    expect(leftovers()).toEqual([]);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    commit("setTimeout(() => undefined, 60_000);");
    const script = `require("./review/base").baseSnapshots("HEAD", { folder: ${JSON.stringify(folder)}, report: console.log })`;
    const running = execa(process.execPath, ["--require", "tsx/cjs", "--eval", script], {
      cwd: projectDirectory,
      reject: false,
    });
    for await (const line of running) if (line.startsWith("rendering")) running.kill("SIGTERM");
    expect((await running).signal).toBe("SIGTERM");
    expect(leftovers()).toEqual([]);
  });

  it("refuses a folder that is no checkout", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    expect(existsSync(join(outside, ".git"))).toBe(false);
    await expect(baseSnapshots("main", { folder: outside })).rejects.toThrow("is no git checkout");
  });

  it("tells what is wrong with the working tree", async () => {
    commit('console.error("hamilton:spark.quota is missing"); process.exitCode = 1;');
    const error = await workingTreeSnapshots(folder).catch((each: unknown) => each);
    expect((error as StepError).render()).toContain("hamilton:spark.quota is missing");
  });
});
