import { describe, expect, it } from "vitest";
import { explainApiFailure, explainRefusal } from "../../../local/submit/refusals";

describe("the reason for which a submission failed", () => {
  it.each([
    [
      'message=pods "x-driver" is forbidden: exceeded quota: spark-drivers, requested: pods=1, used: pods=7, limited: pods=7, metadata=ListMeta(x)',
      /quota has no room for the driver: spark-drivers, requested: pods=1, used: pods=7, limited: pods=7$/,
    ],
    [
      "Caused by: software.amazon.awssdk.services.s3.model.NoSuchBucketException: null (Service: S3, Status Code: 404)",
      /bucket for uploads does not exist/,
    ],
    [
      "FileNotFoundException: PUT 0-byte object  on spark-upload-1: S3Exception: (Service: S3, Status Code: 404, Request ID: null)",
      /bucket for uploads does not exist/,
    ],
    ["AccessDeniedException: s3a://uploads: (Service: S3, Status Code: 403)", /refuses the submitter's keys/],
    [
      "SdkClientException: Unable to execute HTTP request: Connect to 10.88.0.2:30900 [/10.88.0.2] failed: Connection refused",
      /object store can't be reached: 10\.88\.0\.2:30900/,
    ],
    [
      "KubernetesClientException: Unauthorized! Configured service account doesn't have access",
      /login: it has expired or was revoked/,
    ],
    [
      'message=pods is forbidden: User "x" cannot create resource "pods", metadata=ListMeta(',
      /The API server refuses: pods is forbidden: User "x" cannot create resource "pods"$/,
    ],
    [
      "java.net.UnknownHostException: api.example.org: Name or service not known",
      /The host api\.example\.org has no address/,
    ],
    [
      'Exception in thread "main" java.lang.IllegalArgumentException: bad',
      /spark-submit failed: java\.lang\.IllegalArgumentException: bad/,
    ],
  ])("in %j is found", (output, message) => {
    expect(explainRefusal(`first\n${output}\nlast`)?.message).toMatch(message);
  });

  it("isn't guessed", () => {
    expect(explainRefusal("nothing of note")).toBeUndefined();
  });
});

describe("the reason for which a call of the API server failed", () => {
  const server = "https://10.88.0.1:6443";

  it.each([
    [Object.assign(new Error("HTTP-Code: 401"), { code: 401 }), /refuses the login: it has expired/],
    [
      Object.assign(
        new Error('HTTP-Code: 403 Body: "{\\"message\\":\\"serviceaccounts is forbidden\\",\\"code\\":403}"'),
        { code: 403 },
      ),
      /refuses: serviceaccounts is forbidden$/,
    ],
    [Object.assign(new Error("request failed"), { code: "ECONNREFUSED" }), /can't be reached \(ECONNREFUSED\)/],
    [Object.assign(new Error("fetch failed"), { cause: { code: "ENOTFOUND" } }), /can't be reached \(ENOTFOUND\)/],
    [new Error("timed out after 15 s"), /can't be reached$/],
    [
      Object.assign(new Error("self-signed certificate"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
      /isn't signed by the authority/,
    ],
  ])("%s", (error, message) => {
    const found = explainApiFailure(error, server)?.message;
    expect(found).toMatch(message);
    expect(found).toContain(server);
  });

  it("isn't guessed for a fault of this program", () => {
    expect(explainApiFailure(new TypeError("x is not a function"), server)).toBeUndefined();
  });
});
