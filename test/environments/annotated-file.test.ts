import { join } from "node:path";
import { check } from "prettier";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { annotatedStackFile, annotatedText } from "../../environments/annotated-file";
import type { SchemaNode } from "../../environments/schema-node";
import { parseStackFile, stackFileJsonSchema } from "../../infra/config";
import { projectDirectory } from "../../infra/project";
import { environments, stackFileText } from "../support/platform";

type Values = Record<string, unknown>;

const annotated = (config: Values): string => annotatedText(annotatedStackFile(config, ["of a test"]));
const valuesOf = (text: string): Values => (parse(text) as { config: Values }).config;

/** Every key below a schema, of every kind. */
function keysBelow(schema: SchemaNode): string[] {
  const parts = [schema.items, schema.additionalProperties, ...(schema.oneOf ?? [])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]) => [key, ...keysBelow(part)]),
    ...parts.flatMap((part) => (typeof part === "object" ? keysBelow(part) : [])),
  ];
}

const groups = Object.entries((stackFileJsonSchema() as SchemaNode).properties?.config?.properties ?? {});

describe.each(environments)("the annotated stack file like %s", (environment) => {
  const values = valuesOf(stackFileText(environment));
  const text = annotated(values);

  it("reads as the same values", () => {
    expect(valuesOf(text)).toEqual(values);
  });

  it.each(groups)("tells of every key of %s, in its own paragraph", (name, schema) => {
    const paragraph = text.split("\n\n").find((part) => part.includes(`${name}:`)) ?? "";
    expect(keysBelow(schema).filter((key) => !new RegExp(`^\\s*[#\\s]*${key}:`, "m").test(paragraph))).toEqual([]);
  });

  it("shows defaults that are the program's own", () => {
    const active = text.replace(/^(\s*)#(\w+: \S)/gm, "$1$2");
    expect(active).not.toBe(text);
    const groupsOf = (written: string) => ({ ...parseStackFile(written, environment).config, secrets: undefined });
    expect(groupsOf(active)).toEqual(groupsOf(text));
  });

  it("is formatted as the rest of the project", async () => {
    const filepath = join(projectDirectory, `Pulumi.${environment}.yaml`);
    expect(await check(text, { filepath, printWidth: 120 })).toBe(true);
  });
});

describe("an annotated stack file", () => {
  const text = annotated(valuesOf(stackFileText("prod")));

  it("begins with the line that editors check it by", () => {
    expect(text.split("\n").slice(0, 2)).toEqual([
      "# yaml-language-server: $schema=infra/stack-file.schema.json",
      "# of a test",
    ]);
  });

  it("has the meaning, the default and the choices of a key before it", () => {
    expect(text).toContain(
      '# The SMB dialect. Default: 3.1.1. One of "3.0", "3.0.2", "3.1.1".\n      #version: 3.1.1\n',
    );
  });

  it("tells of the kinds that it didn't choose before the choice", () => {
    expect(text).toMatch(
      /# Or kind minio: MinIO in this cluster\. Besides buckets it has:\n {2}# {3}nodePort: The port of/,
    );
  });

  it("explains the first of several volumes of one kind, and each kind once", () => {
    const path = (mountPath: string) => ({ kind: "hostPath", path: "/srv", mountPath });
    const claim = { kind: "storageClass", className: "nfs", mountPath: "/mnt/c" };
    const volumes = { a: path("/mnt/a"), b: path("/mnt/b"), c: claim };
    const written = annotated({ "hamilton:volumes": volumes });
    expect(valuesOf(written)).toEqual({ "hamilton:volumes": volumes });
    expect(written.match(/# The folder on the node\./g)).toHaveLength(1);
    expect(written.match(/# The StorageClass\./g)).toHaveLength(1);
  });

  it("reads the same for readers of YAML 1.1 and 1.2", () => {
    const settings = { "spark.a": "no", "spark.b": "1:30", "spark.c": "1_000", "spark.d": "0o17" };
    const written = annotated({ "hamilton:spark": { settings } });
    for (const version of ["1.1", "1.2"] as const)
      expect((parse(written, { version }) as { config: Values }).config).toEqual({ "hamilton:spark": { settings } });
  });

  it("stays whole where nothing is set at all", () => {
    const written = annotated({});
    for (const [name] of groups) expect(written).toContain(`#${name}:`);
  });
});
