import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { purgeCluster, startCluster, stopCluster } from "../../../local/cluster/cluster";
import { tryOnHost } from "../../../local/cluster/host-command";
import { purgeShare, startShare, stopShare } from "../../../local/share/share";
import { shareUser } from "../../../local/share/connection";
import { locateToolchain } from "../../../local/toolchain/resolve";
import { leftOvers, nothing } from "./left-overs";
import { TestNamespace, clientPod } from "./test-pods";

const quiet = (): void => undefined;
const usual = process.env.HAMILTON_HOME;
let home: string;

/** There is one embedded cluster on a host at a time, so the usual one rests while another one, in a folder of its own, is purged. */
beforeAll(async () => {
  await stopCluster(quiet);
  await stopShare(quiet);
  home = join(mkdtempSync(join(tmpdir(), "hamilton-purge-")), "home");
  chmodSync(join(home, ".."), 0o755);
  process.env.HAMILTON_HOME = home;
});

afterAll(async () => {
  await purgeShare(quiet);
  await purgeCluster(quiet);
  if (usual === undefined) delete process.env.HAMILTON_HOME;
  else process.env.HAMILTON_HOME = usual;
  await startCluster(await locateToolchain(), quiet);
  await startShare(quiet);
  rmSync(join(home, ".."), { recursive: true });
});

describe("a cluster in an empty folder", () => {
  it("runs a pod within a minute", async () => {
    const tools = await locateToolchain();
    const began = performance.now();
    await startCluster(tools, quiet);
    console.log(`from nothing to a ready node, DNS and storage: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await startShare(quiet);
    const namespace = new TestNamespace("purge");
    await namespace.create();
    await namespace.start(clientPod("client"));
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  it("leaves nothing on the host after a purge, not even its folder and the share's user", async () => {
    await purgeShare(quiet);
    await purgeCluster(quiet);
    expect(await leftOvers()).toEqual(nothing);
    expect(existsSync(home)).toBe(false);
    expect((await tryOnHost("getent", ["passwd", shareUser])).status).not.toBe(0);
  });
});
