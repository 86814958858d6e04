import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StepError } from "../../console/errors";
import { previewChanges } from "../../review/preview";

/** Documents of the real engine over the embedded cluster, without what no reader looks at. */
const recorded = (name: string) => readFileSync(join(__dirname, "previews", `${name}.json`), "utf8");

const lines = (text: string) =>
  previewChanges("local", text).changes.map(({ action, object, fields, protected: kept }) =>
    [
      `${action} ${object.replace(/-[0-9a-f]{10}\b/g, "-#")}`,
      ...fields.map(({ path, replaces }) => path + (replaces ? "!" : "")),
      ...(kept ? ["PROTECTED"] : []),
    ].join(" "),
  );

describe("previewChanges", () => {
  it.each<[string, readonly string[]]>([
    [
      "additions",
      [
        "update ResourceQuota spark/namespace-quota spec.hard.pods",
        "update ResourceQuota spark/spark-drivers spec.hard.pods",
        "create PersistentVolume spark-second-#",
        "update PersistentVolumeClaim storage/store-minio-data spec.resources.requests.storage",
        "create PersistentVolumeClaim spark/second-#",
        'update Secret storage/store-minio-setup-files data["policy-spark.json"] data["setup.sh"]',
        "replace Job storage/store-minio-setup-# metadata.name!",
        'update ConfigMap spark/spark-settings data["spark-defaults.conf"]',
      ],
    ],
    [
      "another-storage-class",
      [
        "replace PersistentVolumeClaim storage/store-minio-data spec.storageClassName!",
        "replace StatefulSet storage/store-minio",
        "replace Job storage/store-minio-setup-#",
        'update ConfigMap spark/spark-settings data["spark-defaults.conf"]',
        "delete PersistentVolumeClaim spark/harp-#",
        "delete PersistentVolume spark-harp-#",
      ],
    ],
    [
      "rotated-passwords",
      [
        "replace store-minio-submitter-password keepers.version!",
        "replace store-minio-root-password keepers.version!",
        "replace store-minio-spark-password keepers.version!",
        "update Secret storage/store-minio-setup-files data",
        "update Secret storage/store-minio-root data",
        'update StatefulSet storage/store-minio spec.template.metadata.annotations["checksum/config"]',
        "replace Job storage/store-minio-setup-# metadata.name!",
        "update Secret spark/store-spark-credentials data",
        "update Secret spark/store-submitter-credentials data",
      ],
    ],
    [
      "refused-replacement",
      ["replace StatefulSet store-minio-servers PROTECTED", "replace PersistentVolumeClaim store-minio-data"],
    ],
    [
      "refused-deletion",
      [
        'update ConfigMap spark/spark-settings data["spark-defaults.conf"]',
        "delete PersistentVolumeClaim spark/harp-#",
        "delete PersistentVolume spark-harp-# PROTECTED",
      ],
    ],
  ])("reads the real preview of %s", (name, expected) => {
    expect(lines(recorded(name))).toEqual(expected);
  });

  it("gives the values on both sides, and the engine's mark for a secret", () => {
    const { changes } = previewChanges("local", recorded("additions"));
    const fields = changes.flatMap((change) => change.fields);
    expect(fields).toContainEqual({ path: "spec.hard.pods", before: "18", after: "20", replaces: false });
    expect(fields).toContainEqual({
      path: 'data["setup.sh"]',
      before: "[secret]",
      after: "[secret]",
      replaces: false,
    });
  });

  it("counts unchanged objects among those before and after, and no component or provider", () => {
    const { before, after } = previewChanges("local", recorded("additions"));
    expect(after.map(({ kind }) => kind)).toContain("LimitRange");
    expect(after.length - before.length).toBe(2);
  });

  it("marks the deletions that the state says keep their object", () => {
    const document = JSON.parse(recorded("another-storage-class")) as {
      steps: { op: string; urn: string; oldState?: object }[];
    };
    const kept = (step: { op: string; urn: string }) => step.op === "delete" && step.urn.endsWith("-claim");
    const steps = document.steps.map((step) =>
      kept(step) ? { ...step, oldState: { ...step.oldState, retainOnDelete: true } } : step,
    );
    const { changes } = previewChanges("local", JSON.stringify({ ...document, steps }));
    const deleted = changes.filter(({ action }) => action === "delete");
    expect(deleted.map(({ type, retained }) => [type.split(":").at(-1), retained])).toEqual([
      ["PersistentVolumeClaim", true],
      ["PersistentVolume", false],
    ]);
  });

  it("folds a replacement that is told in its parts into one", () => {
    const document = JSON.parse(recorded("additions")) as { steps: { op: string; oldState?: object }[] };
    const steps = document.steps.flatMap((step) =>
      step.op === "replace"
        ? ["create-replacement", "replace", "delete-replaced"].map((op) => ({
            ...step,
            op,
            ...(op === "delete-replaced" ? { newState: undefined } : {}),
          }))
        : [step],
    );
    expect(lines(JSON.stringify({ ...document, steps }))).toEqual(lines(recorded("additions")));
  });

  it.each([
    ["no JSON at all", "Previewing update (local):", "this is no document of `pulumi preview --json`"],
    ["half a document", recorded("additions").slice(0, 2000), "this is no document of `pulumi preview --json`"],
    [
      "a preview that failed",
      JSON.stringify({ steps: [], diagnostics: [{ severity: "error", message: "error: no such host\n" }] }),
      "the preview failed: no such host",
    ],
  ])("refuses %s", (_, text, message) => {
    expect(() => previewChanges("local", text)).toThrow(StepError);
    expect(() => previewChanges("local", text)).toThrow(message);
  });
});
