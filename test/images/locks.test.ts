import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sparkRelease } from "../../infra/versions";
import { lockedVersions, wantedPackages } from "../../local/images/python-lock";
import { imageNames, imagesDirectory } from "../../local/images/tags";

const read = (name: string) => readFileSync(join(imagesDirectory, name), "utf8");

/** The coordinates of a jars.lock, and its checksums. */
const jars = read("jars.lock")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/\s+/) as [string, string]);

function expectPinned(requirements: string, moreThan: number): void {
  const entries = requirements
    .replace(/^#.*\n/gm, "")
    .replaceAll("\\\n", " ")
    .trim()
    .split("\n");
  expect(entries.length).toBeGreaterThan(moreThan);
  for (const entry of entries) expect(entry).toMatch(/^[a-z0-9-]+==[\w.]+(\s+--hash=sha256:[0-9a-f]{64})+$/);
}

describe("images/jars.lock", () => {
  it("holds the jars of the one Spark release, and no other version of any", () => {
    const { spark, scala, hadoop, awsSdk, mssqlJdbc, postgresqlJdbc } = sparkRelease;
    expect(jars.map(([, coordinates]) => coordinates)).toEqual([
      `org.apache.hadoop:hadoop-aws:${hadoop}`,
      `software.amazon.awssdk:bundle:${awsSdk}`,
      expect.stringMatching(/^software\.amazon\.s3\.analyticsaccelerator:analyticsaccelerator-s3:[\d.]+$/),
      `org.apache.spark:spark-hadoop-cloud_${scala}:${spark}`,
      `com.microsoft.sqlserver:mssql-jdbc:${mssqlJdbc}`,
      `org.postgresql:postgresql:${postgresqlJdbc}`,
    ]);
  });

  it("has a SHA-256 for each jar", () => {
    for (const [sum, coordinates] of jars) expect(sum, coordinates).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("images/requirements.txt", () => {
  const requirements = read("requirements.txt");

  it("pins pyspark to the one Spark release", () => {
    expect(requirements).toMatch(new RegExp(`^pyspark==${sparkRelease.spark.replaceAll(".", "\\.")} `, "m"));
  });

  it("pins every package to a version with a SHA-256", () => {
    expectPinned(requirements, 5);
  });
});

describe("images/jupyter/requirements.txt", () => {
  const requirements = read("jupyter/requirements.txt");

  it("pins what the table of versions asks for (else: npm run images:lock)", () => {
    const locked = lockedVersions(requirements);
    for (const wanted of wantedPackages()) {
      const [name = "", version] = wanted.split("==");
      expect(locked.get(name), name).toBe(version);
    }
  });

  it("holds no package that the Spark image has, so that both have the same version of each", () => {
    const spark = lockedVersions(read("requirements.txt"));
    expect([...lockedVersions(requirements).keys()].filter((name) => spark.has(name))).toEqual([]);
  });

  it("pins every package to a version with a SHA-256", () => {
    expectPinned(requirements, 50);
  });
});

describe("images/Containerfile", () => {
  const containerfile = read("Containerfile");

  it("names no version and no host that the table of versions or a tool's default already has", () => {
    const lines = containerfile.split("\n").filter((line) => !line.startsWith("#"));
    for (const version of [sparkRelease.spark, sparkRelease.hadoop, sparkRelease.awsSdk, sparkRelease.python]) {
      expect(lines.join("\n")).not.toContain(version);
    }
    expect(lines.join("\n")).not.toMatch(/https?:\/\//);
  });

  it.each(imageNames)("doesn't run the image %s as root", (name) => {
    const stage = containerfile.split(/^FROM /m).find((text) => text.split("\n")[0]?.endsWith(` AS ${name}`));
    expect(stage?.match(/^USER (\S+)/gm)?.at(-1)).toMatch(/^USER [1-9]\d*:\d+$/);
  });
});
