import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EnvironmentChanges } from "../../../review/changes";
import { applyObjects, coreApi, storageApi } from "../../../local/cluster/api-client";
import { checkout, OwnStack, type Operations } from "../support/own-stack";
import { announcedChanges, growingClass, labVolume } from "./announced-changes";

const name = "announced";

/** What is announced, one line a resource: action and URN. */
const announced = ({ changes }: EnvironmentChanges) => changes.map(({ action, urn }) => `${action} ${urn}`).sort();

/** Every field that is announced to change, with the resource's URN. */
const fields = ({ changes }: EnvironmentChanges) =>
  changes
    .filter(({ action }) => action === "update" || action === "replace")
    .flatMap((change) => change.fields.map(({ path }) => `${change.urn} ${path}`))
    .sort();

/** What the engine did, in the words of the announcement; components and providers are no objects. */
function done(operations: Operations): string[] {
  const typeOf = (urn: string) => urn.split("::")[2]?.split("$").at(-1) ?? "";
  return Object.entries(operations)
    .filter(([urn]) => !/^(pulumi|hamilton):/.test(typeOf(urn)))
    .map(([urn, steps]) => `${steps.some((step) => /replace/.test(step)) ? "replace" : steps[0]} ${urn}`)
    .sort();
}

describe("a change of an environment", () => {
  let folder: string;
  let project: string;
  let stack: OwnStack;

  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: project });
  const commit = () =>
    git("add", "--all").then(() => git("commit", "--quiet", "--allow-empty", "--message", "a change"));

  /** The report as data, by the command that people use. */
  const diff = async (...args: string[]): Promise<EnvironmentChanges> => {
    const command = ["--silent", "run", "diff", "--", "--environment", name, "--format", "json", ...args];
    const { stdout } = await execa("npm", command, { cwd: project });
    const [one] = JSON.parse(stdout) as EnvironmentChanges[];
    if (one === undefined) throw new Error(`no report of ${name}:\n${stdout}`);
    return one;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hamilton-announced-"));
    project = await checkout();
    stack = new OwnStack(name, 30905, project);
    await applyObjects([
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: growingClass },
        ...{ provisioner: "kubernetes.io/no-provisioner", allowVolumeExpansion: true },
      },
      {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: growingClass },
        ...{
          spec: {
            ...{ storageClassName: growingClass, accessModes: ["ReadWriteOnce"], capacity: { storage: "10Gi" } },
            hostPath: { path: join(folder, "volume"), type: "DirectoryOrCreate" },
          },
        },
      },
    ]);
    await stack.create((document) => {
      document.setIn(["config", "hamilton:volumes"], document.createNode({ lab: labVolume }));
      document.setIn(["config", "hamilton:cluster", "smbDriver"], document.createNode({ install: false }));
    });
    await stack.up();
    await commit();
  });

  afterAll(async () => {
    await stack.remove();
    await storageApi().deleteStorageClass({ name: growingClass });
    await coreApi().deletePersistentVolume({ name: growingClass });
    for (const each of [project, folder]) rmSync(each, { recursive: true, force: true });
  });

  it.each(announcedChanges.map((change) => [change.title, change] as const))(
    "that brings %s is announced offline as by the engine, and does just that",
    async (_, change) => {
      await change.make(stack);
      const offline = await diff("--base", "HEAD");
      const file = join(folder, "preview.json");
      writeFileSync(file, await stack.preview());
      const online = await diff("--preview", file);
      expect(announced(offline)).toEqual(announced(online));
      expect(fields(offline)).toEqual(fields(online));
      const objects = offline.changes.map(({ action, object }) => `${action} ${object}`);
      for (const pattern of change.atLeast) expect(objects).toContainEqual(expect.stringMatching(pattern));
      expect(done(await stack.up())).toEqual(announced(offline));
      await commit();
    },
  );
});
