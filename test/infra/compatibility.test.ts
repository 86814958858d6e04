import { describe, expect, it } from "vitest";
import { agreements, refuseMisfits, versionTable, type VersionTable } from "../../infra/compatibility";
import { sparkLines } from "../../infra/compatibility-facts";

const withSpark = (change: Partial<VersionTable["spark"]>): VersionTable => ({
  ...versionTable,
  spark: { ...versionTable.spark, ...change },
});
const misfits = (table: VersionTable) =>
  agreements(table)
    .filter(({ fits }) => !fits)
    .map(({ what }) => what);

describe("the table of versions", () => {
  it("fits together", () => {
    expect(misfits(versionTable)).toEqual([]);
    expect(() => refuseMisfits()).not.toThrow();
  });

  it("has each of its versions held against something", () => {
    const versions = agreements().map(({ version }) => version);
    const { hadoop, scala, awsSdk, python, java, mssqlJdbc } = versionTable.spark;
    const { jupyterServer, ipykernel } = versionTable.notebooks;
    for (const version of [hadoop, scala, awsSdk, python, java, mssqlJdbc, jupyterServer, ipykernel])
      expect(versions).toContain(version);
    expect(agreements().filter(({ what }) => what.startsWith("csi-driver-smb"))).toHaveLength(4);
  });

  it.each<[string, VersionTable, string[]]>([
    ["Hadoop of another Spark", withSpark({ hadoop: "3.4.1" }), ["Hadoop client and hadoop-aws", "AWS SDK"]],
    ["an SDK that hadoop-aws isn't built for", withSpark({ awsSdk: "2.35.4" }), ["AWS SDK"]],
    ["a Scala without artifacts", withSpark({ scala: "2.12" }), ["Scala"]],
    ["a Python that Spark dropped", withSpark({ python: "3.9" }), ["Python", "Python of notebooks"]],
    ["a Java that Spark doesn't run on", withSpark({ java: "11" }), ["Java"]],
    ["a driver for a newer Java", withSpark({ mssqlJdbc: "13.6.0.jre25" }), ["mssql-jdbc"]],
    ["a preview of the driver", withSpark({ mssqlJdbc: "13.5.1.jre11" }), ["mssql-jdbc"]],
    [
      "a server that JupyterLab is newer than",
      { ...versionTable, notebooks: { ...versionTable.notebooks, jupyterServer: "2.18.2" } },
      ["jupyter-server"],
    ],
    [
      "a kernel that JupyterLab excludes",
      { ...versionTable, notebooks: { ...versionTable.notebooks, ipykernel: "6.30.0" } },
      ["ipykernel"],
    ],
    [
      "a recommended Kubernetes older than Spark asks for",
      { ...versionTable, kubernetes: { ...versionTable.kubernetes, recommended: "1.30" } },
      ["Kubernetes, recommended"],
    ],
    [
      "Kubernetes releases that Spark's client is older than",
      { ...versionTable, kubernetes: { least: "1.35", recommended: "1.35", newest: "1.37" } },
      ["Kubernetes API"],
    ],
    [
      "a sidecar of another release",
      {
        ...versionTable,
        smbDriver: { ...versionTable.smbDriver, resizer: "registry.k8s.io/sig-storage/csi-resizer:v2.1.0" },
      },
      ["csi-driver-smb's resizer"],
    ],
  ])("names %s", (_, table, what) => {
    expect(misfits(table)).toEqual(what);
  });

  it("takes another Spark with what that one brings", () => {
    const { hadoop, scala } = sparkLines["4.2"] ?? { hadoop: "", scala: "" };
    const table = withSpark({ spark: "4.2.0", hadoop, scala, awsSdk: "2.35.4", java: "25" });
    expect(misfits({ ...table, kubernetes: { least: "1.34", recommended: "1.34", newest: "1.37" } })).toEqual([]);
  });

  it("asks for the facts of a JupyterLab that it doesn't know", () => {
    const table = { ...versionTable, notebooks: { ...versionTable.notebooks, jupyterlab: "5.0.0" } };
    expect(misfits(table)).toEqual(["jupyter-server", "ipykernel", "Python of notebooks"]);
  });

  it("asks for the facts of a release that it doesn't know", () => {
    const unknown = agreements(withSpark({ spark: "5.0.0" })).filter(({ fits }) => !fits);
    expect(unknown.length).toBeGreaterThan(3);
    for (const { fitting } of unknown)
      expect(fitting).toBe("a row for Spark 5.0 in infra/compatibility-facts.ts, read from its publications");
  });
});

describe("a preview", () => {
  it("is refused for versions that don't fit, with what would", () => {
    expect(() => refuseMisfits(withSpark({ awsSdk: "2.35.4" }))).toThrow(
      "infra/versions.ts: AWS SDK 2.35.4 doesn't fit hadoop-aws 3.4.2; it takes 2.29.52.",
    );
  });
});
