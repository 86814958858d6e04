import { describe, expect, it } from "vitest";
import type { Manifest } from "../../kubernetes/manifest";
import { consumersOf } from "../../review/secret-consumers";
import { otherTexts, referencesIn, referenceTexts, secretTextsOf } from "../../review/secret-references";

const secret = (stringData: Record<string, string>, data: Record<string, string> = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "keys", namespace: "a" },
  data,
  stringData,
});
const base64 = (text: string) => Buffer.from(text).toString("base64");
type Compose = (value: string) => Manifest;
const texts = (compose: Compose) =>
  secretTextsOf("Secret a/keys", compose(referenceTexts.stack("x")), compose(otherTexts.stack("x")));
const login = (password: string) =>
  JSON.stringify({ auths: { "r.example": { username: "u", password, auth: base64(`u:${password}`) } } });

describe("the texts of a Secret", () => {
  it.each<[string, Compose, Record<string, string>]>([
    ["a whole value", (value) => secret({ a: value, b: "plain" }), { a: "${hamilton:secrets.x}", b: "plain" }],
    ["a piece of a text", (value) => secret({ a: `user=${value};` }), { a: "user=${hamilton:secrets.x};" }],
    ["data in base64", (value) => secret({}, { a: base64(value) }), { a: "${hamilton:secrets.x}" }],
    [
      "a registry's login, without the user and password in base64",
      (value) => secret({ a: login(value) }),
      { a: '{"auths":{"r.example":{"username":"u","password":"${hamilton:secrets.x}"}}}' },
    ],
  ])("hold references in place of values: %s", (_, compose, expected) => {
    expect(texts(compose)).toEqual(expected);
  });

  it.each<[string, Compose]>([
    ["base64", (value) => secret({ a: base64(value) })],
    ["a part of the value", (value) => secret({ a: value.slice(0, 9) })],
  ])("that hold a secret as %s are refused", (_, compose) => {
    expect(() => texts(compose)).toThrow('Secret a/keys: stringData["a"] is derived from the value of a secret');
  });
});

describe("references", () => {
  it("are found once each, in the order of the text", () => {
    expect(referencesIn("${generated:b} $HOME ${hamilton:secrets.a} ${generated:b} ${other:c}")).toEqual([
      "${generated:b}",
      "${hamilton:secrets.a}",
    ]);
  });
});

describe("who needs a Secret", () => {
  const object = (kind: string, rest: object, namespace?: string): Manifest => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "it", ...(namespace === undefined ? {} : { namespace }) },
    ...rest,
  });

  it.each<[string, Manifest, boolean]>([
    ["a variable", object("Pod", { env: [{ secretKeyRef: { name: "keys", key: "a" } }] }, "a"), true],
    ["a variable of another namespace", object("Pod", { env: [{ secretKeyRef: { name: "keys" } }] }, "b"), false],
    ["a volume", object("Pod", { volumes: [{ secret: { secretName: "keys" } }] }, "a"), true],
    ["a pull Secret", object("Pod", { imagePullSecrets: [{ name: "keys" }] }, "a"), true],
    ["another pull Secret", object("Pod", { imagePullSecrets: [{ name: "keys-2" }] }, "a"), false],
    ["a mount", object("PersistentVolume", { nodeStageSecretRef: { name: "keys", namespace: "a" } }), true],
    ["a mount elsewhere", object("PersistentVolume", { nodeStageSecretRef: { name: "keys", namespace: "b" } }), false],
    [
      "a StorageClass",
      object("StorageClass", { parameters: { "x/node-secret-name": "keys", "x/node-secret-namespace": "a" } }),
      true,
    ],
    ["a setting", object("ConfigMap", { data: { a: "spark.secretKeyRef.A=keys:A" } }, "a"), true],
    ["a setting of a longer name", object("ConfigMap", { data: { a: "secretName=other-keys" } }, "a"), false],
  ])("is told by %s", (_, user, needs) => {
    expect(consumersOf(secret({}), [user])).toHaveLength(needs ? 1 : 0);
  });
});
