import { existsSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StepError } from "../../../console/errors";
import type * as DiskSpace from "../../../local/toolchain/disk-space";
import { locateToolchain, resolveToolchain } from "../../../local/toolchain/resolve";
import { kubernetesPrograms, toolNames, toolVersion } from "../../../local/toolchain/tools";
import { makeSandbox, releaseArchive, type Sandbox } from "./sandbox";

// The compiler is a stand-in that writes a line, so the gigabytes of a real build must not be asked of the test's disk.
vi.mock("../../../local/toolchain/disk-space", async (original) => ({
  ...(await original<typeof DiskSpace>()),
  requireFreeSpace: () => Promise.resolve(),
}));

const quiet = () => undefined;
const version = toolVersion("pulumi");
let sandbox: Sandbox;
let server: Server | undefined;
let asked: string[];

beforeEach(() => {
  sandbox = makeSandbox();
  sandbox.compiler();
  asked = [];
  // Nothing listens on port 2: the host that can't be reached.
  process.env.HAMILTON_PULUMI_RELEASES = "http://127.0.0.1:2/releases";
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  sandbox.remove();
});

/** Serves Pulumi's releases on the loopback; `keep` is the share of the archive that is sent before the line breaks. */
async function serveReleases({ status = 200, keep = 1, silent = false } = {}): Promise<void> {
  const archive = releaseArchive(sandbox.root, version);
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    if (silent) return;
    response.writeHead(status, { "content-length": archive.length });
    if (request.method === "HEAD" || status !== 200) return void response.end();
    response.write(archive.subarray(0, Math.floor(archive.length * keep)), () => {
      if (keep < 1) response.destroy();
      else response.end();
    });
  });
  await new Promise<void>((ready) => server?.listen(0, "127.0.0.1", ready));
  process.env.HAMILTON_PULUMI_RELEASES = `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`;
}

function pulumiOnPath(itsVersion: string): string {
  return sandbox.program("pulumi", `echo v${itsVersion}`);
}

function pluginsOnPath(): void {
  for (const name of ["kubernetes", "random"]) sandbox.program(`pulumi-resource-${name}`, "exit 0");
}

