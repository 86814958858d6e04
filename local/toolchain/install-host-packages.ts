import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { execa } from "execa";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { type Distribution, distribution, type HostPart, missingHostPackages, packagesOf } from "./host-packages";
import { findHostProgram } from "./search-path";
import { withServicesHeldBack } from "./service-policy";

/** Services that some packages start, and have started again at each boot, as soon as they are installed. */
const servicesOf: Readonly<Record<string, readonly string[]>> = {
  containerd: ["containerd.service"],
  postgresql: ["postgresql.service"],
  samba: ["smbd.service", "nmbd.service", "samba-ad-dc.service"],
};

/** How an installation is done. */
export interface InstallOptions {
  /** Installs without a question even on a terminal. */
  readonly assumeYes: boolean;
}

/** What shall happen with missing packages on this host. */
export type InstallDecision = "ask" | "install" | { readonly refuse: string };

/** Decides, from the circumstances, whether missing packages are installed, asked about, or only listed. */
export function decideInstall(circumstances: {
  readonly isRoot: boolean;
  readonly distribution: Distribution;
  readonly hasApt: boolean;
  readonly assumeYes: boolean;
  readonly isTerminal: boolean;
  readonly isCi: boolean;
}): InstallDecision {
  const { isRoot, distribution: host, hasApt, assumeYes, isTerminal, isCi } = circumstances;
  if (!host.debianLike || !hasApt) {
    return { refuse: `on ${host.name} they are not installed by this command, which knows Debian and Ubuntu only` };
  }
  if (!isRoot) return { refuse: "only root can install them" };
  return assumeYes || isCi || !isTerminal ? "install" : "ask";
}

/** The command that installs packages, as a person types it. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
}

/**
 * Installs the packages of missing parts: as root on Debian or Ubuntu, after a question on a terminal. No service that
 * they bring is started, now or at the next boot.
 *
 * @throws StepError with the list and the command where this user or distribution can't, where the answer is no, and where
 * `apt-get` fails or doesn't bring a part
 */
export async function installHostPackages(
  missing: readonly HostPart[],
  { assumeYes }: InstallOptions,
  report: Report,
): Promise<void> {
  if (missing.length === 0) return;
  const packages = packagesOf(missing);
  const decision = decideInstall({
    isRoot: process.getuid?.() === 0,
    distribution: distribution(),
    hasApt: findHostProgram("apt-get") !== undefined,
    assumeYes,
    isTerminal: process.stdin.isTTY && process.stdout.isTTY,
    isCi: process.env.CI !== undefined && process.env.CI !== "" && process.env.CI !== "false",
  });
  const agreed = decision === "install" || (decision === "ask" && (await askToInstall(packages)));
  if (!agreed) throw notInstalled(missing, typeof decision === "object" ? decision.refuse : "the answer was no");
  await withServicesHeldBack(async () => {
    report("apt-get update");
    await apt(["update"], report);
    report(`apt-get install ${packages.join(" ")}`);
    await apt(["install", "--yes", "--no-install-recommends", ...packages], report);
  });
  await keepServicesFromBoot(packages);
  const still = missingHostPackages(missing);
  if (still.length > 0) throw notInstalled(still, "apt-get ended well but did not bring them");
}

function notInstalled(missing: readonly HostPart[], reason: string): StepError {
  const listed = missing.map((part) => `${part.name} (package ${part.debianPackage}): ${part.purpose}`);
  return new StepError(`Programs of the host are missing, and ${reason}`, {
    lastLines: listed,
    fix: `as root on Debian or Ubuntu: ${installCommand(packagesOf(missing))}; elsewhere the packages of the same programs`,
  });
}

async function askToInstall(packages: readonly string[]): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    console.log(`These packages are missing on this host: ${packages.join(" ")}`);
    const answer = await terminal.question("Install them with apt-get? [Y/n] ");
    return /^(y(es)?)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function apt(args: readonly string[], report: Report): Promise<void> {
  // A lock that another apt holds (unattended upgrades) is waited for instead of failing at once.
  const options = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"];
  const run = execa("apt-get", [...options, ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" },
    stdin: "ignore",
    reject: false,
    all: true,
  });
  for await (const line of run.iterable({ from: "all" })) if (line.trim() !== "") report(line.trim());
  const result = await run;
  if (result.exitCode === 0) return;
  throw new StepError(`apt-get ${args[0] ?? ""} failed`, {
    command: result.command,
    lastLines: result.all.split("\n").slice(-20),
    fix: "mend what the lines above name (a package source, the network, the disk), then run the command again",
  });
}

/** Where systemd runs, a package's services are enabled at its installation even when they are not started. */
async function keepServicesFromBoot(packages: readonly string[]): Promise<void> {
  if (!existsSync("/run/systemd/system")) return;
  const services = packages.flatMap((name) => servicesOf[name] ?? []);
  // A service that this release of the package does not have is no failure.
  for (const service of services) await execa("systemctl", ["disable", "--now", service], { reject: false });
}
