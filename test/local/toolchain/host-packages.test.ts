import { afterEach, describe, expect, test } from "vitest";
import {
  findHostPart,
  type HostPart,
  hostParts,
  missingHostPackages,
  packagesOf,
  parseOsRelease,
} from "../../../local/toolchain/host-packages";
import { decideInstall, installCommand, installHostPackages } from "../../../local/toolchain/install-host-packages";
import { makeSandbox, type Sandbox } from "./sandbox";

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.remove());

const absent: HostPart = {
  name: "no-such-program",
  lookup: { program: "no-such-program" },
  debianPackage: "no-such-package",
  purpose: "shows what is missing",
};

describe("a host part", () => {
  test("is found on PATH", () => {
    sandbox = makeSandbox();
    const path = sandbox.program("no-such-program", "exit 0");
    expect(findHostPart(absent).path).toBe(path);
    expect(missingHostPackages([absent])).toEqual([]);
  });

  test("is missing where no file of it exists", () => {
    const part: HostPart = { ...absent, lookup: { anyFile: ["/no/such/file"] } };
    expect(missingHostPackages([absent, part])).toEqual([absent, part]);
  });

  test("of Python is missing where python3 can't import it", () => {
    sandbox = makeSandbox();
    const part: HostPart = { ...absent, lookup: { pythonModules: ["venv", "ensurepip"] } };
    sandbox.program("python3", `[ "$2" = "import venv, ensurepip" ]`);
    expect(findHostPart(part).path).toContain("python3");
    sandbox.program("python3", "exit 1");
    expect(findHostPart(part).path).toBeUndefined();
  });

  test("tells its package and its purpose", () => {
    for (const { name, debianPackage, purpose } of hostParts) {
      expect([name, debianPackage, purpose].every((text) => text.length > 1)).toBe(true);
      expect(debianPackage).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
    }
  });
});

test("packages are listed once each, in order", () => {
  const parts = ["b", "a", "b"].map((debianPackage) => ({ ...absent, debianPackage }));
  expect(packagesOf(parts)).toEqual(["a", "b"]);
  expect(installCommand(["a", "b"])).toBe("apt-get update && apt-get install --yes --no-install-recommends a b");
});

test.each([
  ["Debian", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', "Debian GNU/Linux 12 (bookworm)", true],
  [
    "Ubuntu",
    'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\n',
    "Ubuntu 24.04.1 LTS",
    true,
  ],
  ["Mint", "PRETTY_NAME='Linux Mint 22'\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "Linux Mint 22", true],
  ["Fedora", "NAME=Fedora\nID=fedora\n", "Fedora", false],
  ["Rocky", 'PRETTY_NAME="Rocky Linux 9.4"\nID="rocky"\nID_LIKE="rhel centos fedora"\n', "Rocky Linux 9.4", false],
  ["a host that says nothing", "", "an unknown Linux", false],
])("os-release of %s", (_, text, name, debianLike) => {
  expect(parseOsRelease(text)).toEqual({ name, debianLike });
});

describe("the decision about missing packages", () => {
  const terminal = {
    isRoot: true,
    distribution: { name: "Debian", debianLike: true },
    hasApt: true,
    assumeYes: false,
    isTerminal: true,
    isCi: false,
  };

  test.each([
    ["asks on a terminal", {}, "ask"],
    ["installs with --yes", { assumeYes: true }, "install"],
    ["installs in CI", { isCi: true }, "install"],
    ["installs where there is no terminal", { isTerminal: false }, "install"],
  ])("%s", (_, circumstances, decision) => {
    expect(decideInstall({ ...terminal, ...circumstances })).toBe(decision);
  });

  test.each([
    ["who is not root", { isRoot: false, assumeYes: true }, "only root"],
    ["on Fedora", { distribution: { name: "Fedora", debianLike: false } }, "on Fedora"],
    ["without apt-get", { hasApt: false }, "Debian and Ubuntu only"],
  ])("refuses one %s", (_, circumstances, reason) => {
    expect(decideInstall({ ...terminal, ...circumstances })).toMatchObject({
      refuse: expect.stringContaining(reason) as string,
    });
  });
});

describe("installing", () => {
  test("nothing where nothing is missing runs nothing", async () => {
    sandbox = makeSandbox({ bare: true });
    await expect(installHostPackages([], { assumeYes: true }, () => undefined)).resolves.toBeUndefined();
  });

  test("where there is no apt-get lists each part, its package and the command", async () => {
    sandbox = makeSandbox({ bare: true });
    const refused = installHostPackages([absent], { assumeYes: true }, () => undefined);
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining("Programs of the host are missing") as string,
      lastLines: ["no-such-program (package no-such-package): shows what is missing"],
      fix: expect.stringContaining("apt-get install --yes --no-install-recommends no-such-package") as string,
    });
  });
});
