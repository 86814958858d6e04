import { createHash } from "node:crypto";
import { isSecret, unwrapped, type Plain, type Recording, type Registration } from "./recording";
import { snapshotFormat, type Snapshot, type SnapshotResource } from "./snapshot-format";

/**
 * Takes a snapshot of a rendered environment.
 *
 * @throws Error naming the URN, if two resources share one: the engine refuses that, the mocks don't.
 */
export function snapshotOf(environment: string, run: Recording): Snapshot {
  const seen = new Set<string>();
  for (const { urn } of run.resources) {
    if (seen.has(urn)) throw new Error(`two resources of ${environment} are ${urn}: give one of them another name`);
    seen.add(urn);
  }
  return { format: snapshotFormat, environment, resources: run.resources.map(snapshotResource) };
}

/**
 * What stands for a secret value. Equal values have equal marks, another value has another one. Nothing real goes into
 * it: a rendered secret is a placeholder of the name and the ciphertext that it comes from, or of a password's inputs.
 */
export function secretMark(value: unknown): string {
  return `[secret ${createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10)}]`;
}

function snapshotResource(registration: Registration): SnapshotResource {
  const { urn, type, name, custom, aliases, dependsOn, propertyDependencies } = registration;
  const { protect, retainOnDelete, deletedWith, deleteBeforeReplace, replaceOnChanges, ignoreChanges } = registration;
  return {
    ...{ urn, type, name, custom, aliases, dependsOn, propertyDependencies },
    // The reference ends with the provider's id, which the mocks make up.
    provider: registration.provider.split("::").slice(0, 4).join("::"),
    ...{ protect, retainOnDelete, deletedWith, deleteBeforeReplace, replaceOnChanges, ignoreChanges },
    inputs: dataOfSecret(type, masked(registration.inputs) as Plain),
  };
}

/** A Secret's `stringData` is a way to write `data`: the provider keeps the one as the other. */
function dataOfSecret(type: string, inputs: Plain): Plain {
  if (type !== "kubernetes:core/v1:Secret" || typeof inputs.stringData !== "object") return inputs;
  const { stringData, ...rest } = inputs;
  return { ...rest, data: { ...(rest.data as Plain | undefined), ...stringData } };
}

/** Keys stay in the open, as they do in a Secret that one may list; each value below them becomes its mark. */
function masked(value: unknown, secret = false): unknown {
  if (isSecret(value)) return masked(unwrapped(value), true);
  if (typeof value !== "object" || value === null) return secret ? secretMark(value) : value;
  if (Array.isArray(value)) return secret ? secretMark(value) : value.map((part) => masked(part));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, masked(part, secret)]));
}
