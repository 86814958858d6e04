import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { databaseConnection, type DatabaseArgs } from "../../../components/databases/connection";
import { createDatabaseFiles } from "../../../components/databases/database-files";
import { isSecret, record, valueOf } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";

const args: DatabaseArgs = {
  ...{ kind: "sqlserver", host: "sql.example.com", port: 1433, database: "harp", cidrs: ["10.50.0.11/32"] },
  ...{ user: "reader", password: "hush" },
};
const postgresql: DatabaseArgs = { ...args, kind: "postgresql", port: 5432, certificates: "PEM" };

describe("a database", () => {
  it("is a URL with its driver, a login and a place on the network", async () => {
    const { password, ...harp } = databaseConnection("harp", args);
    expect(harp).toEqual({
      name: "harp",
      url: expect.stringMatching(/^jdbc:sqlserver:\/\/sql\.example\.com:1433;databaseName=harp;/) as string,
      driver: "com.microsoft.sqlserver.jdbc.SQLServerDriver",
      user: "reader",
      destination: { peers: [{ cidrs: ["10.50.0.11/32"] }], ports: [{ port: 1433 }] },
    });
    expect(await pulumi.isSecret(password)).toBe(true);
    expect(await valueOf(password)).toBe("hush");
  });

  it.each<[string, string, Partial<DatabaseArgs>, RegExp]>([
    ["a name that is no label", "Harp", {}, /name is "Harp"; expected a DNS label/],
    ["a name that is too long", "a".repeat(31), {}, /expected at most 30 characters/],
    ["a host with an instance", "harp", { host: "sql\\sales" }, /host is .* expected a host name or an IPv4 address/],
    ["a port that is none", "harp", { port: 70000 }, /port is 70000; expected a port from 1 to 65535/],
    ["no database", "harp", { database: "" }, /database is ""; expected a name/],
    ["no user", "harp", { user: "" }, /user is ""; expected a name/],
    ["no addresses", "harp", { cidrs: [] }, /cidrs is \[\]; expected at least one address range/],
    [
      "certificates that nothing checks",
      "harp",
      { ...postgresql, tls: "require" },
      /tls is "require"; expected "verify-full", since certificates are given/,
    ],
  ])("is refused with %s", (_, name, changes, message) => {
    expect(() => databaseConnection(name, { ...args, ...changes })).toThrow(message);
  });
});

describe("the files of databases", () => {
  const namespace = namespaceReference("notebooks-harp", "dev");
  const files = (databases: Readonly<Record<string, DatabaseArgs>>) =>
    record(() =>
      createDatabaseFiles(
        "notebook-harp",
        {
          ...{ namespace, labels: { a: "b" } },
          databases: Object.entries(databases).map(([name, one]) => databaseConnection(name, one)),
        },
        new pulumi.ComponentResource("test:Parent", "parent"),
      ),
    );

  it("are an entry for each, and the password in a file of its own, all marked secret", async () => {
    const made = await files({ harp: args });
    const { metadata, stringData } = made.manifest("Secret", "databases") as {
      metadata: unknown;
      stringData: Record<string, string>;
    };
    expect(metadata).toEqual({ name: "databases", namespace: "dev-notebooks-harp", labels: { a: "b" } });
    expect(JSON.parse(stringData["harp.json"] ?? "")).toEqual({
      url: databaseConnection("harp", args).url,
      driver: "com.microsoft.sqlserver.jdbc.SQLServerDriver",
      user: "reader",
      passwordFile: "harp.password",
    });
    expect(stringData["harp.password"]).toBe("hush");
    expect(isSecret(made.one("Secret").inputs.stringData)).toBe(true);
  });

  it("leave certificates, which are public, out of the Secret", async () => {
    const made = await files({ harp: args, risk: postgresql });
    expect(made.manifest("ConfigMap", "database-certificates").data).toEqual({ "risk.crt": "PEM" });
    expect(JSON.stringify(made.manifest("Secret"))).not.toContain("PEM");
    const { secretName, certificates } = made.result;
    expect(secretName && (await valueOf(secretName))).toBe("databases");
    expect(certificates && (await valueOf(certificates))).toBe("database-certificates");
  });

  it("are none without a database", async () => {
    const made = await files({});
    expect(made.result).toEqual({});
    expect([...made.all("Secret"), ...made.all("ConfigMap")]).toEqual([]);
  });
});
