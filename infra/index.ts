import { setImmediate } from "node:timers/promises";
import { findClusterAccess } from "./cluster-access";
import { loadConfig } from "./config";
import { refuseMisfits } from "./compatibility";
import { deploy, type PlatformOutputs } from "./platform";
import { kubernetesProvider } from "./provider";

/** The program: what Pulumi runs, and whose result are the stack's outputs. */
export = async function program(): Promise<PlatformOutputs> {
  refuseMisfits();
  const config = loadConfig();
  const access = findClusterAccess(config.cluster);
  const provider = kubernetesProvider(access);
  // Sends the provider's registration off, so that the engine starts its plugin while the platform is being declared:
  // everything else waits for that plugin.
  await setImmediate();
  return deploy(config, access, provider);
};
