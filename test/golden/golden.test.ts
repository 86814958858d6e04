import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { describeManifest, type Manifest } from "../../kubernetes/manifest";
import { manifestsOf, manifestText, maskedManifestsOf } from "../../review/manifests";
import { environments, renderPlatform, renderedPlatforms } from "../support/platform";
import { schemaFaults } from "../support/kubernetes-schema";
import { goldenFile } from "./goldens";

describe.each(environments)("the platform of %s", (environment) => {
  let objects: readonly Manifest[];
  let text: string;

  beforeAll(async () => {
    const run = (await renderedPlatforms()).get(environment);
    if (run === undefined) throw new Error(`${environment} was not rendered`);
    objects = manifestsOf(run);
    text = manifestText(maskedManifestsOf(run));
  });

  it("is what its golden file shows (after a change that is meant: npm run golden:update)", () => {
    expect(text).toBe(readFileSync(goldenFile(environment), "utf8"));
  });

  it("renders the same a second time", async () => {
    const again = await renderPlatform(environment);
    expect(manifestText(maskedManifestsOf(again))).toBe(text);
  });

  it("consists of objects that Kubernetes' own schema accepts, without a field it doesn't know", () => {
    const faults = objects.flatMap((object) =>
      schemaFaults(object).map((fault) => `${describeManifest(object)}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  it("has no secret in its golden file", () => {
    expect(text).not.toMatch(/password-of-|placeholder-of-/);
    expect(text).toContain("<secret>");
  });

  it("can be previewed on a cluster where nothing exists yet", async () => {
    const preview = await renderPlatform(environment, true);
    expect(preview.resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
      (await renderPlatform(environment)).resources.map(({ type, name }) => `${type} ${name}`).sort(),
    );
  });
});

describe("the schema check", () => {
  const valid: Manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a" },
    spec: { selector: {}, template: { spec: { containers: [{ name: "a", image: "b" }] } } },
  };
  const withSpec = (spec: object): Manifest => ({ ...valid, spec: { ...(valid.spec as object), ...spec } });

  it("accepts a valid object", () => {
    expect(schemaFaults(valid)).toEqual([]);
  });

  it.each([
    ["a wrong type", withSpec({ replicas: "three" }), /replicas/],
    ["a missing field", { ...valid, spec: {} }, /template|selector/],
    ["an unknown field", withSpec({ replica: 3 }), /Deployment\.spec\.replica: no such field in V1DeploymentSpec/],
    [
      "an unknown field deep inside",
      withSpec({ template: { spec: { containers: [{ name: "a", ressources: {} }] } } }),
      /containers\[0\]\.ressources: no such field in V1Container/,
    ],
    ["an unknown kind", { ...valid, kind: "Deploymint" }, /no kind Deploymint/],
  ])("finds %s", (_, object, fault) => {
    expect(schemaFaults(object).join("\n")).toMatch(fault);
  });
});
