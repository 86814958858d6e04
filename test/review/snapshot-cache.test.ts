import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SnapshotCache } from "../../review/snapshot-cache";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "snapshot-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const commit = (number: number) => String(number).padStart(40, "0");

describe("snapshots of commits", () => {
  it("are given as they were written, and to the next process too", () => {
    new SnapshotCache(folder).write(commit(1), "text");
    expect(new SnapshotCache(folder).read(commit(1))).toBe("text");
    expect(new SnapshotCache(folder).read(commit(2))).toBeUndefined();
  });

  it("make way for newer ones, the oldest first", () => {
    const cache = new SnapshotCache(folder);
    for (let number = 0; number < 25; number++) {
      cache.write(commit(number), "text");
      for (const name of readdirSync(folder))
        if (name.startsWith(commit(number))) utimesSync(join(folder, name), number, number);
    }
    cache.write(commit(25), "text");
    expect(readdirSync(folder)).toHaveLength(20);
    expect(cache.read(commit(5))).toBeUndefined();
    expect(cache.read(commit(6))).toBe("text");
    expect(cache.read(commit(25))).toBe("text");
  });
});
