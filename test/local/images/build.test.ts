import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { debianRelease, localBaseReference, updateSources } from "../../../local/images/base-image";
import { buildArguments } from "../../../local/images/build";
import { buildahCommand, runToEnd } from "../../../local/images/buildah";
import { abandoned, containerName } from "../../../local/images/containers";
import { buildProgress, fixForBuildFailure } from "../../../local/images/failures";
import { isExitNotice, runArguments } from "../../../local/images/run-in-image";
import { siteOptions } from "../../../local/images/site";
import { StepError } from "../../../console/errors";

describe("site options", () => {
  it("come from the environment, and empty variables count as unset", () => {
    const environment = { HAMILTON_APT_MIRROR: "http://mirror/debian", PIP_INDEX_URL: "", SSL_CERT_FILE: "/ca.pem" };
    expect(siteOptions(environment, () => true)).toEqual({ aptMirror: "http://mirror/debian", caBundle: "/ca.pem" });
  });

  it("find the host's own certificates where no file is named", () => {
    expect(siteOptions({}, (path) => path === "/etc/ssl/ca-bundle.pem").caBundle).toBe("/etc/ssl/ca-bundle.pem");
    expect(siteOptions({}, () => false).caBundle).toBeUndefined();
  });
});

describe("the arguments of a build", () => {
  const args = buildArguments("spark", "base:1", { caBundle: "/ca.pem", mavenMirror: "http://m" }, "localhost/x:1");

  it("carry the base, the versions and the mirrors that are set", () => {
    expect(args).toContain("BASE_IMAGE=base:1");
    expect(args).toContain("MAVEN_MIRROR=http://m");
    expect(args.some((arg) => arg.startsWith("SPARK_VERSION="))).toBe(true);
    expect(args.some((arg) => arg.startsWith("APT_MIRROR="))).toBe(false);
  });

  it("hand certificates over as a secret, which no layer keeps", () => {
    expect(args.join(" ")).toContain("--secret id=ca-bundle,src=/ca.pem");
  });
});

describe("buildah", () => {
  it("runs in namespaces of its own on a store of its own", () => {
    const command = buildahCommand("/cache", "/run/1", ["images"]);
    expect(command.slice(0, 3)).toEqual(["unshare", "--mount", "--pid"]);
    expect(command.join(" ")).toContain("buildah --root /cache/store --runroot /run/1");
  });

  it("fails with the command, the last lines and what to do", async () => {
    const failing = runToEnd(["sh", "-c", "echo one; echo no space left on device >&2; exit 3"], {}, "It broke");
    await expect(failing).rejects.toThrow(StepError);
    await expect(failing).rejects.toMatchObject({
      message: "It broke",
      lastLines: expect.arrayContaining(["one"]) as unknown,
    });
    await expect(failing).rejects.toMatchObject({ fix: expect.stringContaining("HAMILTON_CACHE") as unknown });
  });

  it("says that a program is not installed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hamilton-none-"));
    await expect(runToEnd([join(folder, "nothing")], {}, "It broke")).rejects.toThrow(/is not installed/);
  });
});

describe("the base image", () => {
  it("is of the Debian release that the pinned reference names", () => {
    expect(debianRelease("debian:trixie-slim")).toBe("trixie");
    expect(debianRelease("registry.example.org:5000/debian:forky")).toBe("forky");
    expect(() => debianRelease("debian")).toThrow(/names no Debian release/);
  });

  it("made on the host has a name of its own for each release, and gets security fixes", () => {
    expect(localBaseReference("trixie")).toMatch(/^localhost\/hamilton\/base:trixie-[0-9a-f]{12}$/);
    expect(localBaseReference("trixie")).not.toBe(localBaseReference("forky"));
    expect(updateSources("http://mirror/debian/", "trixie")).toContain(
      "deb http://mirror/debian-security trixie-security main",
    );
  });
});

describe("what a killed build left", () => {
  it("is every container but those of processes that still run", () => {
    const mine = containerName(4711);
    const listed = [
      { id: "a", containername: mine },
      { id: "b", containername: "hamilton-run-4712-1" },
      { id: "c", containername: "0a1b-working-container" },
    ];
    expect(abandoned(listed, (pid) => pid === 4711)).toEqual(["b", "c"]);
  });
});

describe("a failed build's fix", () => {
  it.each([
    ["write /x: no space left on device", "HAMILTON_CACHE"],
    [
      "ssl.SSLCertVerificationError: certificate verify failed: self-signed certificate in certificate chain",
      "SSL_CERT_FILE",
    ],
    ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "pinned"],
    ["bundle-2.29.52.jar: FAILED", "pinned"],
    ["W: Temporary failure resolving 'mirror'", "HAMILTON_APT_MIRROR"],
    ["::          UNRESOLVED DEPENDENCIES         ::", "HAMILTON_MAVEN_MIRROR"],
    ["requirements.txt has another pyspark than 4.3.0", "infra/versions.ts"],
    ["something else", "start again"],
  ])("for %j names %s", (line, word) => {
    expect(fixForBuildFailure(["step 1", line])).toContain(word);
  });
});

describe("progress of a build", () => {
  it("is its steps, without the mounts, on one line", () => {
    expect(buildProgress("[1/2] STEP 5/6: RUN --mount=type=cache,target=/x     set -eu;     true")).toBe(
      "step 5/6: RUN set -eu; true",
    );
    expect(buildProgress("Unpacking libc6")).toBeUndefined();
    expect(buildProgress(`STEP 1/1: RUN ${"x".repeat(300)}`)?.length).toBeLessThan(120);
  });
});

describe("a command in the Spark image", () => {
  it("has the host's network, its mounts and variables, and a name that resolves", () => {
    const args = runArguments("c1", ["echo", "hi"], {
      mounts: [{ source: "/a", target: "/b", readOnly: true }],
      env: { X: "1" },
      cwd: "/b",
    });
    const text = args.join(" ");
    expect(text).toContain(
      "--network host --hostname localhost --user 0:0 --workingdir /b --env X=1 --volume /a:/b:ro c1 -- echo hi",
    );
  });

  it("keeps what buildah says of its exit code out of what it said", () => {
    expect(isExitNotice("subprocess exited with status 7")).toBe(true);
    expect(isExitNotice("Error: exit status 7")).toBe(true);
    expect(isExitNotice("Error: no files")).toBe(false);
  });
});
