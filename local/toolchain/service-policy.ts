import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** The script that Debian asks before it starts a service of a package that is being installed. */
const debianPolicy = "/usr/sbin/policy-rc.d";

const marker = "# Written for the time of one installation, so that new packages start no services.";
/** 101 is "action forbidden by policy". */
const script = `#!/bin/sh\n${marker}\nexit 101\n`;

/**
 * Runs work while Debian's policy forbids to start services, and restores the policy of before, also where the process is
 * ended by a signal meanwhile. What a killed process left is put right by the next one.
 *
 * @param policy the policy's path
 */
export async function withServicesHeldBack<T>(work: () => Promise<T>, policy: string = debianPolicy): Promise<T> {
  const saved = `${policy}.saved`;
  const restore = () => {
    if (existsSync(saved)) renameSync(saved, policy);
    else if (isOurs(policy)) rmSync(policy, { force: true });
  };
  const onSignal = (signal: NodeJS.Signals) => {
    restore();
    for (const [each, listener] of signals) process.removeListener(each, listener);
    process.kill(process.pid, signal);
  };
  const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((each) => [each, () => onSignal(each)] as const);

  restore();
  if (existsSync(policy)) renameSync(policy, saved);
  writeFileSync(policy, script, { mode: 0o755 });
  for (const [each, listener] of signals) process.once(each, listener);
  try {
    return await work();
  } finally {
    for (const [each, listener] of signals) process.removeListener(each, listener);
    restore();
  }
}

function isOurs(policy: string): boolean {
  return existsSync(policy) && readFileSync(policy, "utf8").includes(marker);
}
