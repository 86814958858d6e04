import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { chromium, type BrowserContext } from "playwright-core";
import { installHostPackages } from "../../../local/toolchain/install-host-packages";
import { type HostPart, missingHostPackages } from "../../../local/toolchain/host-packages";
import { findHostProgram } from "../../../local/toolchain/search-path";

/** What the browser tests need of the host beside what the platform does. */
const browserParts: readonly HostPart[] = [
  { name: "chromium", lookup: { program: "chromium" }, debianPackage: "chromium", purpose: "the browser of tests" },
  {
    name: "certutil",
    lookup: { program: "certutil" },
    debianPackage: "libnss3-tools",
    purpose: "tells the browser of tests whom to trust",
  },
];

/** Where the browser goes, and whom it trusts. */
export interface BrowserOptions {
  /** PEM of the one authority that is trusted beside the browser's own. */
  readonly certificateAuthority: string;
  /** Hosts that no name server knows, `*.` patterns allowed, and the address where they are. */
  readonly hosts: Readonly<Record<string, string>>;
}

/**
 * A browser with nothing of anybody's in it: a home of its own, certificates really checked, host names by name as a user
 * types them.
 */
export class TestBrowser {
  private constructor(
    private readonly home: string,
    /** One window; each page of it is a tab. */
    readonly context: BrowserContext,
  ) {}

  /** Starts it; installs Chromium first where the host has none. */
  static async start({ certificateAuthority, hosts }: BrowserOptions): Promise<TestBrowser> {
    await installHostPackages(missingHostPackages(browserParts), { assumeYes: true }, (line) => console.log(line));
    const home = mkdtempSync(join(tmpdir(), "hamilton-browser-"));
    await trust(home, certificateAuthority);
    const rules = Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`);
    const context = await chromium.launchPersistentContext(join(home, "profile"), {
      executablePath: findHostProgram("chromium"),
      // Chromium's sandbox refuses to run for root, which the embedded cluster needs.
      args: ["--no-sandbox", "--disable-dev-shm-usage", `--host-resolver-rules=${rules.join(", ")}`],
      env: { ...process.env, HOME: home },
      viewport: { width: 1280, height: 900 },
    });
    return new TestBrowser(home, context);
  }

  async stop(): Promise<void> {
    await this.context.close();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Chromium on Linux asks the user's NSS database for authorities beside its own. */
async function trust(home: string, certificateAuthority: string): Promise<void> {
  const database = join(home, ".pki", "nssdb");
  mkdirSync(database, { recursive: true });
  const file = join(home, "authority.pem");
  writeFileSync(file, certificateAuthority);
  const certutil = (...args: string[]) => execa("certutil", ["-d", `sql:${database}`, ...args]);
  await certutil("-N", "--empty-password");
  await certutil("-A", "-t", "C,,", "-n", "hamilton tests", "-i", file);
}
