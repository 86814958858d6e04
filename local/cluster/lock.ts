import { createServer, type Server } from "node:net";
import { connect } from "node:net";
import { StepError } from "../errors";

/**
 * A name in Linux's abstract socket space: one holder at a time, and the kernel frees it when the holder ends, however
 * it ends. A lock file would outlive a killed process.
 */
const lockName = "\0hamilton-embedded-cluster";

/**
 * Runs `work` while holding the one lock of the embedded cluster on this host, so that two starts, or a start and a
 * stop, don't work against each other.
 *
 * @throws StepError naming the process that holds the lock.
 */
export async function withClusterLock<T>(work: () => Promise<T>): Promise<T> {
  const server = await hold();
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function hold(): Promise<Server> {
  const server = createServer((connection) => connection.end(String(process.pid)));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      void holder().then((pid) =>
        reject(
          new StepError(`another command (pid ${pid}) is starting or stopping the embedded cluster`, {
            fix: "wait until it has ended, then run this again",
          }),
        ),
      );
    });
    server.listen(lockName, () => resolve(server.unref()));
  });
}

/** Whoever holds the lock tells its number to everyone who asks. */
function holder(): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(lockName);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (text) => (said += text.toString()));
    socket.on("error", () => resolve("unknown"));
    socket.on("close", () => resolve(said || "unknown"));
  });
}
