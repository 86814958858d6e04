import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { setupPolicies, setupScript } from "../../../components/storage/minio-setup-script";
import { checkReplicas, serverArguments } from "../../../components/storage/minio-topology";
import { bucketList, type ObjectStoreUsers } from "../../../components/storage/store-users";
import { namespaceReference } from "../../support/namespaces";

const buckets = bucketList({ lake: "dev-lake", uploads: "dev-uploads" });
const namespace = namespaceReference("spark");
const users: ObjectStoreUsers = {
  submitter: { namespace, grants: { uploads: "readWrite" } },
  spark: { namespace, grants: { lake: "readWrite", uploads: "read" } },
};
const lines = setupScript("/setup", users, buckets).split("\n");

describe("the setup script of MinIO", () => {
  it.each([users, {}])("is valid shell", (declared) => {
    const script = setupScript("/setup", declared, buckets);
    expect(() => execFileSync("sh", ["-n"], { input: script, stdio: "pipe" })).not.toThrow();
  });

  it("makes each bucket unless it is there", () => {
    expect(lines.filter((line) => line.includes(" mb "))).toEqual([
      "mc --quiet mb --ignore-existing store/dev-lake",
      "mc --quiet mb --ignore-existing store/dev-uploads",
    ]);
  });

  it("hands keys over by standard input and by the environment, never as arguments", () => {
    expect(lines).toContain("{ echo spark; cat /setup/secret-key-spark; echo; } | mc --quiet admin user add store");
    for (const line of lines.filter((each) => /\bmc /.test(each))) {
      expect(line.slice(line.indexOf("mc "))).not.toMatch(/secret-key|PASSWORD/);
    }
  });

  it("gives each user its own policy and no other", () => {
    expect(lines.filter((line) => line.includes(" attach "))).toEqual([
      "mc --quiet admin policy attach store hamilton-spark --user spark",
      "mc --quiet admin policy attach store hamilton-submitter --user submitter",
    ]);
  });

  it("takes access away from users that are no longer declared, and from no others", () => {
    const cases = lines.slice(lines.indexOf('  case "$policy" in'));
    expect(cases[1]?.trim()).toBe("hamilton-spark | hamilton-submitter) ;;");
    expect(cases[2]?.trim()).toBe("hamilton-*)");
  });

  it("writes a policy file for each user, by the buckets' real names", () => {
    const policies = setupPolicies(users, buckets);
    expect(Object.keys(policies).sort()).toEqual(["policy-spark.json", "policy-submitter.json"]);
    expect(policies["policy-submitter.json"]).toContain("arn:aws:s3:::dev-uploads/*");
    expect(policies["policy-submitter.json"]).not.toContain("dev-lake");
  });

  it("doesn't change with the order in which users are declared", () => {
    const reversed = Object.fromEntries(Object.entries(users).reverse());
    expect(setupScript("/setup", reversed, buckets)).toBe(lines.join("\n"));
  });
});

describe("the servers of MinIO", () => {
  const topology = { name: "s", peersService: "s-peers", namespace: "dev-storage", clusterDomain: "corp.lan" };

  it.each([
    [1, "/data"],
    [4, "http://s-of-4-{0...3}.s-peers.dev-storage.svc.corp.lan:9000/data"],
    [16, "http://s-of-16-{0...15}.s-peers.dev-storage.svc.corp.lan:9000/data"],
  ])("%d of them keep objects in %s", (replicas, drives) => {
    expect(serverArguments({ ...topology, replicas }).slice(0, 2)).toEqual(["server", drives]);
  });

  it.each([0, 2, 3, 4.5, 17])("can't be %d", (replicas) => {
    expect(() => checkReplicas(replicas)).toThrow(
      `replicas is ${replicas}; expected 1, or a whole number from 4 to 16.`,
    );
  });
});
