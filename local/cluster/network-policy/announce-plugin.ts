/**
 * The last CNI plugin of the chain: tells the network policy controller the address of a new pod and lets the pod start
 * only once its rules are in force. Without it a pod's first packets, often a DNS question, would be dropped for the
 * second or two until the kubelet has written the address into the pod's status.
 *
 * It runs by itself, compiled to one file beside the other plugins, so it imports nothing but Node's own modules.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

/** The network configuration of this plugin, as the container runtime gives it on standard input. */
interface PluginInput {
  readonly cniVersion: string;
  readonly controllerSocket: string;
  readonly prevResult?: { readonly ips?: readonly { readonly address: string }[] };
}

/** How long the controller may take to put the rules in force, in milliseconds. */
const patience = 10_000;

function main(): void {
  const command = process.env.CNI_COMMAND;
  if (command === "VERSION") {
    console.log(JSON.stringify({ cniVersion: "1.0.0", supportedVersions: ["0.4.0", "1.0.0"] }));
    return;
  }
  // An address is forgotten when the pod's object goes, so the end of a pod needs no word.
  if (command !== "ADD") return;
  const input = JSON.parse(readFileSync(0, "utf8")) as PluginInput;
  const pod = new Map((process.env.CNI_ARGS ?? "").split(";").map((pair) => pair.split("=", 2) as [string, string]));
  const message = {
    namespace: pod.get("K8S_POD_NAMESPACE"),
    name: pod.get("K8S_POD_NAME"),
    uid: pod.get("K8S_POD_UID"),
    address: input.prevResult?.ips?.[0]?.address.split("/")[0],
  };
  const fail = (reason: string): never => {
    const msg = `network policy controller at ${input.controllerSocket}: ${reason}; npm start repairs it`;
    console.log(JSON.stringify({ cniVersion: input.cniVersion, code: 100, msg }));
    process.exit(1);
  };
  const socket = connect(input.controllerSocket, () => socket.write(`${JSON.stringify(message)}\n`));
  socket.setTimeout(patience, () =>
    fail(`gave no rules for ${message.namespace}/${message.name} within ${patience / 1000} s`),
  );
  socket.on("error", (error) => fail(error.message));
  socket.on("end", () => fail("closed the connection without an answer"));
  socket.once("data", () => {
    console.log(JSON.stringify(input.prevResult));
    process.exit(0);
  });
}

main();
