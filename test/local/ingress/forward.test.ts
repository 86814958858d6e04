import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { forward } from "../../../local/ingress/forward";

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done)))));

const here = "127.0.0.1";
const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** A server, and a port of this host that leads to it. */
async function behind(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, serve).listen(0, here);
  await once(server, "listening");
  return ahead(portOf(server), server);
}

async function ahead(toPort: number, ...others: Server[]): Promise<number> {
  const front = await forward({ from: here, to: here, port: 0, toPort });
  servers.push(front, ...others);
  return portOf(front);
}

/** What comes back for a text whose sender has nothing more to say. */
async function answer(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: here, allowHalfOpen: true });
  let said = "";
  socket.on("data", (part: Buffer) => (said += part.toString()));
  socket.on("error", () => undefined);
  socket.end(text);
  await once(socket, "close");
  return said;
}

describe("a forwarded port", () => {
  it("hands on what either side says, also after the other has said all", async () => {
    const port = await behind((socket) => {
      let heard = "";
      socket.on("data", (part: Buffer) => (heard += part.toString()));
      socket.on("end", () => setTimeout(() => socket.end(`heard ${heard}`), 20));
    });
    expect(await answer(port, "hello")).toBe("heard hello");
  });

  it("passes a megabyte whole, both ways", async () => {
    const port = await behind((socket) => socket.pipe(socket));
    const text = "0123456789abcdef".repeat(65536);
    expect(await answer(port, text)).toBe(text);
  });

  it("closes the connection where nobody listens behind it, and takes the next", async () => {
    const nobody = createServer().listen(0, here);
    await once(nobody, "listening");
    const closed = portOf(nobody);
    await new Promise((done) => nobody.close(done));
    const port = await ahead(closed);
    expect(await answer(port, "anybody?")).toBe("");
    expect(await answer(port, "anybody now?")).toBe("");
  });

  it("breaks off where the other side does", async () => {
    const port = await behind((socket) => socket.on("data", () => socket.resetAndDestroy()));
    expect(await answer(port, "hello")).toBe("");
  });

  it("isn't had twice", async () => {
    const port = await behind((socket) => socket.end());
    await expect(forward({ from: here, to: here, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
