import { createHash } from "node:crypto";

/**
 * `value` as JSON with the keys of every object sorted, so that two equal values give the same text whatever the order
 * they were written in, and a preview shows no difference that isn't one. Entries that are `undefined` are left out.
 *
 * @param indent Spaces for each level. @default 0, all on one line
 */
export function sortedJson(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, part: unknown) => {
      if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
      const entries = Object.entries(part as Record<string, unknown>);
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    },
    indent,
  );
}

/** The SHA-256 of a text, or of the sorted JSON of any other value, as 64 hexadecimal digits. */
export function checksum(value: unknown): string {
  return createHash("sha256")
    .update(typeof value === "string" ? value : sortedJson(value))
    .digest("hex");
}

/** The first ten digits of {@link checksum}: enough to tell versions of one thing apart in a name. */
export function shortChecksum(value: unknown): string {
  return checksum(value).slice(0, 10);
}

/** The pod annotation that holds the checksum of a pod's configuration, so that a changed one makes new pods. */
export const checksumAnnotation = "checksum/config";
