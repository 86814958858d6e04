import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { projectDirectory } from "../../infra/project";

/** A file that tells a forge what to run. */
export interface WorkflowFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A piece of shell in such a file. */
export interface Script {
  /** The file, and the job or step as far as it has a name. */
  readonly place: string;
  readonly text: string;
}

function read(path: string): WorkflowFile {
  const text = readFileSync(join(projectDirectory, path), "utf8");
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message ?? ""}`);
  return { path, text, value: document.toJS() as Record<string, unknown> };
}

/** The workflows of GitHub, and the actions of this repository's own. */
export function githubFiles(): readonly WorkflowFile[] {
  const workflows = readdirSync(join(projectDirectory, ".github/workflows")).map((name) => `.github/workflows/${name}`);
  const actions = readdirSync(join(projectDirectory, ".github/actions")).map(
    (name) => `.github/actions/${name}/action.yml`,
  );
  return [...workflows, ...actions].map(read);
}

/** The pipeline of GitLab. */
export function gitlabFile(): WorkflowFile {
  return read(".gitlab-ci.yml");
}

/** Every value of a key, at any depth, with the keys that lead to it. */
export function valuesOf(value: unknown, key: string, path: readonly string[] = []): readonly [string, unknown][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [
    ...(name === key ? [[path.join("."), part] as [string, unknown]] : []),
    ...valuesOf(part, key, [...path, name]),
  ]);
}

/** Every piece of shell that GitHub or GitLab would run; what GitHub fills in stands as a word. */
export function scripts(): readonly Script[] {
  const github = githubFiles().flatMap(({ path, value }) =>
    valuesOf(value, "run").map(([at, text]) => ({ place: `${path} ${at}`, text: String(text) })),
  );
  const { path, value } = gitlabFile();
  const gitlab = ["before_script", "script", "after_script"].flatMap((key) =>
    valuesOf(value, key).map(([at, lines]) => ({
      place: `${path} ${at}.${key}`,
      text: (lines as unknown[]).flat().map(String).join("\n"),
    })),
  );
  return [...github, ...gitlab];
}

/** Whether a file or folder of that path, from the project's root, is there. */
export function isThere(path: string): boolean {
  return existsSync(join(projectDirectory, path));
}
