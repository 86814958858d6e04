import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder of what can be fetched or built again: toolchain binaries and image parts, each under its version.
 *
 * @default `$XDG_CACHE_HOME/hamilton`, or `~/.cache/hamilton`; `HAMILTON_CACHE` overrides both.
 */
export function cacheDirectory(): string {
  const { HAMILTON_CACHE, XDG_CACHE_HOME } = process.env;
  return HAMILTON_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "hamilton");
}

/**
 * The folder of the embedded cluster: its keys, logs, process records, volumes, share and Pulumi state.
 *
 * @default `/var/lib/hamilton`; `HAMILTON_HOME` overrides it.
 */
export function stateDirectory(): string {
  return process.env.HAMILTON_HOME ?? "/var/lib/hamilton";
}
