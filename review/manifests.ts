import { stringify } from "yaml";
import type { Manifest } from "../kubernetes/manifest";
import { isManifest, isSecret, unwrapped, type Recording } from "./recording";

/** All Kubernetes objects of a run with their secrets in the clear, sorted by kind, namespace and name. */
export function manifestsOf(run: Recording): readonly Manifest[] {
  return collect(run, unwrapped);
}

/** The same objects with every secret text replaced by `<secret>`; keys stay. */
export function maskedManifestsOf(run: Recording): readonly Manifest[] {
  return collect(run, masked);
}

/** Manifests as one text of YAML documents, keys sorted: what golden files hold. */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests
    .map(
      (manifest) => `---\n${stringify(manifest, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false })}`,
    )
    .join("");
}

function collect(run: Recording, convert: (value: unknown) => unknown): Manifest[] {
  return run.resources
    .filter(isManifest)
    .map((resource) => convert(resource.inputs) as Manifest)
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ kind, metadata }: Manifest): string {
  return [kind, metadata.namespace ?? "", metadata.name].join("\u0000");
}

function masked(value: unknown): unknown {
  if (isSecret(value)) return hideLeaves(unwrapped(value));
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, masked(part)]));
}

function hideLeaves(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "<secret>";
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hideLeaves(part)]));
}
