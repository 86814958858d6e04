import { describe, expect, it } from "vitest";
import type { BucketAccess } from "../../../components/core/contracts";
import { bucketPolicy } from "../../../components/storage/bucket-policy";
import { bucketList, checkUsers, grantsByName } from "../../../components/storage/store-users";
import { namespaceReference } from "../../support/namespaces";

/** Whether a policy allows an action on a bucket (`lake`) or on an object (`lake/x`). */
function allows(grants: Record<string, BucketAccess>, action: string, target: string): boolean {
  const resource = target.includes("/") ? `${target.split("/")[0]}/*` : target;
  return bucketPolicy(grants).Statement.some(
    (statement) => statement.Action.includes(action) && statement.Resource.includes(`arn:aws:s3:::${resource}`),
  );
}

describe("bucketPolicy", () => {
  it.each<[BucketAccess, string, string, boolean]>([
    ["read", "s3:GetObject", "lake/x", true],
    ["read", "s3:ListBucket", "lake", true],
    ["read", "s3:PutObject", "lake/x", false],
    ["read", "s3:DeleteObject", "lake/x", false],
    ["write", "s3:PutObject", "lake/x", true],
    ["write", "s3:AbortMultipartUpload", "lake/x", true],
    ["write", "s3:GetObject", "lake/x", false],
    ["write", "s3:DeleteObject", "lake/x", false],
    ["readWrite", "s3:GetObject", "lake/x", true],
    ["readWrite", "s3:PutObject", "lake/x", true],
    ["readWrite", "s3:DeleteObject", "lake/x", true],
    ["readWrite", "s3:DeleteBucket", "lake", false],
    ["readWrite", "s3:PutBucketPolicy", "lake", false],
    ["readWrite", "s3:ListAllMyBuckets", "lake", false],
    ["readWrite", "s3:GetObject", "other/x", false],
    ["readWrite", "s3:ListBucket", "other", false],
  ])("with %s, %s on %s is allowed: %s", (access, action, target, allowed) => {
    expect(allows({ lake: access }, action, target)).toBe(allowed);
  });

  it("keeps the access of each bucket apart", () => {
    const grants = { lake: "readWrite", uploads: "read" } as const;
    expect(allows(grants, "s3:PutObject", "lake/x")).toBe(true);
    expect(allows(grants, "s3:PutObject", "uploads/x")).toBe(false);
  });

  it("never names a wildcard action or all buckets", () => {
    const text = JSON.stringify(bucketPolicy({ lake: "readWrite", events: "write", uploads: "read" }));
    expect(text).not.toMatch(/s3:\*|:::\*/);
  });

  it("doesn't change with the order of grants", () => {
    expect(JSON.stringify(bucketPolicy({ a: "read", b: "write" }))).toBe(
      JSON.stringify(bucketPolicy({ b: "write", a: "read" })),
    );
  });
});

describe("bucketList", () => {
  it("is sorted by role and knows Hadoop's URLs", () => {
    expect(bucketList({ uploads: "dev-uploads", lake: "dev-lake" })).toEqual([
      { role: "lake", name: "dev-lake", url: "s3a://dev-lake" },
      { role: "uploads", name: "dev-uploads", url: "s3a://dev-uploads" },
    ]);
  });

  it.each([
    [{}, "expected at least one bucket"],
    [{ lake: "Lake" }, 'buckets.lake is "Lake"; expected a bucket name'],
    [{ lake: "data", uploads: "data" }, 'buckets.uploads is "data"; expected another bucket than that of "lake"'],
  ])("refuses %j", (buckets, sentence) => expect(() => bucketList(buckets)).toThrow(sentence));
});

describe("checkUsers", () => {
  const buckets = bucketList({ lake: "lake", uploads: "uploads" });
  const namespace = namespaceReference("spark");

  it.each([
    [
      { spark: { namespace, grants: { lak: "read" } } },
      'users.spark.grants is "lak"; expected one of the buckets lake, uploads',
    ],
    [
      { spark: { namespace, grants: { lake: "all" } } },
      'users.spark.grants.lake is "all"; expected read, write or readWrite',
    ],
    [{ ab: { namespace, grants: {} } }, "expected a name of 3 to 20 characters"],
    [{ Spark: { namespace, grants: {} } }, "expected a DNS label"],
  ])("refuses %j", (users, sentence) => {
    expect(() => checkUsers(users as Parameters<typeof checkUsers>[0], buckets)).toThrow(sentence);
  });

  it("and the grants go by the buckets' real names", () => {
    const renamed = bucketList({ lake: "dev-lake", uploads: "dev-uploads" });
    expect(grantsByName({ namespace, grants: { lake: "readWrite" } }, renamed)).toEqual({ "dev-lake": "readWrite" });
  });
});
