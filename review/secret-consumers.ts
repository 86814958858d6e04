import type { Manifest } from "../kubernetes/manifest";
import { describeManifest } from "../kubernetes/manifest";

interface Named {
  readonly name?: unknown;
  readonly namespace?: unknown;
}

/**
 * The objects that need a Secret, as people name them, in the order given: pods that read it or pull images with it,
 * volumes and StorageClasses that mount with it, and ConfigMaps of its namespace that name it for pods made later.
 */
export function consumersOf(secret: Manifest, objects: readonly Manifest[]): readonly string[] {
  return objects.filter((object) => needs(object, secret)).map(describeManifest);
}

function needs(object: Manifest, { metadata }: Manifest): boolean {
  const { name, namespace } = metadata;
  const own = object.metadata.namespace === namespace;
  if (own && object.kind === "ConfigMap") return texts(object.data).some((text) => wordIn(text, name));
  const isIt = (reference: unknown): boolean => {
    const named = (reference ?? {}) as Named;
    return named.name === name && (named.namespace === undefined ? own : named.namespace === namespace);
  };
  const look = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(look);
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(value as Readonly<Record<string, unknown>>).some(([key, part]) => {
      if (/^(secretKeyRef|secretRef|\w+SecretRef)$/.test(key)) return isIt(part);
      if (key === "secretName") return own && part === name;
      if (key === "imagePullSecrets" || key === "secrets") return Array.isArray(part) && part.some(isIt);
      if (key.endsWith("-secret-name"))
        return isIt({ name: part, namespace: (value as Record<string, unknown>)[`${key}space`] });
      return look(part);
    });
  };
  return look(object);
}

function texts(data: unknown): readonly string[] {
  return Object.values((data ?? {}) as Readonly<Record<string, unknown>>).filter((text) => typeof text === "string");
}

function wordIn(text: string, word: string): boolean {
  const escaped = word.replace(/[.]/g, "\\.");
  return new RegExp(`(^|[^\\w.-])${escaped}($|[^\\w.-])`, "m").test(text);
}
