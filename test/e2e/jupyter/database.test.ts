import type { Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginTimeoutSeconds } from "../../../components/databases/jdbc-url";
import { jupyterPort, namespaceRole } from "../../../components/jupyter/settings";
import { clusterDomain, hostAddress } from "../../../local/cluster/network";
import { forward } from "../../../local/ingress/forward";
import { setConfig } from "../../support/stack-edit";
import { JupyterApi } from "../support/jupyter-api";
import type { JupyterKernel } from "../support/jupyter-kernel";
import { executorsIn } from "../support/local-notebook";
import { OwnStack, type Edit } from "../support/own-stack";
import { forwardPort, type ForwardedPort } from "../support/port-forward";
import { PostgresServer } from "../support/postgresql";
import { setNotebooks, smallNotebook } from "../support/small-notebook";

const port = 15433;
/** Another way to the same server, where no network policy leads. */
const otherPort = 15434;
const password = "a pass\"word\\ of this test's alone";
const user = "reader";
const desks = ["gas", "oil", "power"];

/** One row for each desk, instrument and hour; amounts that binary fractions can't hold. */
const rows = desks.flatMap((desk, d) =>
  Array.from({ length: 12 * 24 }, (_, i) => {
    const [instrument, hour] = [`${desk}-${i % 12}`, Math.floor(i / 12)];
    return `('${desk}', '${instrument}', ${hour}, ${1 + ((i * 7 + d) % 13)}, ${((i * 10007 + d * 331) % 90001) / 10000})`;
  }),
);

/** Until a cell says that a server doesn't answer, in milliseconds; Java and a loaded host take their part beside it. */
const longestLogin = 2 * loginTimeoutSeconds * 1000;

const edit =
  (authority: string): Edit =>
  (document) => {
    const server = { kind: "postgresql", host: hostAddress, port, cidrs: [`${hostAddress}/32`], user };
    const harp = { ...server, database: "harp", password: "reader-password", certificates: authority };
    setNotebooks(document, { harp: smallNotebook });
    setConfig(document, ["hamilton:databases"], {
      harp,
      misspelt: { ...harp, database: "hrap" },
      // A name for the server, as cluster DNS gives each address, in a file whose addresses aren't the server's.
      beyond: {
        ...{ ...harp, port: otherPort, cidrs: ["10.99.0.1/32"] },
        host: `${hostAddress.replaceAll(".", "-")}.default.pod.${clusterDomain}`,
      },
    });
  };

describe("a database outside the cluster, in a notebook", () => {
  const stack = new OwnStack("jdbc", 30909);
  const namespace = `${stack.name}-${namespaceRole("harp")}`;
  let server: PostgresServer;
  let other: Server;
  let page: ForwardedPort;
  let api: JupyterApi;
  let kernel: JupyterKernel;

  beforeAll(async () => {
    server = await PostgresServer.start({ address: hostAddress, port, user, password, database: "harp" });
    other = await forward({ from: hostAddress, to: hostAddress, port: otherPort, toPort: port });
    const columns = "desk text, instrument text, hour int, trades bigint, fees numeric(22, 4)";
    await server.query(`create table trades_hourly (${columns}); insert into trades_hourly values ${rows.join(",")};`);
    await stack.create(edit(server.authority));
    await stack.setSecret("reader-password", password);
    await stack.up();
    page = await forwardPort(namespace, "harp-0", jupyterPort);
    const { notebookTokens } = await stack.outputs<{ notebookTokens: Record<string, string> }>();
    api = new JupyterApi(page.address, notebookTokens.harp);
    kernel = await api.startKernel("samples/3-database.ipynb");
  });

  afterAll(async () => {
    await api?.stopKernels();
    await page?.stop();
    await stack.remove();
    other?.close();
    await server?.stop();
  });

  it("is there by its name, for the sample that reads it with executors", async () => {
    const { errors, result, plots } = await api.runNotebook("samples/3-database.ipynb", { kernel });
    expect(errors).toEqual([]);
    const sums = await server.query(
      "select desk, sum(trades), sum(fees) from trades_hourly group by desk order by desk",
    );
    expect(result).toEqual(Object.fromEntries(sums.map(([desk, trades, fees]) => [desk, { trades, fees }])));
    expect(sums.map(([desk]) => desk)).toEqual(desks);
    expect(plots).toBe(1);
    expect(await executorsIn(namespace)).toHaveLength(1);
  });

  it("ends a cell with one sentence where the server has no such database", async () => {
    const { errors } = await kernel.run("hamilton.jdbc('misspelt').table('trades_hourly')");
    expect(errors.map(({ shown }) => shown)).toEqual([
      `HamiltonError: database "misspelt" (${hostAddress}:${port}): FATAL: database "hrap" does not exist`,
    ]);
  });

  it("isn't reached at an address beyond those that its entry gives, which the cell says in one sentence", async () => {
    expect(await server.query("select 1", { port: otherPort })).toEqual([["1"]]);
    const { errors } = await kernel.run("hamilton.jdbc('beyond').table('trades_hourly')", longestLogin);
    expect(errors.map(({ shown }) => shown)).toEqual([
      expect.stringMatching(/^HamiltonError: database "beyond" \([^\n]*:15434\): [^\n]*timed out$/),
    ]);
  });
});
