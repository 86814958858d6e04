import { describeManifest, type Manifest } from "../kubernetes/manifest";
import { isSecret, unwrapped, type Plain, type Recording } from "../review/recording";

/** A resource as rules look at it: the same whether it was rendered offline or comes from the engine. */
export interface ReviewedResource {
  /** The type token: `kubernetes:apps/v1:StatefulSet`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  /** What people call it: `StatefulSet storage/store-minio`; type and logical name of what is no Kubernetes object. */
  readonly object: string;
  /** The engine's address of it; absent where it was rendered offline. */
  readonly urn?: string;
  /** The Kubernetes object with its secrets in the clear; absent for anything else. Never print a value of it unmasked. */
  readonly manifest?: Manifest;
  /** Whether the engine refuses to delete or replace it. */
  readonly protect: boolean;
  /**
   * The fields that are marked secret: `stringData`, `data.password`. Absent where marks can't be seen: the engine hands
   * a policy pack its values without them.
   */
  readonly marked?: readonly string[];
}

/** A Kubernetes object, as reviewed; what most rules are about. */
export type ReviewedObject = ReviewedResource & { readonly manifest: Manifest };

/** What a reviewed resource is made of. */
export interface ResourceSource {
  readonly type: string;
  readonly name: string;
  readonly urn?: string;
  readonly protect: boolean;
  /** The inputs without wrappings of secrets. */
  readonly properties: Plain;
  readonly marked?: readonly string[];
}

/** A resource in the form that rules take. A name that a preview doesn't know yet gives way to the logical one. */
export function reviewedResource({ properties, ...source }: ResourceSource): ReviewedResource {
  const kind = source.type.split(":").at(-1) ?? "";
  if (!source.type.startsWith("kubernetes:")) return { ...source, object: `${kind} ${source.name}` };
  const manifest = properties as Manifest;
  return { ...source, object: described(manifest) ?? `${kind} ${source.name}`, manifest };
}

function described(manifest: Manifest): string | undefined {
  try {
    return describeManifest(manifest);
  } catch {
    return undefined;
  }
}

/** All resources of a rendered environment that are no components, in the order of the program. */
export function reviewedResources(run: Recording): readonly ReviewedResource[] {
  return run.resources
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
    .map(({ type, name, protect, inputs }) =>
      reviewedResource({
        ...{ type, name, protect },
        properties: unwrapped(inputs) as Plain,
        marked: markedFields(inputs),
      }),
    );
}

/** The paths at which a value is wrapped as a secret. */
function markedFields(value: unknown, path: readonly string[] = []): string[] {
  if (isSecret(value)) return [path.join(".")];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => markedFields(part, [...path, key]));
}
