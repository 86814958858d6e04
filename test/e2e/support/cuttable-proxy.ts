import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A way to a server that can be cut: connections stay open and nothing comes through any more. */
export class CuttableProxy {
  private readonly sockets = new Set<Socket>();
  private server?: Server;
  private isCut = false;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  /** Starts to listen on this machine; gives the port. */
  async open(): Promise<number> {
    const server = createServer((client) => {
      const upstream = this.isCut ? undefined : connect(this.port, this.host);
      for (const socket of [client, ...(upstream ? [upstream] : [])]) {
        this.sockets.add(socket);
        socket.on("error", () => socket.destroy()).on("close", () => this.sockets.delete(socket));
      }
      if (upstream) client.pipe(upstream).pipe(client);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /** From now on nothing answers: neither the connections there are nor new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** Ends every connection and stops to listen. */
  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
  }
}
