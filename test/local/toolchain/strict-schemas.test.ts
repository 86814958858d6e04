import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { strictSchemas } from "../../../local/toolchain/strict-schemas";

const widget = {
  description: "left out",
  type: "object",
  required: ["spec"],
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    spec: { $ref: "#/definitions/Spec" },
  },
  "x-kubernetes-group-version-kind": [{ group: "parts.example.com", version: "v1", kind: "Widget" }],
};
const definitions = {
  Widget: widget,
  Spec: {
    type: "object",
    properties: {
      port: { $ref: "#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString" },
      labels: { type: "object", additionalProperties: { type: "string" } },
      parts: { type: "array", items: { $ref: "#/definitions/Spec" } },
    },
  },
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: "string", format: "int-or-string" },
  Options: {
    type: "object",
    properties: {},
    "x-kubernetes-group-version-kind": [
      { group: "", version: "v1", kind: "Options" },
      { group: "b", version: "v1", kind: "Options" },
    ],
  },
};

describe("the schemas of kinds", () => {
  const files = strictSchemas({ definitions });
  const validate = new Ajv({ strict: false }).compile(files.get("widget-parts-v1.json") ?? false);
  const object = (spec: unknown, rest = {}) => ({ apiVersion: "parts.example.com/v1", kind: "Widget", spec, ...rest });

  test("are one for each kind, under the name that kubeconform looks for", () => {
    expect([...files.keys()]).toEqual(["widget-parts-v1.json"]);
  });

  test.each([
    ["a number or a text", object({ port: 80 }), true],
    ["a text", object({ port: "http" }), true],
    ["neither", object({ port: [] }), false],
    ["free keys where there are some", object({ labels: { any: "a" } }), true],
    ["a wrong value of a free key", object({ labels: { any: 1 } }), false],
    ["an unknown field", object({ prot: 80 }), false],
    ["an unknown field further in", object({ parts: [{ parts: [{ prot: 80 }] }] }), false],
    ["an unknown field outside", object({}, { status: {} }), false],
    ["no required field", { apiVersion: "parts.example.com/v1", kind: "Widget" }, false],
    ["another version", object({}, { apiVersion: "parts.example.com/v2" }), false],
  ])("accept or refuse %s", (_, value, valid) => {
    expect(validate(value)).toBe(valid);
  });
});
