import { describe, expect, it } from "vitest";
import { StepError } from "../../console/errors";
import { parseSetting, withValue } from "../../environments/settings";

describe("a --set", () => {
  it.each<[string, readonly (string | number)[], unknown]>([
    ["spark.executors.max=8", ["hamilton:spark", "executors", "max"], 8],
    ["hamilton:spark.executors.max=8", ["hamilton:spark", "executors", "max"], 8],
    ['spark.settings["spark.ui.port"]="4040"', ["hamilton:spark", "settings", "spark.ui.port"], "4040"],
    ['spark.settings["a=b"]=c', ["hamilton:spark", "settings", "a=b"], "c"],
    ["spark.submitters[0]=team", ["hamilton:spark", "submitters", 0], "team"],
    ["objectStore.endpoint=https://s3.example.com", ["hamilton:objectStore", "endpoint"], "https://s3.example.com"],
    ["spark.submitters=[a, b]", ["hamilton:spark", "submitters"], ["a", "b"]],
    ["volumes={}", ["hamilton:volumes"], {}],
    ["objectStore.nodePort=", ["hamilton:objectStore", "nodePort"], undefined],
  ])("%s is read", (text, path, value) => {
    expect(parseSetting(text)).toEqual({ path, value });
  });

  it.each<[string, RegExp, RegExp]>([
    ["spark.executors.max", /has no path and value/, /PATH=VALUE/],
    ["=8", /has no path and value/, /PATH=VALUE/],
    ["spark.quota={cpu: 8", /The value of --set spark\.quota is no YAML/, /quote it/],
    ["objectstroe.nodePort=1", /names no group/, /nearest that is known is "objectStore"/],
    ["secrets.harp-password=Hunter2!", /takes no secret/, /asks for secrets/],
    ["hamilton:secrets.harp-password=Hunter2!", /takes no secret/, /asks for secrets/],
  ])("%s is refused", (text, message, fix) => {
    let error: unknown;
    try {
      parseSetting(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toMatch(message);
    expect((error as StepError).fix).toMatch(fix);
    expect((error as StepError).render()).not.toContain("Hunter2");
  });
});

describe("a changed value", () => {
  it("makes the groups on its way and leaves what was given alone", () => {
    const before = {};
    expect(withValue(before, { path: ["hamilton:spark", "executors", "max"], value: 8 })).toEqual({
      "hamilton:spark": { executors: { max: 8 } },
    });
    expect(before).toEqual({});
  });

  it("takes the key away where it is none", () => {
    expect(withValue({ a: { b: 1, c: 2 } }, { path: ["a", "b"], value: undefined })).toEqual({ a: { c: 2 } });
  });

  it("of a kind drops the keys that only the earlier kind knew", () => {
    const store = { kind: "minio", nodePort: 30900, storage: { size: "1Gi" }, buckets: { lake: "lake" } };
    expect(
      withValue({ "hamilton:objectStore": store }, { path: ["hamilton:objectStore", "kind"], value: "external" }),
    ).toEqual({ "hamilton:objectStore": { kind: "external", buckets: { lake: "lake" } } });
    const volume = { kind: "hostPath", path: "/srv", mountPath: "/mnt/a" };
    expect(
      withValue(
        { "hamilton:volumes": { a: volume } },
        { path: ["hamilton:volumes", "a", "kind"], value: "storageClass" },
      ),
    ).toEqual({ "hamilton:volumes": { a: { kind: "storageClass", mountPath: "/mnt/a" } } });
  });
});
