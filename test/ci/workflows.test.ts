import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDirectory } from "../../infra/project";
import { githubFiles, gitlabFile, isThere, scripts, valuesOf } from "./workflow-files";

const manifest = JSON.parse(readFileSync(join(projectDirectory, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};
const engine = manifest.dependencies["@pulumi/pulumi"] ?? "";
const all = [...githubFiles(), gitlabFile()];

/** The `npm run` calls of all scripts: the command, and the options that it gets. */
const calls = scripts().flatMap(({ place, text }) =>
  [...text.matchAll(/npm run (?:--silent )?([a-z:]+)(?: -- ((?:\\\n|[^\n>|])*))?/g)].map(
    ([, command = "", rest = ""]) => ({
      place,
      command,
      options: rest.match(/--[a-z-]+/g) ?? [],
    }),
  ),
);

describe("the workflow files", () => {
  it.each(scripts())("hold shell that bash can read: $place", ({ text }) => {
    expect(() => execFileSync("bash", ["-n"], { input: text, stdio: "pipe" })).not.toThrow();
  });

  it("call commands that package.json has", () => {
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter(({ command }) => !(command in manifest.scripts))).toEqual([]);
  });

  it("give npm run diff options that it knows", () => {
    const help = execFileSync(process.execPath, ["--import", "tsx", "commands/cli.ts", "diff", "--help"], {
      cwd: projectDirectory,
      encoding: "utf8",
    });
    const options = calls.filter(({ command }) => command === "diff").flatMap((call) => call.options);
    expect(options).toContain("--base");
    expect(options).toContain("--preview");
    expect(options.filter((option) => !help.includes(option))).toEqual([]);
  });

  it.each([
    ["actions and workflows of this repository", /\.\/(\.github\/[\w./-]+)/g],
    ["programs", /node (\.ci\/\S+)/g],
    ["policy packs", /--policy-pack (\S+)/g],
    ["pages", /(docs\/[\w-]+\.md)/g],
    ["lock files", /(package-lock\.json)/g],
  ])("name %s that are there", (_, pattern) => {
    const named = all.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, path = ""]) => path));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  it("run the engine at the version of the SDK", () => {
    const versions = all.flatMap(({ text }) =>
      [...text.matchAll(/(?:pulumi-version: |pulumi-nodejs:)(\S+)/g)].map(([, version]) => version),
    );
    expect(versions).toEqual([engine, engine]);
  });
});

/** A job that may be another workflow. */
interface Caller {
  readonly uses?: string;
  readonly permissions?: object;
}

describe("the GitHub workflows", () => {
  const workflows = githubFiles().filter(({ path }) => path.includes("/workflows/"));

  it("use others' actions by commit, each with its version beside it", () => {
    const used = githubFiles().flatMap(({ text }) => [...text.matchAll(/uses: (\S+)(.*)/g)]);
    const foreign = used.filter(([, name = ""]) => !name.startsWith("./"));
    expect(foreign.length).toBeGreaterThan(0);
    for (const [line] of foreign) expect(line).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(workflows)("give $path no right but to read, and jobs only those they need", ({ value }) => {
    expect(value.permissions).toEqual({ contents: "read" });
    const granted = valuesOf(value.jobs, "permissions").flatMap(([, rights]) => Object.entries(rights as object));
    const known = ["actions: read", "contents: read", "id-token: write", "issues: write", "pull-requests: write"];
    expect(granted.map((right) => right.join(": ")).filter((right) => !known.includes(right))).toEqual([]);
  });

  it("grant a workflow that they call every right that its jobs ask for, without which GitHub starts none", () => {
    const called = workflows.flatMap(({ value }) => Object.values(value.jobs as Record<string, Caller>));
    const callers = called.filter(({ uses }) => uses !== undefined);
    expect(callers.length).toBeGreaterThan(0);
    for (const { uses, permissions } of callers) {
      const asked = valuesOf(workflows.find(({ path }) => uses === `./${path}`)?.value.jobs, "permissions");
      expect(asked.length).toBeGreaterThan(0);
      for (const [, rights] of asked) expect(permissions).toMatchObject(rights as object);
    }
  });

  it("put nothing of a request into shell text, where it would be run", () => {
    expect(
      githubFiles()
        .flatMap(({ value }) => valuesOf(value, "run"))
        .filter(([, text]) => String(text).includes("${{")),
    ).toEqual([]);
  });

  it("give a pull request neither secrets nor the rights of main", () => {
    const review = workflows.find(({ path }) => path.endsWith("/review.yml"));
    expect(Object.keys(review?.value.on as object)).toEqual(["pull_request"]);
    expect(review?.text).not.toContain("secrets.");
    expect(all.map(({ text }) => text).join()).not.toContain("pull_request_target");
  });

  it("never run two updates of one stack at once", () => {
    const update = workflows.find(({ path }) => path.endsWith("/update.yml"));
    const [[, concurrency] = []] = valuesOf(update?.value, "concurrency");
    expect(concurrency).toMatchObject({ "cancel-in-progress": false });
    expect((concurrency as { group: string }).group).toContain("format('update-{0}', inputs.stack)");
  });
});

describe("the GitLab pipeline", () => {
  const jobs = gitlabFile().value as Record<string, { script?: unknown[]; resource_group?: string; rules?: object[] }>;
  const updates = Object.entries(jobs).filter(([, job]) => JSON.stringify(job.script ?? "").includes("pulumi up"));

  it("never runs two updates of one stack at once", () => {
    expect(updates.map(([name, job]) => [name, job.resource_group])).toEqual([
      ["dev", "pulumi-dev"],
      ["prod", "pulumi-prod"],
    ]);
  });

  it("updates prod by hand only", () => {
    expect(jobs.prod?.rules?.at(-1)).toMatchObject({ when: "manual" });
  });
});
