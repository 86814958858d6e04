import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeIfChanged } from "./configuration-files";
import { clusterPaths } from "./paths";

/** The settings of the whole host that the kubelet changes at its start and leaves changed. */
const settings = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
] as const;

const file = (): string => join(clusterPaths.run(), "kernel-settings.json");
const path = (setting: string): string => join("/proc/sys", setting);

/** Writes down the host's own settings before the first kubelet changes them; a later start keeps what stands. */
export function rememberKernelSettings(): void {
  if (existsSync(file())) return;
  mkdirSync(clusterPaths.run(), { recursive: true, mode: 0o700 });
  const values = settings
    .filter((setting) => existsSync(path(setting)))
    .map((setting) => [setting, readFileSync(path(setting), "utf8").trim()]);
  writeIfChanged(file(), JSON.stringify(Object.fromEntries(values)));
}

/** Gives the host its settings back; nothing happens if none were written down. */
export function restoreKernelSettings(): void {
  if (!existsSync(file())) return;
  const values = JSON.parse(readFileSync(file(), "utf8")) as Record<string, string>;
  for (const setting of settings) {
    const value = values[setting];
    if (value !== undefined) writeFileSync(path(setting), `${value}\n`);
  }
  rmSync(file());
}
