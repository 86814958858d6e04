import { ValueFault } from "./errors";

/** The longest a DNS label may be, and so the longest name of a namespace, Service, pod or label value (RFC 1123). */
export const longestLabel = 63;

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether `text` is a DNS label: 1 to 63 of a-z, 0-9 and "-", with a letter or digit at both ends. */
export function isDnsLabel(text: string): boolean {
  return text.length <= longestLabel && label.test(text);
}

/**
 * `text` itself, if it is a DNS label.
 *
 * @param field The field it came from, for the message.
 * @throws ValueFault otherwise.
 */
export function dnsLabel(field: string, text: string): string {
  if (isDnsLabel(text)) return text;
  throw new ValueFault({
    field,
    got: text,
    expected: `a DNS label: 1 to ${longestLabel} of a-z, 0-9 and "-", starting and ending with a letter or digit`,
  });
}

/**
 * Parts joined by "-" into a DNS label; empty and missing parts are left out.
 *
 * @param field The field to blame if the whole is no DNS label.
 * @throws ValueFault if the result is too long or holds other characters.
 * @example joinedName("namespaces.prefix", "dev", "spark") // "dev-spark"
 */
export function joinedName(field: string, ...parts: readonly (string | undefined)[]): string {
  return dnsLabel(field, parts.filter((part) => part !== undefined && part !== "").join("-"));
}

/** `harp-files` as the part of an environment variable's name: `HARP_FILES`. */
export function environmentName(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
}

const bucket = /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/;

/**
 * `text` itself, if every S3 engine takes it as a bucket's name. Names with dots are refused: they break TLS where the
 * bucket stands in the host name.
 *
 * @throws ValueFault otherwise.
 */
export function bucketName(field: string, text: string): string {
  if (bucket.test(text)) return text;
  throw new ValueFault({ field, got: text, expected: 'a bucket name: 3 to 63 of a-z, 0-9 and "-", without dots' });
}

const host = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

/**
 * `text` itself, if it is a host name or an IPv4 address.
 *
 * @throws ValueFault otherwise.
 */
export function hostName(field: string, text: string): string {
  if (host.test(text)) return text;
  throw new ValueFault({ field, got: text, expected: "a host name or an IPv4 address" });
}
