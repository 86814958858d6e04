import { describe, expect, it } from "vitest";
import { judge, judgeResource } from "../../policy/judge";
import { reviewedResource, type ReviewedResource } from "../../policy/reviewed-resource";
import { rules } from "../../policy/rules";
import { unknownCheckingProxy } from "../../policy/unknown-values";
import { accessExamples } from "./access-examples";
import { container, deployment, object } from "./examples";
import { podExamples } from "./pod-examples";
import { secretExamples } from "./secret-examples";

/** A passing and a failing example of each rule, and of each part of a rule that has several. */
const examples = [...podExamples, ...accessExamples, ...secretExamples];

const ruleNamed = (name: string) => {
  const found = rules.find((rule) => rule.name === name);
  if (found === undefined) throw new Error(`there is no rule ${name}`);
  return found;
};

const production = { name: "prod", production: true };
const development = { name: "dev", production: false };

describe("each rule", () => {
  it.each(examples)("%s passes and refuses: %s", (name, _, { passes, fails, field, value }) => {
    const rule = ruleNamed(name);
    expect(judge([rule], passes, production, []).faults).toEqual([]);
    const { faults } = judge([rule], fails, production, []);
    expect(faults).toContainEqual(
      expect.objectContaining({
        ...{ rule: name, object: fails[0]?.object },
        field: expect.stringContaining(field) as string,
        value: expect.stringContaining(value) as string,
        fix: expect.stringMatching(/^[a-z]/) as string,
      }),
    );
  });

  it("has its examples", () => {
    const shown = new Set(examples.map(([name]) => name));
    expect(rules.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("has a name of its own, in the form of a label", () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name } of rules) expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
  });
});

describe("rules for production", () => {
  it("let a node's port and a tag pass elsewhere", () => {
    const service = object("Service", "web/s", { spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] } });
    const chosen = [ruleNamed("no-node-port"), ruleNamed("images-by-digest")];
    expect(judge(chosen, [service, deployment()], development, []).faults).toEqual([]);
    expect(judge(chosen, [service, deployment()], production, []).faults).toHaveLength(2);
  });
});

describe("a value that a preview doesn't know", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const preview = (spec: object): ReviewedResource => {
    const properties = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "tool", namespace: "web" },
      spec,
    };
    const type = "kubernetes:apps/v1:Deployment";
    return reviewedResource({ type, name: "tool", protect: false, properties: unknownCheckingProxy(properties) });
  };
  const around = { environment: production, all: [] };

  it("stops the rule that needs it, which says so, and keeps what it found before", () => {
    const containers = [container({ image: "a/b:latest" }), container({ name: "second", image: unknown })];
    const found = judgeResource(ruleNamed("images-with-tag"), preview({ template: { spec: { containers } } }), around);
    expect(found.faults).toMatchObject([{ value: '"a/b:latest"' }]);
    expect(found.unjudged).toMatchObject({ rule: "images-with-tag", object: "Deployment web/tool" });
    expect(found.unjudged?.unknown.message).toContain("image");
  });

  it("stops no rule that doesn't need it", () => {
    const containers = [container({ image: unknown })];
    const found = judgeResource(
      ruleNamed("container-resources"),
      preview({ template: { spec: { containers } } }),
      around,
    );
    expect(found).toEqual({ faults: [], unjudged: undefined });
  });
});
