import { execa } from "execa";
import { readStartRecord } from "../../../local/stack/record";

/** A port of a pod, on the host's loopback. */
export interface ForwardedPort {
  /** `http://127.0.0.1:40123` */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/**
 * Forwards a free port of the host's loopback to a pod of the embedded cluster, past its network policies.
 *
 * @throws Error with kubectl's words where the pod isn't there, or doesn't run
 */
export async function forwardPort(namespace: string, pod: string, port: number): Promise<ForwardedPort> {
  const { kubectl, engine } = readStartRecord();
  const [program, ...first] = kubectl;
  const args = [...first, "--namespace", namespace, "port-forward", `pod/${pod}`, `:${port}`];
  const forwarding = execa(program, args, { env: { KUBECONFIG: engine.kubeconfig }, reject: false, all: true });
  const stop = async () => {
    forwarding.kill();
    await forwarding;
  };
  let said = "";
  // Not by lines of an iterator: one that is left early waits until the program has ended.
  const local = await new Promise<string | undefined>((resolve) => {
    forwarding.all.on("data", (text) => {
      said += String(text);
      const address = /^Forwarding from (127\.0\.0\.1:\d+)/m.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    void forwarding.then(() => resolve(undefined));
  });
  if (local === undefined) throw new Error(`no port of ${namespace}/${pod} is forwarded:\n${said}`);
  return { address: `http://${local}`, stop };
}
