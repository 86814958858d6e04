import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatBytes, freeBytes, requireFreeSpace } from "../../../local/toolchain/disk-space";

test("the free space of a folder that does not exist yet is that of the disk it will stand on", async () => {
  expect(await freeBytes(join(tmpdir(), "no", "such", "folder"))).toBeGreaterThan(0);
});

test("work that fits is let through", async () => {
  await expect(requireFreeSpace(tmpdir(), 1, "a note")).resolves.toBeUndefined();
});

test("work that does not fit is refused with the folder, what is free, what is needed and the way out", async () => {
  const folder = join(tmpdir(), "toolchain");
  const refused = requireFreeSpace(folder, 1024 ** 6, "compiling everything");
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(
      new RegExp(`The disk of ${folder} has .* free \\(\\d+ bytes\\), and compiling everything needs 1073741824.0 GiB`),
    ) as string,
    fix: expect.stringContaining("HAMILTON_CACHE") as string,
  });
});

test.each([
  [5 * 1024 ** 2, "5 MiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
])("%i bytes are shown as %s", (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});
