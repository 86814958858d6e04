import { afterEach, expect, test } from "vitest";
import { buildTools } from "../../../local/toolchain/build";
import { diagnose, type Finding, isHealthy, renderFindings } from "../../../local/toolchain/doctor";
import { reviewToolNames, toolNames, toolVersion } from "../../../local/toolchain/tools";
import { makeSandbox, type Sandbox } from "./sandbox";

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.remove());

const finding = (state: Finding["state"]): Finding => ({
  group: "host",
  part: "nft",
  state,
  version: "1.0",
  from: "/usr/sbin/nft",
  fix: "apt-get install nftables",
});

test("a host is healthy as long as nothing is left for the user to do", () => {
  expect(isHealthy([finding("ok"), finding("later")])).toBe(true);
  expect(isHealthy([finding("ok"), finding("missing")])).toBe(false);
});

test("the table shows each part, and the fix of a missing one only", () => {
  const text = renderFindings([finding("ok"), finding("missing")]);
  expect(text.match(/what to do: apt-get install nftables/g)).toHaveLength(1);
  expect(text).toContain("✔ nft  1.0  /usr/sbin/nft");
  expect(text).toContain("1 there, 0 for npm start to get, 1 missing");
});

test("every tool is listed with its version, and the one that stands with where it came from", async () => {
  sandbox = makeSandbox();
  sandbox.compiler();
  await buildTools(["pause"], () => undefined);
  const findings = await diagnose();
  for (const name of toolNames) {
    expect(findings.find(({ part }) => part === name)).toMatchObject({
      version: toolVersion(name),
      state: name === "pause" ? "ok" : "later",
    });
  }
  for (const name of reviewToolNames) {
    expect(findings.find(({ part }) => part === name)).toMatchObject({ version: toolVersion(name), state: "optional" });
  }
  expect(findings.find(({ part }) => part === "pause")?.from).toContain("built from Go modules with Go 1.26.0");
  expect(findings.find(({ part }) => part === "go")).toMatchObject({ version: "1.26.0", state: "ok" });
});

test("a Go too old is not listed as there", async () => {
  sandbox = makeSandbox();
  sandbox.compiler({ version: "1.19.0" });
  expect((await diagnose()).find(({ part }) => part === "go")).toMatchObject({ state: "later" });
});
