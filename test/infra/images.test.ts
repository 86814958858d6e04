import { describe, expect, it } from "vitest";
import { parseStackFile } from "../../infra/config";
import { platformImage, pulledImages } from "../../infra/images";
import { stackFileText } from "../support/platform";
import { changed, faults, oneFault } from "../support/stack-files";

const digest = `sha256:${"a".repeat(64)}`;
const ofStack = (text: string) => parseStackFile(text, "dev").config.images;

describe("the digest of an image", () => {
  it("stands behind its tag, which stays readable", () => {
    const images = ofStack(changed("dev", [["images", "digests"], { "hamilton/spark:4.1.2": digest }]));
    expect(platformImage(images, "spark").reference).toBe(`registry.example.com/harp/hamilton/spark:4.1.2@${digest}`);
  });

  it("may stand with a tag of its own or a full reference", () => {
    for (const [given, reference] of [
      [`4.1.2@${digest}`, `registry.example.com/harp/hamilton/spark:4.1.2@${digest}`],
      [`other.example.com/a/spark:4.1.2@${digest}`, `other.example.com/a/spark:4.1.2@${digest}`],
    ] as const)
      expect(platformImage(ofStack(changed("dev", [["images", "spark"], given])), "spark").reference).toBe(reference);
  });

  it("is that of one tag: after a new release the old one is named", () => {
    expect(oneFault("dev", ["images", "digests"], { "hamilton/spark:4.0.0": digest })).toBe(
      'Pulumi.dev.yaml: hamilton:images.digests["hamilton/spark:4.0.0"] is unknown; the nearest that is known is "hamilton/spark:4.1.2".',
    );
  });

  it("is given in one place only", () => {
    const text = changed(
      "dev",
      [["images", "spark"], `4.1.2@${digest}`],
      [["images", "digests"], { "hamilton/spark:4.1.2": digest }],
    );
    expect(faults(text, "dev")).toEqual([
      expect.stringMatching(
        /images\.spark is "4\.1\.2@sha256:a+"; expected the tag alone, since hamilton:images\.digests/,
      ),
    ]);
  });

  it.each(["sha256:abc", "", digest.toUpperCase()])("can't be %j", (value) => {
    expect(oneFault("dev", ["images", "digests"], { "hamilton/spark:4.1.2": value })).toMatch(
      /expected "sha256:" and 64 hex digits\.$/,
    );
  });
});

describe("prod", () => {
  const pulledByProd = pulledImages(parseStackFile(stackFileText("prod"), "prod").config);

  it("refuses every image without a digest, and says how to find it", () => {
    const lines = faults(changed("prod", [["images", "digests"], undefined]), "prod");
    expect(lines).toHaveLength(pulledByProd.length);
    expect(lines[0]).toBe(
      'Pulumi.prod.yaml: hamilton:images.digests["hamilton/spark:4.1.2"] is missing; expected the image\'s digest in production, ' +
        "as shown by: skopeo inspect --format '{{.Digest}}' docker://registry.example.com/harp/hamilton/spark:4.1.2.",
    );
    expect(lines.join("\n")).toMatch(/digests\["sig-storage\/smbplugin:v[\d.]+"\] is missing/);
  });

  it("asks for no digest of a driver that it doesn't install", () => {
    const own = pulledByProd.filter(({ name }) => name.startsWith("hamilton/"));
    const digests = Object.fromEntries(own.map(({ name }) => [name, digest]));
    const text = changed("prod", [["images", "digests"], digests], [["cluster", "smbDriver"], { install: false }]);
    expect(faults(text, "prod")).toEqual([]);
  });

  it("pulls nothing but by digest and from its own registry", () => {
    for (const { reference } of pulledByProd)
      expect(reference).toMatch(/^registry\.example\.com\/harp\/.+:.+@sha256:[0-9a-f]{64}$/);
  });

  it("is held to the same whatever it is called, once its stack file says that it is for production", () => {
    const withoutDigests = [["images", "digests"], undefined] as const;
    const lines = faults(changed("prod", [["cluster", "production"], true], withoutDigests), "dev");
    expect(lines).toHaveLength(pulledByProd.length);
    expect(lines[0]).toMatch(/^Pulumi\.dev\.yaml: .* is missing; expected the image's digest in production/);
    expect(faults(changed("prod", withoutDigests), "dev")).toEqual([]);
  });

  it("can't give up the protection of its data as a whole", () => {
    expect(oneFault("prod", ["cluster", "protectData"], false)).toMatch(
      /protectData is false; expected true in production/,
    );
  });
});
