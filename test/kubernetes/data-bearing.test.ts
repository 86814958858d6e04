import { describe, expect, it } from "vitest";
import { holdsDataBearing, isDataBearing } from "../../kubernetes/data-bearing";
import type { Manifest } from "../../kubernetes/manifest";

const object = (kind: string, name: string, namespace?: string, spec: object = {}): Manifest => ({
  ...{ apiVersion: "v1", kind, metadata: { name, namespace }, spec },
});

describe("data-bearing objects", () => {
  it.each([
    ["a volume", object("PersistentVolume", "harp"), true],
    ["a claim", object("PersistentVolumeClaim", "harp", "spark"), true],
    ["a StatefulSet with claims of its own", object("StatefulSet", "s", "n", { volumeClaimTemplates: [{}] }), true],
    ["a StatefulSet without", object("StatefulSet", "s", "n"), false],
    ["a Deployment", object("Deployment", "d", "n"), false],
    ["a Namespace by itself", object("Namespace", "n"), false],
  ])("%s: %o", (_, manifest, expected) => {
    expect(isDataBearing(manifest)).toBe(expected);
  });

  it("make their own Namespace hold data, and no other", () => {
    const objects = [object("PersistentVolumeClaim", "harp", "spark"), object("Deployment", "d", "web")];
    expect(holdsDataBearing(object("Namespace", "spark"), objects)).toBe(true);
    expect(holdsDataBearing(object("Namespace", "web"), objects)).toBe(false);
    expect(holdsDataBearing(object("Pod", "spark"), objects)).toBe(false);
  });
});
