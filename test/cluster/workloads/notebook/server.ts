import { createServer } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inJupyterImage, type Scratch } from "./in-image";

/** The notebook server of the image, outside any cluster. */
export interface ImageServer {
  /** Its address, with the path that it stands below. */
  readonly root: string;
  /** What it has logged so far. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Starts the server with a token, below `/team-a` on the host's loopback, and waits until it answers. */
export async function startImageServer(scratch: Scratch, token: string): Promise<ImageServer> {
  const port = await freePort();
  const root = `http://127.0.0.1:${port}/team-a`;
  const ended = new AbortController();
  const lines: string[] = [];
  // As an editor would leave it.
  writeFileSync(join(scratch.folder, "token"), `${token}\n`);
  const server = ["/opt/entrypoint.sh", "tini", "-s", "--", "jupyter", "lab", `--ServerApp.port=${port}`];
  const running = inJupyterImage(scratch, server, {
    env: { JUPYTER_TOKEN_FILE: "/scratch/token", HAMILTON_BASE_URL: "/team-a", HAMILTON_TERMINALS: "false" },
    signal: ended.signal,
    onError: (line) => lines.push(line),
  });
  const stop = async () => {
    ended.abort();
    await running;
  };
  try {
    await until("it answers", lines, async () => (await fetch(`${root}/api`)).ok);
  } catch (error) {
    await stop();
    throw error;
  }
  return { root, lines, stop };
}

/** Waits up to two minutes. */
export async function until(what: string, lines: readonly string[], holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`waited in vain until ${what}; the server's last lines:\n${lines.slice(-20).join("\n")}`);
}

/** A port that nothing uses at this moment. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
