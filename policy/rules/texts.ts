import type { ReviewedResource } from "../reviewed-resource";
import { podsOfResource, placedContainers } from "./pods";

/** A text that a resource hands to a program, and where it stands. */
export interface PlacedText {
  readonly field: string;
  /** The name under which the program gets it: the entry of a Secret, the environment variable. */
  readonly key: string;
  readonly text: string;
  /** Whether it may be printed. */
  readonly secret: boolean;
}

/** The texts of a ConfigMap or Secret, those of a Secret's `data` decoded. */
export function* entryTexts({ manifest }: ReviewedResource): Iterable<PlacedText> {
  if (manifest?.kind !== "ConfigMap" && manifest?.kind !== "Secret") return;
  const secret = manifest.kind === "Secret";
  for (const field of ["data", "stringData"])
    for (const [key, value] of Object.entries((manifest[field] ?? {}) as Record<string, unknown>)) {
      const written = String(value);
      const text = secret && field === "data" ? Buffer.from(written, "base64").toString("utf8") : written;
      yield { field: `${field}["${key}"]`, key, text, secret };
    }
}

/** The environment variables of a resource's containers that have their value spelt out. */
export function* variableTexts(resource: ReviewedResource): Iterable<PlacedText> {
  for (const pod of podsOfResource(resource))
    for (const { field, container } of placedContainers(pod))
      for (const { name, value } of container.env ?? [])
        if (value !== undefined && value !== null)
          yield { field: `${field}.env[${name}].value`, key: name, text: String(value), secret: false };
}

/** The commands and arguments of a resource's containers. */
export function* argumentTexts(resource: ReviewedResource): Iterable<PlacedText> {
  for (const pod of podsOfResource(resource))
    for (const { field, container } of placedContainers(pod))
      for (const list of ["command", "args"] as const)
        for (const [index, text] of (container[list] ?? []).entries())
          yield { field: `${field}.${list}[${index}]`, key: list, text, secret: false };
}

/** Every text that a resource hands to a program. */
export function* textsOf(resource: ReviewedResource): Iterable<PlacedText> {
  yield* entryTexts(resource);
  yield* variableTexts(resource);
  yield* argumentTexts(resource);
}