describe("the engine", () => {
  test("comes from PATH where it is the pinned version, and then nothing of it is downloaded or compiled", async () => {
    await serveReleases();
    const onPath = pulumiOnPath(version);
    pluginsOnPath();
    const toolchain = await resolveToolchain(quiet);
    expect(toolchain.pulumi).toBe(onPath);
    expect(toolchain.parts.find(({ name }) => name === "pulumi")).toMatchObject({ version, from: "PATH" });
    expect(asked).toEqual([]);
    expect(sandbox.builds().filter((line) => line.includes("pulumi"))).toEqual([]);
  });

  test("of another major or an older version on PATH does not count", async () => {
    for (const unfit of ["3.1.0", "4.0.0"]) {
      pulumiOnPath(unfit);
      expect((await resolveToolchain(quiet)).parts.find(({ name }) => name === "pulumi")?.from).toBe(
        "built from Go modules",
      );
    }
  });

  test("comes from Pulumi's download where its host answers, with its language host and the official plugins", async () => {
    await serveReleases();
    const ready: string[] = [];
    const toolchain = await resolveToolchain(quiet, { onReady: ({ name }) => ready.push(name) });
    const release = join(sandbox.toolchain, "pulumi-release", version);
    expect(toolchain).toMatchObject({
      pulumi: join(release, "pulumi"),
      pulumiLanguageNodejs: join(release, "pulumi-language-nodejs"),
      plugins: { kind: "official" },
    });
    expect(toolchain.searchPath).toHaveLength(3);
    expect(readdirSync(release).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(ready.sort()).toEqual([...toolNames].sort());
    expect(asked[1]).toMatch(new RegExp(`^GET /releases/pulumi-v${version}-linux-(x64|arm64).tar.gz$`));
  });

  test("downloaded once is not asked for again", async () => {
    await serveReleases();
    const first = await resolveToolchain(quiet);
    asked = [];
    expect(await resolveToolchain(quiet)).toEqual(first);
    expect(asked).toEqual([]);
  });

  test.each([
    ["answers 403", { status: 403 }, "Pulumi's host answered 403"],
    ["accepts but stays silent", { silent: true }, "can't be reached"],
  ])("is compiled where Pulumi's host %s", async (_, behaviour, reason) => {
    await serveReleases(behaviour);
    const toolchain = await resolveToolchain(quiet);
    expect(toolchain.parts.every(({ from }) => from === "built from Go modules")).toBe(true);
    expect(toolchain.plugins).toMatchObject({ kind: "offline", reason: expect.stringContaining(reason) as string });
  });

  test("is compiled where the download breaks off, which leaves nothing behind", async () => {
    await serveReleases({ keep: 0.5 });
    const lines: string[] = [];
    const toolchain = await resolveToolchain((line) => lines.push(line), { plugins: "offline" });
    expect(toolchain.parts.find(({ name }) => name === "pulumi")?.from).toBe("built from Go modules");
    expect(lines.some((line) => line.includes("could not be downloaded"))).toBe(true);
    expect(readdirSync(join(sandbox.toolchain, "pulumi-release"))).toEqual([]);
  });
});

describe("the toolchain", () => {
  test("is compiled as a whole where Pulumi's host is out of reach, each tool told once", async () => {
    const ready: string[] = [];
    const toolchain = await resolveToolchain(quiet, { onReady: ({ name }) => ready.push(name) });
    expect(ready).toEqual([...toolNames]);
    expect(sandbox.builds()).toHaveLength(toolNames.length);
    expect(toolchain.plugins).toMatchObject({
      kind: "offline",
      reason: expect.stringContaining("ECONNREFUSED") as string,
    });
    expect(toolchain.searchPath).toEqual([dirname(toolchain.pulumiLanguageNodejs ?? "")]);
  });

  test("holds a link for each Kubernetes program beside their one binary", async () => {
    const { kubernetes, kubectl } = await resolveToolchain(quiet);
    for (const program of kubernetesPrograms) expect(existsSync(join(dirname(kubernetes), program))).toBe(true);
    expect(kubectl).toBe(join(dirname(kubernetes), "kubectl"));
  });

  test("resolved once is located without a question to any host", async () => {
    const resolved = await resolveToolchain(quiet);
    const { plugins, ...located } = await locateToolchain();
    expect({ ...located, plugins: resolved.plugins }).toEqual(resolved);
    expect(plugins.kind).toBe("offline");
  });

  test("that is not there yet is reported with every missing tool and the command that gets them", async () => {
    const error = await locateToolchain().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toContain("kubernetes, pause, pulumi, coredns");
    expect((error as StepError).fix).toContain("npm start");
  });
});

describe("the provider plugins", () => {
  beforeEach(() => void pulumiOnPath(version));

  test("are the official ones on PATH where all are there", async () => {
    pluginsOnPath();
    expect((await resolveToolchain(quiet)).plugins).toMatchObject({
      kind: "official",
      plugins: [
        { name: "kubernetes", from: "PATH" },
        { name: "random", from: "PATH" },
      ],
    });
  });

  test("are never mixed: one official plugin alone gives way to the offline ones", async () => {
    sandbox.program("pulumi-resource-random", "exit 0");
    expect((await resolveToolchain(quiet)).plugins.kind).toBe("offline");
  });

  test("stay the offline ones for a stack that was made with them", async () => {
    pluginsOnPath();
    expect((await resolveToolchain(quiet, { plugins: "offline" })).plugins.kind).toBe("offline");
    expect((await locateToolchain({ plugins: "offline" })).plugins.kind).toBe("offline");
  });

  test("are refused with the reason where a stack needs the official ones and they can't be had", async () => {
    const error = await resolveToolchain(quiet, { plugins: "official" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toContain("can't be had: Pulumi's host can't be reached");
  });
});
