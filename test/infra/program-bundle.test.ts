import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { projectDirectory } from "../../infra/project";
import { loadBundle } from "../../infra/program-bundle.cjs";

let root = "";
let cache = "";

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Loads the bundle as `infra/main.cjs` does, and gives what the program exports. */
function run(): Record<string, unknown> | undefined {
  return loadBundle(root, cache)?.(require, join(root, "infra")) as Record<string, unknown> | undefined;
}

const bundles = () => readdirSync(cache).map((name) => join(cache, name));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bundle-"));
  cache = join(root, "cache");
  write("tsconfig.json", "{}");
  write("components/greeting.ts", 'export const greeting: string = "hello";\n');
  write(
    "infra/index.ts",
    'import { sep } from "node:path";\nimport { greeting } from "../components/greeting";\nexport const said = greeting;\nexport const place: string = __dirname.split(sep).at(-1)!;\n',
  );
});

describe("the program's bundle", () => {
  it("exports what the program exports, and stands where its sources do", () => {
    expect(run()).toEqual({ said: "hello", place: "infra" });
  });

  it("is made once for the same sources", () => {
    run();
    const before = bundles();
    run();
    expect(bundles()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it.each([
    ["a source is changed", () => write("components/greeting.ts", 'export const greeting = "good evening";\n')],
    ["a source is put in its place", () => write("components/greeting/index.ts", "export {};\n")],
    ["the compiler's options are changed", () => write("tsconfig.json", '{ "compilerOptions": {} }')],
  ])("is made anew once %s", (_, change) => {
    run();
    change();
    run();
    expect(bundles()).toHaveLength(2);
  });

  it("gives the new program after a change, not the one it has kept", () => {
    run();
    write("components/greeting.ts", 'export const greeting = "good evening";\n');
    expect(run()?.said).toBe("good evening");
  });

  it("is made anew if the kept file is damaged, after one run without it", () => {
    run();
    const [whole = ""] = bundles();
    cache = join(root, "another");
    write(join("another", basename(whole)), readFileSync(whole, "utf8").slice(0, 100));
    expect(run()).toBeUndefined();
    expect(run()?.said).toBe("hello");
  });

  it("is left alone where it can't be kept", () => {
    writeFileSync(join(root, "file"), "");
    cache = join(root, "file", "cache");
    expect(run()).toBeUndefined();
  });

  it("is left alone where a source can't be read as TypeScript, so that tsx says why", () => {
    write("components/greeting.ts", "export const = ;\n");
    expect(run()).toBeUndefined();
  });

  it("is refused if the program reaches beyond the folders that it is watched for", () => {
    write("elsewhere/greeting.ts", 'export const greeting = "from elsewhere";\n');
    write("components/greeting.ts", 'export { greeting } from "../elsewhere/greeting";\n');
    expect(run()).toBeUndefined();
  });

  it("names the TypeScript lines in stack traces, also where node_modules is a link to another project's", () => {
    mkdirSync(join(root, "another", "project"), { recursive: true });
    symlinkSync(join(root, "another", "project"), cache);
    write("infra/index.ts", '\nexport const first = 1;\nthrow new Error("on the third line");\n');
    symlinkSync(join(projectDirectory, "node_modules"), join(root, "node_modules"));
    const loader = join(projectDirectory, "infra", "program-bundle.cjs");
    const script = `require(${JSON.stringify(loader)}).loadBundle(${JSON.stringify(root)}, ${JSON.stringify(cache)})(require, ${JSON.stringify(join(root, "infra"))})`;
    const stack = (flags: string[]) => {
      try {
        return execFileSync(process.execPath, [...flags, "-e", script], { cwd: root, encoding: "utf8", stdio: "pipe" });
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    // Pulumi's own program installs source-map-support; Node's own maps are the same.
    expect(stack(["--require", "source-map-support/register"])).toContain(`${join(root, "infra", "index.ts")}:3`);
    expect(stack(["--enable-source-maps"])).toContain(`${join(root, "infra", "index.ts")}:3`);
  });
});

describe("this program", () => {
  it("can be bundled, and refuses an empty configuration by its own sentence", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bundle-"));
    const program = loadBundle(projectDirectory, folder)?.(require, join(projectDirectory, "infra"));
    await expect((program as () => Promise<unknown>)()).rejects.toThrow("hamilton:cluster is missing");
  });
});
