import { describe, expect, it } from "vitest";
import { refuseMixedState } from "../../../local/plugins/mixed-state";

const exported = (...outputs: object[]) => ({
  deployment: {
    resources: [
      { urn: "urn:pulumi:local::hamilton::pulumi:pulumi:Stack::hamilton-local", type: "pulumi:pulumi:Stack" },
      { urn: "urn:provider", type: "pulumi:providers:kubernetes", custom: true, outputs: { kubeconfig: "x" } },
      ...outputs.map((each, index) => ({
        urn: `urn:pulumi:local::hamilton::kubernetes:core/v1:ConfigMap::map${index}`,
        type: "kubernetes:core/v1:ConfigMap",
        custom: true,
        outputs: each,
      })),
    ],
  },
});
const offline = { __hamiltonOffline: "managed", metadata: {} };
const official = { __inputs: {}, __initialApiVersion: "v1", metadata: {} };

describe("a stack's state", () => {
  it("is accepted by the kind of plugins that wrote it, and by either when it is empty", () => {
    expect(() => refuseMixedState(exported(offline, offline), "offline")).not.toThrow();
    expect(() => refuseMixedState(exported(official), "official")).not.toThrow();
    for (const empty of [exported(), {}, undefined, { deployment: null }]) {
      expect(() => refuseMixedState(empty, "offline")).not.toThrow();
      expect(() => refuseMixedState(empty, "official")).not.toThrow();
    }
  });

  it("is refused by the other kind, with a resource, the reason and the way out", () => {
    expect(() => refuseMixedState(exported(official, offline), "offline")).toThrow(
      /1 of the stack's resources were last updated with the official plugins, e\.g\. urn:.*::map0/,
    );
    expect(() => refuseMixedState(exported(offline), "official")).toThrow(/last updated with the offline plugins/);
  });

  it("of the random package counts too", () => {
    const password = { urn: "urn:x", type: "random:index/randomPassword:RandomPassword", custom: true };
    const state = { deployment: { resources: [{ ...password, outputs: { result: "x" } }] } };
    expect(() => refuseMixedState(state, "offline")).toThrow(/urn:x/);
    expect(() => refuseMixedState(state, "official")).not.toThrow();
  });
});
