import { describe, expect, it } from "vitest";
import { parseStackFile } from "../../infra/config";
import { databasesOf } from "../../infra/config/notebook-rules";
import { changed, faults, oneFault, type Path } from "../support/stack-files";
import type { Environment } from "../support/platform";

const parsed = (...changes: readonly (readonly [Path, unknown])[]) =>
  parseStackFile(changed("dev", ...changes), "dev").config;
const postgresql = {
  ...{ kind: "postgresql", host: "pg.example.com", database: "risk", cidrs: ["10.1.0.0/16"] },
  ...{ user: "reader", password: "harp-database-password" },
};
const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

describe("databases in a stack file", () => {
  it("have their defaults filled in", () => {
    const { harp, risk } = parsed([["databases", "risk"], postgresql]).databases;
    expect(harp).toMatchObject({ port: 1433, trustServerCertificate: false });
    expect(risk).toMatchObject({ port: 5432, tls: "verify-full" });
  });

  it("may be left out, in whole or as an empty group", () => {
    for (const value of [undefined, {}]) expect(parsed([["databases"], value]).databases).toEqual({});
    expect(parseStackFile(changed("local"), "local").config.databases).toEqual({});
  });

  it("are all seen by a notebook that names none, and else those that it names", () => {
    const { notebooks, databases } = parsed(
      [["databases", "risk"], postgresql],
      [["notebooks", "risk", "databases"], ["risk"]],
      [["notebooks", "quiet"], { ...parsed().notebooks.risk, databases: [] }],
    );
    const seen = Object.entries(notebooks).map(([name, notebook]) => [name, databasesOf(notebook, databases)]);
    expect(Object.fromEntries(seen)).toEqual({ harp: ["harp", "risk"], risk: ["risk"], quiet: [] });
  });

  it("may be one database under two names", () => {
    const again = parsed().databases.harp;
    expect(Object.keys(parsed([["databases", "again"], again]).databases).sort()).toEqual(["again", "harp"]);
  });

  it("may trust any certificate, or go in the clear, outside production", () => {
    const plain: [Path, unknown][] = [
      [["databases", "harp", "trustServerCertificate"], true],
      [["databases", "risk"], { ...postgresql, tls: "disable" }],
    ];
    expect(faults(changed("dev", ...plain), "dev")).toEqual([]);
    expect(faults(changed("prod", ...plain), "prod")).toEqual([
      "Pulumi.prod.yaml: hamilton:databases.harp.trustServerCertificate is true; expected false in production, with a certificate that Java trusts.",
      'Pulumi.prod.yaml: hamilton:databases.risk.tls is "disable"; expected "verify-full" or "require" in production.',
    ]);
  });
});

const root = "hamilton:databases";

describe("a faulty database", () => {
  it.each<[string, Environment, Path, unknown, string]>([
    [
      "a name that is no label",
      "dev",
      ["databases", "Risk"],
      postgresql,
      `${root}.Risk has a wrong name; expected a DNS label: 1 to 63 of a-z, 0-9 and "-", starting and ending with a letter or digit`,
    ],
    [
      "a name that is too long",
      "dev",
      ["databases", "a".repeat(31)],
      postgresql,
      `${root}.${"a".repeat(31)} has a wrong name; expected a DNS label of at most 30 characters such as "harp"`,
    ],
    [
      "a kind that there isn't",
      "dev",
      ["databases", "harp", "kind"],
      "oracle",
      `${root}.harp.kind is "oracle"; expected one of "sqlserver", "postgresql"`,
    ],
    [
      "an unknown key",
      "dev",
      ["databases", "harp", "datbase"],
      "harp",
      `${root}.harp.datbase is unknown; the nearest that is known is "database"`,
    ],
    [
      "a key of the other kind",
      "dev",
      ["databases", "risk"],
      { ...postgresql, trustServerCertificate: true },
      `${root}.risk.trustServerCertificate is unknown; known are: certificates, cidrs, database, host, kind, password, port, tls, user`,
    ],
    [
      "a named instance",
      "dev",
      ["databases", "harp", "host"],
      "sql\\sales",
      `${root}.harp.host is "sql\\\\sales"; expected a host name or an IPv4 address`,
    ],
    [
      "no database",
      "dev",
      ["databases", "harp", "database"],
      "",
      `${root}.harp.database is ""; expected a database's name`,
    ],
    [
      "a port that is none",
      "dev",
      ["databases", "harp", "port"],
      0,
      `${root}.harp.port is 0; expected a whole number from 1 to 65535`,
    ],
    [
      "no addresses",
      "dev",
      ["databases", "harp", "cidrs"],
      [],
      `${root}.harp.cidrs is []; expected at least 1 entries`,
    ],
    [
      "an address outside the ranges",
      "dev",
      ["databases", "harp", "host"],
      "10.20.9.9",
      `${root}.harp.cidrs is ["10.20.5.11/32"]; expected ranges with the host's address (10.20.9.9)`,
    ],
    [
      "a password in its place",
      "dev",
      ["databases", "harp", "password"],
      "Hush!",
      `${root}.harp.password names no secret; expected the name of an entry of hamilton:secrets such as "harp-password"`,
    ],
    [
      "a protection that there isn't",
      "dev",
      ["databases", "risk"],
      { ...postgresql, tls: "prefer" },
      `${root}.risk.tls is "prefer"; expected one of "verify-full", "require", "disable"`,
    ],
    [
      "certificates that nothing checks",
      "dev",
      ["databases", "risk"],
      { ...postgresql, tls: "require", certificates: pem },
      `${root}.risk.tls is "require"; expected "verify-full", since certificates are given`,
    ],
    [
      "a notebook that names another",
      "dev",
      ["notebooks", "harp", "databases"],
      ["hrap"],
      'hamilton:notebooks.harp.databases[0] is unknown; the nearest that is known is "harp"',
    ],
    [
      "a notebook that names it twice",
      "dev",
      ["notebooks", "harp", "databases"],
      ["harp", "harp"],
      'hamilton:notebooks.harp.databases[1] is "harp"; expected each database once',
    ],
  ])("is refused with %s", (_, environment, path, value, sentence) => {
    expect(oneFault(environment, path, value)).toBe(`Pulumi.${environment}.yaml: ${sentence}.`);
  });

  it("isn't hidden by another one's fault", () => {
    const text = changed(
      "dev",
      [["databases", "harp", "host"], "a b"],
      [["databases", "risk"], { kind: "postgresql" }],
    );
    expect(faults(text, "dev").length).toBeGreaterThan(3);
  });
});
