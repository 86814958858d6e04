import { describe, expect, it } from "vitest";
import { generatedSecrets, neededSecrets, randomSecret, readSecrets } from "../../environments/secrets";
import { parseStackFile } from "../../infra/config";
import { stackFileText } from "../support/platform";
import { failure } from "../support/failure";

const needed = neededSecrets(parseStackFile(stackFileText("prod"), "prod").config);
const names = needed.map(({ name }) => name);

describe("the secrets that an environment needs", () => {
  it("are those that its groups name, each with the places", () => {
    expect(names).toEqual([
      "registry-password",
      "harp-password",
      "spark-access-key",
      "spark-secret-key",
      "submitter-access-key",
      "submitter-secret-key",
      "harp-database-password",
      "ingress-certificate",
      "ingress-key",
      ...["notebook-analysts-login", "notebook-analysts-access-key", "notebook-analysts-secret-key"],
      ...["notebook-risk-login", "notebook-risk-access-key", "notebook-risk-secret-key"],
    ]);
    expect(needed[1]?.keys).toEqual(["hamilton:volumes.harp.password"]);
  });
});

describe("a random secret", () => {
  it("is an access key of S3 where one is needed, else 40 characters, and never the same", () => {
    expect(randomSecret(["hamilton:objectStore.credentials.spark.accessKey"])).toMatch(/^[A-Z2-7]{20}$/);
    expect(randomSecret(["hamilton:objectStore.credentials.spark.secretKey"])).toMatch(/^[\w-]{40}$/);
    expect(randomSecret([])).not.toBe(randomSecret([]));
  });

  it("is made for each name that is asked for", () => {
    expect([...generatedSecrets(needed, ["spark-secret-key"]).keys()]).toEqual(["spark-secret-key"]);
  });

  it.each([
    ["harp-password", /can't be: the file server knows the password/],
    ["harp-database-password", /can't be: the database knows the password of its user/],
    ["registry-password", /can't be: the registry knows the password/],
    ["notebook-risk-login", /can't be: the login service knows its client's secret/],
    ["ingress-key", /can't be: an authority has signed the certificate of this very key/],
  ])("is refused for %s, which somebody else has set", (name, message) => {
    expect(failure(() => generatedSecrets(needed, [name]))).toMatch(message);
  });

  it("is refused for a name that nothing needs, with the nearest", () => {
    expect(failure(() => generatedSecrets(needed, ["spark-secret-kye"]))).toMatch(
      /nearest that is named: "spark-secret-key"/,
    );
  });
});

describe("a file of secrets", () => {
  it("gives their values by name", () => {
    expect([...readSecrets('harp-password: "12345"\n', "FILE", needed)]).toEqual([["harp-password", "12345"]]);
  });

  it.each<[string, string, RegExp]>([
    ["no text", "harp-password: 12345", /FILE: the value of harp-password is no text/],
    ["nothing", 'harp-password: ""', /FILE: the value of harp-password is empty/],
    ["no file of secrets", "Hunter2!", /FILE holds no secrets by name/],
    ["no YAML", "{Hunter2!: [", /FILE holds no secrets by name/],
    [
      "a wrong name",
      "harp-pasword: Hunter2!",
      /a secret "harp-pasword" that nothing .* names[^]*nearest that is named: "harp-password"/,
    ],
    ["name and value the wrong way round", "Hunter2!: harp-password", /FILE has a secret that nothing/],
  ])("with %s is refused without a value shown", (_, text, message) => {
    const shown = failure(() => readSecrets(text, "FILE", needed));
    expect(shown).toMatch(message);
    expect(shown).not.toMatch(/Hunter2|12345/);
  });
});
