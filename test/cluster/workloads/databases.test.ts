import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jdbcDrivers, jdbcUrl, type PostgresqlDatabase } from "../../../components/databases/jdbc-url";
import { certificatesFile } from "../../../components/databases/settings";
import { PostgresServer } from "../../e2e/support/postgresql";
import { inJupyterImage, makeScratch } from "./notebook/in-image";

interface Outcome {
  readonly texts: readonly string[];
  readonly errors: readonly { readonly shown: string }[];
}

/** Java, Spark and a loaded host take their part beside the 15 seconds of the URL. */
const longestSeconds = 30;

const scratch = makeScratch();
const open: Socket[] = [];
let silent: Server;

/** A server that takes connections and never says a word. */
function listen(): Promise<Server> {
  const server = createServer((socket) => open.push(socket));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function write(name: string, entry: { readonly url: string; readonly driver: string }): void {
  const file = (suffix: string) => join(scratch.folder, "databases", `${name}.${suffix}`);
  writeFileSync(file("json"), JSON.stringify({ ...entry, user: "reader", passwordFile: `${name}.password` }));
  writeFileSync(file("password"), "hush");
}

async function runCells(cells: readonly string[]): Promise<readonly Outcome[]> {
  const args = ["python3", "/test/cluster/workloads/notebook/cells.py", ...cells];
  const { exitCode, stdout, stderr } = await inJupyterImage(scratch, args, { cwd: "/tmp" });
  expect(exitCode, stderr.slice(-3000)).toBe(0);
  const lines = stdout.trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Outcome);
}

/** Reads a table of each database in one kernel, one cell after the other. */
async function readTables(names: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
  const cells = names.map(
    (name) =>
      `import hamilton, time\nbegan = time.monotonic()\ntry:\n    hamilton.jdbc("${name}").table("trades")\n` +
      "finally:\n    print(time.monotonic() - began)",
  );
  const [, ...outcomes] = await runCells(["spark.range(1).count()", ...cells]);
  return new Map(names.map((name, index) => [name, outcomes[index] as Outcome]));
}

/** Without TLS nothing but the limits of the URL ends PostgreSQL's wait for a first word. */
const servers = [
  { kind: "sqlserver", database: "a;b}c?d" },
  { kind: "postgresql", database: "a;b}c?d", tls: "disable" },
] as const;

describe("a database that can't be reached, by the drivers of the image", () => {
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    silent = await listen();
    const { port } = silent.address() as AddressInfo;
    // Port 1 is nobody's; the name is one that no DNS may know (RFC 6761).
    const places = {
      silent: { host: "127.0.0.1", port },
      refused: { host: "127.0.0.1", port: 1 },
      unknown: { host: "db.invalid", port: 1433 },
    };
    for (const [place, address] of Object.entries(places))
      for (const server of servers) {
        const name = `${place}-${server.kind}`;
        write(name, { url: jdbcUrl(name, { ...server, ...address }), driver: jdbcDrivers[server.kind] });
      }
    outcomes = await readTables(Object.keys(places).flatMap((place) => [`${place}-sqlserver`, `${place}-postgresql`]));
  }, 600_000);

  afterAll(() => {
    for (const socket of open) socket.destroy();
    silent.close();
  });

  it.each([
    ["silent-sqlserver", /^HamiltonError: database "silent-sqlserver" \(127\.0\.0\.1:\d+\): [^\n]*timed out[^\n]*$/],
    ["silent-postgresql", /^HamiltonError: database "silent-postgresql" \(127\.0\.0\.1:\d+\): [^\n]*timed out[^\n]*$/],
    ["refused-sqlserver", /^HamiltonError: database "refused-sqlserver" \(127\.0\.0\.1:1\): [^\n]*refused[^\n]*$/],
    ["refused-postgresql", /^HamiltonError: database "refused-postgresql" \(127\.0\.0\.1:1\): [^\n]*refused[^\n]*$/],
    [
      "unknown-sqlserver",
      /^HamiltonError: database "unknown-sqlserver" \(db\.invalid:1433\): [^\n]*db\.invalid[^\n]*$/,
    ],
    [
      "unknown-postgresql",
      /^HamiltonError: database "unknown-postgresql" \(db\.invalid:1433\): [^\n]*UnknownHost[^\n]*$/,
    ],
  ])("ends the cell with one sentence: %s", (name, sentence) => {
    const [error, ...more] = outcomes.get(name)?.errors ?? [];
    expect(error?.shown).toMatch(sentence);
    expect(more).toEqual([]);
  });

  it("ends it within the time that the URL gives", () => {
    for (const [name, { texts }] of outcomes) {
      const seconds = Number(texts.join(""));
      expect(seconds, `${name} took ${texts.join("")} s`).toBeLessThan(longestSeconds);
    }
  });

  it("is told in one sentence too where executors fail in the middle of a job", async () => {
    // Derby comes with Spark, and divides when it reads.
    write("derby", {
      url: "jdbc:derby:memory:harp;create=true",
      driver: "org.apache.derby.iapi.jdbc.AutoloadedDriver",
    });
    const query = "select 1/(length(ibmreqd)-1) as nothing from sysibm.sysdummy1";
    const cell = `import hamilton\nhamilton.jdbc("derby").query("${query}").collect()`;
    const [outcome] = await runCells([cell]);
    expect(outcome?.errors[0]?.shown).toMatch(
      /^HamiltonError: a database, as an executor found it: [^\n]*divide by zero[^\n]*$/i,
    );
  }, 120_000);

  it("shows the password nowhere", () => {
    expect(JSON.stringify([...outcomes])).not.toContain("hush");
  });
});

