import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { conflictingSocket, parseSocketTable, requireFree } from "../../../local/cluster/listening-sockets";
import * as processTable from "../../../local/cluster/process-table";
import { StepError } from "../../../console/errors";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const row = (address: string, state: string, inode = "777"): string =>
  `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000 100 0 0 10 0`;

describe("a table of sockets", () => {
  it.each([
    ["one address", row("0100580A:192B", "0A"), "tcp" as const, [{ address: "10.88.0.1", port: 6443, inode: "777" }]],
    ["every address", row("00000000:0035", "0A"), "tcp" as const, [{ address: "*", port: 53, inode: "777" }]],
    [
      "every IPv6 address",
      row("00000000000000000000000000000000:0035", "0A"),
      "tcp" as const,
      [{ address: "*", port: 53, inode: "777" }],
    ],
    [
      "an IPv4 address in IPv6 form",
      row("0000000000000000FFFF00000100007F:0035", "0A"),
      "tcp" as const,
      [{ address: "127.0.0.1", port: 53, inode: "777" }],
    ],
    ["a single IPv6 address", row("00000000000000000000000001000000:0035", "0A"), "tcp" as const, []],
    ["a connection", row("0100007F:0035", "01"), "tcp" as const, []],
    [
      "an open UDP socket",
      row("0100007F:0035", "07"),
      "udp" as const,
      [{ address: "127.0.0.1", port: 53, inode: "777" }],
    ],
  ])("tells %s", (_, line, protocol, expected) => {
    expect(parseSocketTable(`${header}\n${line}\n`, protocol)).toEqual(expected);
  });
});

describe("a wanted address", () => {
  const wanted = { purpose: "the API server", protocol: "tcp", address: "10.88.0.1", port: 6443 } as const;

  it.each([
    ["the same address and port", { address: "10.88.0.1", port: 6443 }, true],
    ["every address", { address: "*", port: 6443 }, true],
    ["another address", { address: "127.0.0.1", port: 6443 }, false],
    ["another port", { address: "10.88.0.1", port: 6444 }, false],
  ])("against a socket on %s", (_, socket, conflict) => {
    expect(conflictingSocket([{ ...socket, inode: "1" }], wanted) !== undefined).toBe(conflict);
  });
});

describe("a port that is taken", () => {
  const server = createServer();
  afterEach(() => server.close());

  it("is refused with the address, the port, the process and the fix", async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const wanted = { purpose: "the share", protocol: "tcp", address: "127.0.0.1", port } as const;
    const failure: unknown = await requireFree(wanted).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepError);
    const { message, fix } = failure as StepError;
    expect(message).toContain(`the share needs tcp 127.0.0.1:${port}`);
    expect(message).toContain(`(pid ${process.pid}: `);
    expect(fix).toContain(`kill ${process.pid}`);
  });

  it("is waited for where its process is ending, so that no process holds the socket any more", async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const holder = vi.spyOn(processTable, "holderOfSocket").mockReturnValue(undefined);
    try {
      setTimeout(() => server.close(), 200);
      const began = Date.now();
      await requireFree({ purpose: "etcd", protocol: "tcp", address: "127.0.0.1", port });
      expect(Date.now() - began).toBeGreaterThan(100);
    } finally {
      holder.mockRestore();
    }
  });
});
