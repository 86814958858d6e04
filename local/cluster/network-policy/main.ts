/** The process of the network policy controller: `main.ts KUBECONFIG SOCKET`, inside the node's network namespace. */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { KubeConfig } from "@kubernetes/client-node";
import { NetworkPolicyController } from "./controller";
import type { AnnouncedAddress } from "./pod-addresses";

function replaceTable(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const nft = spawn("nft", ["-f", "-"], { stdio: ["pipe", "inherit", "pipe"] });
    let said = "";
    nft.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
    nft.on("error", reject);
    nft.on("close", (status) => (status === 0 ? resolve() : reject(new Error(`nft: ${said.trim()}`))));
    nft.stdin.on("error", () => undefined);
    nft.stdin.end(text);
  });
}

async function main(kubeconfig: string, socketPath: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const controller = new NetworkPolicyController(config, replaceTable);
  await controller.start();
  // A socket file that an ended process left would stand in the way.
  rmSync(socketPath, { force: true });
  createServer((connection) => {
    connection.on("error", () => undefined);
    createInterface({ input: connection }).on("line", (line) => {
      void controller.announce(JSON.parse(line) as AnnouncedAddress).then(() => connection.end("ready\n"));
    });
  }).listen(socketPath);
}

const [kubeconfig, socketPath] = process.argv.slice(2);
if (!kubeconfig || !socketPath) throw new Error("usage: main.ts KUBECONFIG SOCKET");
main(kubeconfig, socketPath).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
