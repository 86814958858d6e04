import { describe, expect, it } from "vitest";
import { localPages } from "../../../local/ingress/pages";
import { changed } from "../../support/stack-files";

describe("the pages of the embedded cluster", () => {
  it("are what its stack file says", () => {
    expect(localPages(changed("local"))).toMatchObject({
      domain: "hamilton.localhost",
      hosts: expect.arrayContaining(["store.hamilton.localhost"]) as unknown,
      secrets: { certificate: "ingress-certificate", key: "ingress-key" },
      nodePorts: [30080, 30443],
    });
  });

  it("need no certificate where the stack file supplies none", () => {
    const pages = localPages(changed("local", [["ingress", "tls"], { kind: "none" }]));
    expect(pages).not.toHaveProperty("secrets");
  });

  it("are none without an ingress, and none of this host's doing behind another one's", () => {
    expect(localPages(changed("local", [["ingress"], undefined]))).toBeUndefined();
    const foreign = { install: false, className: "x", controllerPods: { namespace: "x" } };
    const ingress = { ...foreign, domain: "hamilton.localhost", tls: { kind: "none" } };
    expect(localPages(changed("local", [["ingress"], ingress]))).toBeUndefined();
  });
});
