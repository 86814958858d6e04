import { type Server, connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { StepError } from "../../console/errors";

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

/** A holder that was killed a moment ago answers nobody and is gone at once; one at work tells its number. */
async function hold(): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const server = await listen();
    if (server) return server;
    const pid = await holder();
    if (pid === undefined && attempt < 20) {
      await sleep(100);
      continue;
    }
    throw new StepError(`another command (pid ${pid ?? "unknown"}) is starting or stopping the embedded cluster`, {
      fix: "wait until it has ended, then run this again",
    });
  }
}

/** The server that is the lock, or `undefined` if another process has it. */
function listen(): Promise<Server | undefined> {
  const server = createServer((connection) => connection.end(String(process.pid)));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(lockName, () => resolve(server.unref()));
  });
}

/** Whoever holds the lock tells its number to everyone who asks. */
function holder(): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(lockName);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on("data", (text) => (said += text.toString()));
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(said === "" ? undefined : said));
  });
}