describe("a database of PostgreSQL, over TLS, by the driver of the image", () => {
  const place = { address: "127.0.0.1", port: 15433, database: "trades/2026?sslmode=disable&x y" };
  const address = { kind: "postgresql", host: place.address, port: place.port, database: place.database } as const;
  let server: PostgresServer;
  let outcomes: readonly Outcome[];

  beforeAll(async () => {
    server = await PostgresServer.start({ ...place, user: "reader", password: "hush" });
    await server.query("create table desks (name text, trades int); insert into desks values ('gas', 3), ('oil', 4)");
    const certificates = server.authority;
    writeFileSync(join(scratch.folder, "certificates", certificatesFile("checked")), certificates);
    const ways: Readonly<Record<string, Pick<PostgresqlDatabase, "tls" | "certificates">>> = {
      ...{ checked: { certificates }, stranger: {}, encrypted: { tls: "require" }, plain: { tls: "disable" } },
    };
    for (const [name, way] of Object.entries(ways))
      write(name, { url: jdbcUrl(name, { ...address, ...way }), driver: jdbcDrivers.postgresql });
    const read = (name: string) =>
      `print([tuple(row) for row in hamilton.jdbc("${name}").table("desks").orderBy("name").collect()])`;
    // As the kubelet does it: another file in the place of the first.
    const password = (text: string) =>
      `import os\nopen("/scratch/databases/new", "w").write("${text}")\n` +
      'os.replace("/scratch/databases/new", "/scratch/databases/checked.password")\n';
    outcomes = await runCells([
      `import hamilton\n${read("checked")}`,
      `${password("wrong")}${read("checked")}`,
      `${password("hush")}${read("checked")}`,
      ...["stranger", "encrypted", "plain"].map(read),
    ]);
  }, 600_000);

  afterAll(() => server.stop());

  const rows = "[('gas', 3), ('oil', 4)]\n";
  const sentence = (index: number) => outcomes[index]?.errors[0]?.shown ?? "";

  it("is read where its authority's certificate is given, and where anybody's will do", () => {
    expect([outcomes[0]?.texts.join(""), outcomes[4]?.texts.join("")]).toEqual([rows, rows]);
  });

  it("is read with the password of the moment, by a kernel that had another", () => {
    expect(sentence(1)).toMatch(/^HamiltonError: database "checked" [^\n]*password authentication failed[^\n]*$/);
    expect(outcomes[2]?.texts.join("")).toBe(rows);
  });

  it("is refused in one sentence with a certificate that nobody vouches for", () => {
    expect(sentence(3)).toMatch(
      /^HamiltonError: database "stranger" [^\n]*unable to find valid certification path[^\n]*$/,
    );
  });

  it("refuses whoever comes without TLS, which its sentence says", () => {
    expect(sentence(5)).toMatch(/^HamiltonError: database "plain" [^\n]*no encryption[^\n]*$/);
  });
});
