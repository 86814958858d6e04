import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime/config";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../infra/config";
import { record, valueOf } from "../../review/recording";
import { selfSigned } from "../support/certificates";
import { stackFileText } from "../support/platform";
import { changed } from "../support/stack-files";

/** The configuration as the engine hands it over: each value as text, secrets decrypted. */
function runtimeConfig(secrets: Record<string, string> | undefined, encrypted: boolean, text?: string): void {
  const { config } = parse(text ?? stackFileText("dev")) as { config: Record<string, unknown> };
  const values = secrets === undefined ? config : { ...config, "hamilton:secrets": secrets };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)])),
    encrypted ? ["hamilton:secrets"] : [],
  );
}

/** A folder with a stack file that holds these secrets, or none. */
function folder(secrets?: Record<string, unknown>): string {
  const path = mkdtempSync(join(tmpdir(), "hamilton-config-"));
  if (secrets !== undefined)
    writeFileSync(join(path, "Pulumi.dev.yaml"), JSON.stringify({ config: { "hamilton:secrets": secrets } }));
  return path;
}

const both = {
  "harp-password": "hush-harp",
  "registry-password": "hush-registry",
  "harp-database-password": "hush-database",
};
const load = (path: string) => record(() => loadConfig(path), { stack: "dev" });
const faults = (path: string) =>
  load(path).then(
    () => [] as string[],
    (error: unknown) => (error as Error).message.split("\n"),
  );

describe("the configuration at run time", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("gives each secret as a secret output", async () => {
    runtimeConfig(both, true);
    const { result } = await load(folder());
    const secret = result.secrets["harp-password"] as pulumi.Output<string>;
    expect(await valueOf(secret)).toBe("hush-harp");
    expect(await pulumi.isSecret(secret)).toBe(true);
    expect(result.environment).toBe("dev");
  });

  it("refuses secrets that are not set, with the command that sets each", async () => {
    runtimeConfig(undefined, false);
    const lines = await faults(folder());
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(
      'Pulumi.dev.yaml: hamilton:images.credentials.password is "registry-password"; expected the name of a secret that ' +
        "is set: pulumi config set --stack dev --secret --path 'hamilton:secrets.registry-password'.",
    );
  });

  it("refuses an empty secret", async () => {
    runtimeConfig({ ...both, "harp-password": "" }, true);
    expect(await faults(folder())).toEqual([expect.stringContaining("hamilton:volumes.harp.password")]);
  });

  it("refuses a group of secrets in plain text, and shows none of it", async () => {
    runtimeConfig(both, false);
    const [line, ...others] = await faults(folder());
    expect(line).toMatch(/^Pulumi.dev.yaml: hamilton:secrets is in plain text; set each entry with: pulumi config set/);
    expect([line, ...others].join()).not.toContain("hush");
  });

  it("refuses one plain secret among encrypted ones, by the stack file", async () => {
    runtimeConfig(both, true);
    const written = folder({ "harp-password": { secure: "v1:x" }, "registry-password": "hush-registry" });
    expect(await faults(written)).toEqual([
      expect.stringMatching(/hamilton:secrets.registry-password is in plain text; expected an encrypted value/),
    ]);
  });

  it("refuses a secret that nothing names, and guesses what was meant", async () => {
    runtimeConfig({ ...both, "harp-pasword": "hush" }, true);
    expect(await faults(folder())).toEqual([
      'Pulumi.dev.yaml: hamilton:secrets.harp-pasword is unknown; the nearest that is known is "harp-password".',
    ]);
  });

  it("refuses a certificate that has ended by the day of the update", async () => {
    const hosts = ["*.hamilton.dev.example.com"];
    const [from, to] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-03-01T00:00:00Z")];
    const { certificate, key } = await selfSigned({ hosts, from, to });
    const tls = { kind: "secret", certificate: "page-certificate", key: "page-key" };
    const secrets = { ...both, "page-certificate": certificate, "page-key": key };
    runtimeConfig(secrets, true, changed("dev", [["ingress", "tls"], tls]));
    const loaded = (day: string) => record(() => loadConfig(folder(), new Date(day)), { stack: "dev" });
    await expect(loaded("2026-02-28T00:00:00Z")).resolves.toBeDefined();
    await expect(loaded("2026-03-02T00:00:00Z")).rejects.toThrow(
      /hamilton:ingress\.tls\.certificate names "page-certificate", which ended on 2026-03-01; expected one that is valid/,
    );
  });

  it("refuses a password that stands where its name should, without showing it", async () => {
    runtimeConfig(both, true);
    const config = { ...runtime.allConfig() };
    const volumes = (config["hamilton:volumes"] ?? "").replace('"harp-password"', '"Hush-Harp!"');
    pulumi.runtime.setAllConfig({ ...config, "hamilton:volumes": volumes }, ["hamilton:secrets"]);
    const lines = await faults(folder());
    expect(lines[0]).toBe(
      'Pulumi.dev.yaml: hamilton:volumes.harp.password names no secret; expected the name of an entry of hamilton:secrets such as "harp-password".',
    );
    expect(lines.join()).not.toContain("Hush");
  });
});
