import { connect, createServer, type Server, type Socket } from "node:net";

/** One way on: from an address of this host to one that it reaches, on the same port. */
export interface Forwarding {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  /** The port at the other end. @default `port` */
  readonly toPort?: number;
}

/** Hands every connection on, byte for byte, until either end closes it. */
export function forward({ from, to, port, toPort = port }: Forwarding): Promise<Server> {
  // An end that has said all it has to say may still be told something.
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ host: to, port: toPort, allowHalfOpen: true });
    join(incoming, outgoing);
    join(outgoing, incoming);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, from, () => resolve(server));
  });
}

function join(source: Socket, target: Socket): void {
  source.pipe(target);
  // A side that breaks off, or can't be reached, takes the other one along.
  source.on("error", () => target.destroy());
  source.on("close", (failed) => failed && target.destroy());
}
