import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { isSecret, record, valueOf } from "../../review/recording";

class Pair extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("hamilton:test:Pair", name, {}, opts);
    new kubernetes.core.v1.Secret(
      `${name}-secret`,
      { metadata: { name: "pair" }, stringData: { word: "hush" } },
      { parent: this, protect: true, retainOnDelete: true, replaceOnChanges: ["type"], deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}

describe("record", () => {
  it("sees the parent, the options and the wrapped secrets of each registration", async () => {
    const run = await record(() => new Pair("a"));
    const secret = run.one("Secret", "pair");
    expect(secret.parent).toContain("hamilton:test:Pair::a");
    expect(secret).toMatchObject({
      protect: true,
      retainOnDelete: true,
      deleteBeforeReplace: true,
      replaceOnChanges: ["type"],
    });
    expect(isSecret(secret.inputs.stringData)).toBe(true);
    expect(run.manifest("Secret", "pair").stringData).toEqual({ word: "hush" });
  });

  it("gives generated passwords a value, and none in a preview", async () => {
    const program = () => new random.RandomPassword("p", { length: 20 }).result;
    expect(await valueOf((await record(program)).result)).toMatch(/^password-of-p-[0-9a-f]{8}$/);
    expect(await valueOf((await record(program, { preview: true })).result)).toBeUndefined();
  });

  it("names what is registered when the asked-for resource isn't", async () => {
    const run = await record(() => new Pair("a"));
    expect(() => run.one("Secret", "other")).toThrow('0 of Secret "other"; registered: a-secret (pair)');
  });
});
