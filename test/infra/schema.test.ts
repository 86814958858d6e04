import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { stackFileJsonSchema } from "../../infra/config";
import { groupSchemas } from "../../infra/config/schema";

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

const root = join(__dirname, "..", "..");

/** The paths of all keys that a schema describes without saying what they mean. */
function undescribed(schema: Schema, path: string): string[] {
  const inner = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]) => [
      ...(part.description === undefined ? [`${path}.${key}`] : []),
      ...undescribed(part, `${path}.${key}`),
    ]),
    ...[...(schema.oneOf ?? []), ...inner, ...(schema.items === undefined ? [] : [schema.items])].flatMap((part) =>
      undescribed(part, path),
    ),
  ];
}

describe("the JSON Schema of stack files", () => {
  it("is current in the work tree (else: npm run schema)", () => {
    const committed: unknown = JSON.parse(readFileSync(join(root, "infra", "stack-file.schema.json"), "utf8"));
    expect(committed).toEqual(JSON.parse(JSON.stringify(stackFileJsonSchema())));
  });

  it("says of every key what it means", () => {
    expect(undescribed(stackFileJsonSchema(), "stack")).toEqual([]);
  });

  it("refuses unknown keys in every group", () => {
    const config = (stackFileJsonSchema() as Schema).properties?.config;
    expect(config?.additionalProperties).toBe(false);
    for (const group of Object.values(config?.properties ?? {}))
      for (const part of [group, ...(group.oneOf ?? [])])
        if (part.properties !== undefined) expect(part.additionalProperties, part.description).toBe(false);
  });
});

describe("a pattern that editors check a unit by", () => {
  const patterns = [...JSON.stringify(stackFileJsonSchema()).matchAll(/"pattern":"([^"]+)","examples":\["([^"]+)"\]/g)];

  it("takes what the program takes, and not a unit that it refuses", () => {
    expect(patterns.length).toBeGreaterThan(10);
    for (const [, pattern = "", example = ""] of patterns) {
      expect(example).toMatch(new RegExp(pattern));
      expect(`${example} gb`).not.toMatch(new RegExp(pattern));
    }
  });
});

describe("Pulumi.yaml", () => {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { type: string; description: string }>;
  };

  it("describes the groups that the program reads, and no others", () => {
    expect(Object.keys(project.config).sort()).toEqual([...Object.keys(groupSchemas), "secrets"].sort());
    for (const group of Object.values(project.config)) expect(group).toMatchObject({ type: "object" });
  });
});
