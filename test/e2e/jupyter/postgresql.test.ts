import { createConnection } from "node:net";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostAddress } from "../../../local/cluster/network";
import { PostgresServer, type PostgresOptions } from "../support/postgresql";

const options: PostgresOptions = {
  ...{ address: hostAddress, port: 15432, user: "harp", password: "of this test alone", database: "trades" },
};

describe("the database of these tests", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start(options);
  });
  afterAll(() => server.stop());

  it("answers over TLS whose certificate is for its address, and keeps what it was told", async () => {
    await server.query("create table desks (name text, trades int); insert into desks values ('gas', 3), ('oil', 4)");
    expect(await server.query("select name, trades from desks order by name")).toEqual([
      ["gas", "3"],
      ["oil", "4"],
    ]);
    expect(await server.query("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")).toEqual([
      ["t", expect.stringMatching(/^TLSv1\.[23]$/)],
    ]);
  });

  it("refuses a wrong password", async () => {
    await expect(server.query("select 1", { password: "wrong" })).rejects.toThrow("password authentication failed");
  });

  it("refuses whoever comes without TLS", async () => {
    await expect(server.query("select 1", { sslMode: "disable" })).rejects.toThrow(
      /no pg_hba.conf entry.*no encryption/,
    );
  });

  it("says why it can't start where its port is taken", async () => {
    await expect(PostgresServer.start(options)).rejects.toThrow(/doesn't answer on [\d.:]+;[^]*Address already in use/);
  });

  it("doesn't listen beyond its address", async () => {
    const reached = await new Promise((resolve) => {
      const socket = createConnection(options.port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
    });
    expect(reached).toBe(false);
  });
});

describe("the database of these tests, once it was stopped", () => {
  it("is gone with all its data", async () => {
    const server = await PostgresServer.start(options);
    await server.stop();
    await expect(server.query("select 1")).rejects.toThrow("Connection refused");
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith("hamilton-postgresql-"));
    expect(left).toEqual([]);
  });
});
