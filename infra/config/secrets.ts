import { z } from "zod";
import { nearest, unknownKeyFault, valueFault, type ConfigFault } from "./faults";
import type { Groups } from "./schema";

/** `hamilton:secrets`: the only place for secrets. In a stack file each is `{ secure: <ciphertext> }`. */
export const secretsGroup = z
  .record(
    z.string(),
    z
      .strictObject({ secure: z.string().meta({ description: "The ciphertext, written by Pulumi." }) })
      .meta({ description: "Set by: pulumi config set --secret --path 'hamilton:secrets.<name>'" }),
  )
  .meta({ description: "Secrets by name, all encrypted. Other groups name an entry of it." });

/** The key of the group. */
export const secretsKey = "hamilton:secrets";

/** A place in a stack file that names an entry of `hamilton:secrets`. */
export interface SecretReference {
  /** The place: `hamilton:volumes.harp.password`. */
  readonly key: string;
  /** The entry: `harp-password`. */
  readonly name: string;
}

/** All places that name a secret, in the order of the groups. Groups that didn't parse name none. */
export function secretReferences(groups: Partial<Groups>): readonly SecretReference[] {
  const { images, volumes = {}, objectStore, databases = {}, ingress, notebooks = {} } = groups;
  const found: SecretReference[] = [];
  if (images?.credentials)
    found.push({ key: "hamilton:images.credentials.password", name: images.credentials.password });
  for (const [name, volume] of Object.entries(volumes))
    if (volume.kind === "windowsShare") found.push({ key: `hamilton:volumes.${name}.password`, name: volume.password });
  if (objectStore?.kind === "external")
    for (const [user, pair] of Object.entries(objectStore.credentials))
      for (const [part, name] of Object.entries(pair))
        found.push({ key: `hamilton:objectStore.credentials.${user}.${part}`, name });
  for (const [name, { password }] of Object.entries(databases))
    found.push({ key: `hamilton:databases.${name}.password`, name: password });
  if (ingress?.tls.kind === "secret")
    for (const part of ["certificate", "key"] as const)
      found.push({ key: `hamilton:ingress.tls.${part}`, name: ingress.tls[part] });
  for (const [notebook, { login, storeKeys }] of Object.entries(notebooks)) {
    const key = `hamilton:notebooks.${notebook}`;
    if (login.kind === "oidc") found.push({ key: `${key}.login.clientSecret`, name: login.clientSecret });
    for (const [part, name] of Object.entries(storeKeys ?? {})) found.push({ key: `${key}.storeKeys.${part}`, name });
  }
  return found;
}

/** How a secret is set: the command of the message about one that isn't. */
export function howToSet(name: string, environment: string): string {
  return `pulumi config set --stack ${environment} --secret --path '${secretsKey}.${name}'`;
}

/** Faults of a group that is written in a stack file: everything in it must be encrypted. The values are never shown. */
export function plainSecretFaults(group: unknown, environment: string): readonly ConfigFault[] {
  if (group === undefined || group === null) return [];
  if (typeof group !== "object" || Array.isArray(group))
    return [{ key: secretsKey, sentence: `isn't a group; set each entry with: ${howToSet("<name>", environment)}` }];
  return Object.entries(group).flatMap(([name, value]) => {
    const key = `${secretsKey}.${name}`;
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
      return [{ key, sentence: 'has a wrong name; expected a DNS label such as "harp-password"' }];
    const secure: unknown = typeof value === "object" && value !== null ? (value as { secure?: unknown }).secure : null;
    if (typeof secure === "string" && secure !== "" && Object.keys(value as object).length === 1) return [];
    const state = secure === "" || value === "" || value === null ? "is empty" : "is in plain text";
    return [{ key, sentence: `${state}; expected an encrypted value, set with: ${howToSet(name, environment)}` }];
  });
}

/** Faults of entries that nothing names: most likely a slip of the pen in one of the two places. */
export function unusedSecretFaults(
  entries: readonly string[],
  references: readonly SecretReference[],
): readonly ConfigFault[] {
  const named = references.map((reference) => reference.name);
  return entries
    .filter((entry) => !named.includes(entry))
    .map((entry) => unknownKeyFault(`${secretsKey}.${entry}`, entry, named));
}

/** Faults of places that name a secret which isn't there or is empty. */
export function missingSecretFaults(
  entries: Readonly<Record<string, unknown>>,
  references: readonly SecretReference[],
  environment: string,
): readonly ConfigFault[] {
  return references
    .filter(({ name }) => typeof entries[name] !== "string" || entries[name] === "")
    .map(({ key, name }) => {
      const near = nearest(
        name,
        Object.keys(entries).filter((entry) => entry !== name),
      );
      const hint = near === undefined ? "" : ` (or did you mean "${near}"?)`;
      return valueFault(key, name, `the name of a secret that is set: ${howToSet(name, environment)}${hint}`);
    });
}
