import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import type { Manifest } from "../../../kubernetes/manifest";
import { podsOf, type PlatformPod } from "../../../kubernetes/pods";
import { resolveToolchain } from "../../../local/toolchain/resolve";
import { manifestsOf } from "../../../review/manifests";
import { environments, renderedPlatforms } from "../../support/platform";

/** What Traefik answers to the probe, and to a page asked for by plain http. */
interface Answers {
  readonly ping: number;
  readonly plain: { readonly status: number; readonly location: string | null };
}

/** Runs inside a network of its own, beside Traefik: asks until the probe is answered, then ends it. */
const ask = `
const get = (url) => fetch(url, { redirect: "manual", headers: { "x-test": "1" } });
(async () => {
  for (let left = 100; left > 0; left--) {
    const ping = await get("http://127.0.0.1:8080/ping").catch(() => undefined);
    if (ping?.ok) {
      const plain = await get("http://localhost:8000/page");
      console.log(JSON.stringify({ ping: ping.status, plain: { status: plain.status, location: plain.headers.get("location") } }));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.exitCode = 1;
})();`;

describe.each(environments.filter((name) => name !== "dev"))("the Traefik that is compiled here", (environment) => {
  let program: string;
  let pod: PlatformPod;

  beforeAll(async () => {
    program = (await resolveToolchain(() => undefined)).traefik;
    const objects: readonly Manifest[] = manifestsOf((await renderedPlatforms()).get(environment)!);
    pod = podsOf(objects).find(({ owner }) => /^Deployment .*ingress\/traefik$/.test(owner))!;
  });

  it(`starts with the very arguments of ${environment}, answers its probe and sends plain http on`, async () => {
    const args = pod.spec.containers[0]?.args ?? [];
    // The first programs know nothing of it, and nothing of theirs is in its way: not even their ports.
    const script = 'ip link set lo up; "$0" "$@" >&2 & "$NODE" -e "$ASK"; code=$?; kill $!; exit $code';
    const { stdout, stderr, exitCode } = await execa("unshare", ["--net", "sh", "-c", script, program, ...args], {
      env: { NODE: process.execPath, ASK: ask },
      reject: false,
    });
    expect(exitCode, stderr).toBe(0);
    const { ping, plain } = JSON.parse(stdout) as Answers;
    expect(ping).toBe(200);
    expect(plain.status).toBe(301);
    expect(plain.location).toBe(environment === "local" ? "https://localhost:30443/page" : "https://localhost/page");
    expect(stderr).toContain('"message":"Starting provider *ingress.Provider"');
  });
});
