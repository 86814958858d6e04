import type { Bucket, BucketAccess, NamespaceReference } from "../core/contracts";
import { ValueFault } from "../core/errors";
import { bucketName, dnsLabel } from "../core/names";

/** A workload that uses the store, under a name and keys of its own. */
export interface ObjectStoreUser {
  /** Where the workload runs; its keys are put into a Secret there. */
  readonly namespace: NamespaceReference;
  /** The labels of its pods, to which the network is opened. @default every pod of the namespace */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Whether it runs outside the cluster, so that no pods of the namespace get through to the store for it. @default false */
  readonly runsOutside?: boolean;
  /** What it may do, by the role of the bucket. Anything not granted is refused. */
  readonly grants: Readonly<Record<string, BucketAccess>>;
}

/** The users of a store by name. Names are plain, since they decide which objects exist. */
export type ObjectStoreUsers = Readonly<Record<string, ObjectStoreUser>>;

/**
 * Buckets by role, as a sorted list.
 *
 * @throws ValueFault if a role or a name is malformed, if there is none, or if two roles share a bucket.
 */
export function bucketList(buckets: Readonly<Record<string, string>>): readonly Bucket[] {
  const roles = Object.keys(buckets).sort();
  if (roles.length === 0) throw new ValueFault({ field: "buckets", got: buckets, expected: "at least one bucket" });
  const taken = new Map<string, string>();
  return roles.map((role) => {
    dnsLabel("buckets", role);
    const name = bucketName(`buckets.${role}`, buckets[role] as string);
    const other = taken.get(name);
    if (other !== undefined)
      throw new ValueFault({ field: `buckets.${role}`, got: name, expected: `another bucket than that of "${other}"` });
    taken.set(name, role);
    return { role, name, url: `s3a://${name}` };
  });
}

/**
 * Checks the users against the buckets.
 *
 * @throws ValueFault if a user's name is no DNS label of 3 to 20 characters (it is the access key, whose length S3
 * engines limit), or if a grant names no bucket or no access that there is.
 */
export function checkUsers(users: ObjectStoreUsers, buckets: readonly Bucket[]): void {
  const roles = buckets.map((bucket) => bucket.role);
  for (const [user, { grants }] of Object.entries(users)) {
    dnsLabel("users", user);
    if (user.length < 3 || user.length > 20)
      throw new ValueFault({ field: "users", got: user, expected: "a name of 3 to 20 characters, for the access key" });
    for (const [role, access] of Object.entries(grants)) {
      if (!roles.includes(role))
        throw new ValueFault({
          field: `users.${user}.grants`,
          got: role,
          expected: `one of the buckets ${roles.join(", ")}`,
        });
      if (!["read", "write", "readWrite"].includes(access))
        throw new ValueFault({
          field: `users.${user}.grants.${role}`,
          got: access,
          expected: "read, write or readWrite",
        });
    }
  }
}

/** A user's grants by the bucket's real name. */
export function grantsByName(user: ObjectStoreUser, buckets: readonly Bucket[]): Record<string, BucketAccess> {
  return Object.fromEntries(
    buckets.flatMap(({ role, name }) => {
      const access = user.grants[role];
      return access === undefined ? [] : [[name, access] as const];
    }),
  );
}
