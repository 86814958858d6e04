import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasImage, importImage, removeImage, writeProgramImage } from "../../../local/cluster/images";
import { locateToolchain } from "../../../local/toolchain/resolve";

const quiet = (): void => undefined;
const name = "localhost/hamilton/test-of-images:1";
let folder: string;
let archive: string;

const write = async (path: string): Promise<void> => {
  const { pause } = await locateToolchain();
  await writeProgramImage({ name, files: { pause }, entrypoint: ["/pause"], user: "65535:65535" }, path);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hamilton-images-"));
  archive = join(folder, "image.tar");
  await write(archive);
});

afterAll(async () => {
  await removeImage(name);
  rmSync(folder, { recursive: true });
});

describe("an image archive", () => {
  it("is the same for the same files", async () => {
    await write(join(folder, "again.tar"));
    expect(readFileSync(join(folder, "again.tar")).equals(readFileSync(archive))).toBe(true);
  });

  it("is on the node under its name once it is imported, and gone once it is removed", async () => {
    expect(await hasImage(name)).toBe(false);
    await importImage(archive, name, quiet);
    expect(await hasImage(name)).toBe(true);
    await removeImage(name);
    expect(await hasImage(name)).toBe(false);
  });

  it("that holds another image than was said fails and says so", async () => {
    await expect(importImage(archive, "localhost/hamilton/other:1", quiet)).rejects.toThrow(
      "holds no image named localhost/hamilton/other:1",
    );
  });

  it("that is none fails with what the runtime says", async () => {
    await expect(importImage("/etc/hostname", name, quiet)).rejects.toThrow(/ctr failed/);
  });
});
