import { sortedJson } from "../core/checksum";
import type { Bucket } from "../core/contracts";
import { bucketPolicy } from "./bucket-policy";
import { grantsByName, type ObjectStoreUsers } from "./store-users";

/** The file names, below one folder, from which the setup reads what it is to make. */
export const setupFiles = {
  script: "setup.sh",
  policy: (user: string) => `policy-${user}.json`,
  secretKey: (user: string) => `secret-key-${user}`,
} as const;

/** What every policy that the setup makes is called; the user's name follows. Policies of other names are left alone. */
export const policyPrefix = "hamilton-";

/** The IAM policies of all users, as the text of their files. */
export function setupPolicies(users: ObjectStoreUsers, buckets: readonly Bucket[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(users).map(([user, declared]) => [
      setupFiles.policy(user),
      sortedJson(bucketPolicy(grantsByName(declared, buckets)), 2),
    ]),
  );
}

/**
 * The POSIX shell script that brings a MinIO server to the declared buckets, users and policies with `mc`. It can run any
 * number of times; buckets are only ever added, users that are no longer declared lose their access.
 *
 * Keys come from the environment (`MC_HOST_store`) and from files, never from arguments, where any process could see them.
 *
 * @param folder Where the setup's files are mounted.
 */
export function setupScript(folder: string, users: ObjectStoreUsers, buckets: readonly Bucket[]): string {
  const names = Object.keys(users).sort();
  return [
    "set -eu",
    'export MC_HOST_store="http://$MINIO_ROOT_USER:$MINIO_ROOT_PASSWORD@$STORE_ADDRESS"',
    "",
    "attempt=0",
    "until mc --quiet admin info store >/dev/null 2>&1; do",
    "  attempt=$((attempt + 1))",
    '  if [ "$attempt" -ge 60 ]; then',
    '    echo "the object store at $STORE_ADDRESS did not answer within two minutes; its last words:" >&2',
    "    mc --quiet admin info store >&2",
    "    exit 1",
    "  fi",
    "  sleep 2",
    "done",
    "",
    ...buckets.map(({ name }) => `mc --quiet mb --ignore-existing store/${name}`),
    "",
    ...names.flatMap((user) => [
      `mc --quiet admin policy create store ${policyPrefix}${user} ${folder}/${setupFiles.policy(user)}`,
      `{ echo ${user}; cat ${folder}/${setupFiles.secretKey(user)}; echo; } | mc --quiet admin user add store`,
      `mc --quiet admin policy attach store ${policyPrefix}${user} --user ${user}`,
    ]),
    "",
    "mc --quiet admin policy list store | while read -r policy; do",
    '  case "$policy" in',
    ...(names.length === 0 ? [] : [`    ${names.map((user) => `${policyPrefix}${user}`).join(" | ")}) ;;`]),
    `    ${policyPrefix}*)`,
    `      mc --quiet admin user remove store "\${policy#${policyPrefix}}" || echo "that user was gone already"`,
    '      mc --quiet admin policy remove store "$policy"',
    "      ;;",
    "  esac",
    "done",
    'echo "buckets, users and policies are as declared"',
    "",
  ].join("\n");
}
