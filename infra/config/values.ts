import { z } from "zod";
import { ValueFault } from "../../components/core/errors";
import { bucketName, dnsLabel, hostName, isDnsLabel } from "../../components/core/names";
import { cpus, kubernetesBytes, memoryBytes, seconds } from "../../components/core/quantities";
import { hidden } from "./faults";

/** The least and the most that a value may be, both written in the value's own unit. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

type Check = (field: string, text: string) => unknown;

/** A text that `check` accepts; a {@link ValueFault} that it throws becomes the message. */
function text(check: Check, expected: string) {
  return z.string({ error: expected }).superRefine((value, context) => {
    try {
      check("value", value);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      context.addIssue({ code: "custom", message: error.fault.expected, input: value });
    }
  });
}

/** A text in a unit: `parse` turns it into a number, which must lie within `range`. */
function quantity(parse: (field: string, text: string) => number, range: Range, what: string, pattern: string) {
  const [least, most] = [parse("from", range.from), parse("to", range.to)];
  const expected = `${what} from "${range.from}" to "${range.to}"`;
  return text((field, value) => {
    const amount = parse(field, value);
    if (amount < least || amount > most) throw new ValueFault({ field, got: value, expected });
    // Editors know patterns only; the ranges are for the program to check.
  }, expected).meta({ pattern, examples: [range.from] });
}

/** Memory in powers of 1024, with its unit: `"2g"`, `"512m"`, `"2Gi"`. */
export const memory = (range: Range) => quantity(memoryBytes, range, "a memory size", "^[0-9]+(k|m|g|t|Ki|Mi|Gi|Ti)$");

/** Storage as Kubernetes writes it: `"10Gi"`. */
export const storageSize = (range: Range) =>
  quantity(kubernetesBytes, range, "a size", "^[0-9.]+(k|M|G|T|Ki|Mi|Gi|Ti)?$");

/** A length of time with its unit (s, m, h, d): `"30m"`. */
export const duration = (range: Range) => quantity(seconds, range, "a duration", "^[0-9]+(s|m|h|d)$");

/** CPUs, whole or in parts: `2`, `"0.5"`, `"500m"`. YAML numbers are taken as well. */
export const cpu = (range: Range) =>
  z
    .preprocess(
      (value) => (typeof value === "number" ? String(value) : value),
      quantity(cpus, range, "CPUs", "^[0-9.]+m?$"),
    )
    .meta({ type: ["string", "number"] }) as unknown as z.ZodType<string, string | number>;

/** A whole number within bounds. */
export const whole = (from: number, to: number) => {
  const error = `a whole number from ${from} to ${to}`;
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error });
};

/** A number within bounds, both included. */
export const fraction = (from: number, to: number) => {
  const error = `a number from ${from} to ${to}`;
  return z.number({ error }).min(from, { error }).max(to, { error });
};

/** A DNS label: what names of namespaces, volumes and secrets are made of. */
export const label = () => text(dnsLabel, 'a DNS label such as "harp"');

/** A DNS label, or an empty text for none. */
export const labelOrNothing = () => {
  const expected = 'a DNS label such as "dev", or "" for none';
  return z.string({ error: expected }).refine((value) => value === "" || isDnsLabel(value), { error: expected });
};

/** A bucket's name. */
export const bucket = () => text(bucketName, 'a bucket name such as "lake"');

/** A host name or an IPv4 address. */
export const host = () => text(hostName, "a host name or an IPv4 address");

/** The name of an entry of `hamilton:secrets`. */
export const secretName = () => {
  const expected = 'the name of an entry of hamilton:secrets such as "harp-password"';
  return z.string({ error: expected }).superRefine((value, context) => {
    if (!isDnsLabel(value)) context.addIssue({ code: "custom", message: expected, params: { [hidden]: true } });
  });
};

/** A text that is not empty. */
export const words = (expected: string) => z.string({ error: expected }).min(1, { error: expected });

/** An absolute path without `..`, doubled slashes or a slash at the end. */
export const absolutePath = () => {
  const expected = 'an absolute path such as "/mnt/harp"';
  return z.string({ error: expected }).regex(/^(\/(?!\.{1,2}(\/|$))[^/\s,:]+)+$/, { error: expected });
};

/** An IPv4 range: `"10.88.0.1/32"`. */
export const cidr = () => {
  const expected = 'an address range such as "10.0.0.0/8"';
  return z.string({ error: expected }).superRefine((value, context) => {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(value);
    const [bits = 33, ...octets] = (match?.slice(1).map(Number) ?? []).reverse();
    if (!match || bits > 32 || octets.some((octet) => octet > 255))
      context.addIssue({ code: "custom", message: expected, input: value });
  });
};

/** The URL of a server: scheme, host and perhaps a port, nothing behind them. */
export const serverUrl = (...schemes: readonly ("http" | "https")[]) => {
  const expected = `a URL such as "${schemes[0] ?? "https"}://s3.example.com:9000", without a path`;
  return z.string({ error: expected }).superRefine((value, context) => {
    const match = /^(https?):\/\/([A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(value);
    if (!match || !schemes.includes(match[1] as "http") || Number(match[3] ?? 1) > 65535 || match[3] === "0")
      context.addIssue({ code: "custom", message: expected, input: value });
  });
};

/** The issuer of a login service: an https URL, perhaps with a path. */
export const issuerUrl = () => {
  const expected = 'an https URL such as "https://login.example.com/realms/harp"';
  return z.string({ error: expected }).regex(/^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)*\/?$/, {
    error: expected,
  });
};

/** An e-mail address. */
export const email = () => {
  const expected = 'an e-mail address such as "ann@example.com"';
  return z.string({ error: expected }).regex(/^[^\s@"']+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, { error: expected });
};

/** Certificates as PEM, one or several. They are public; a private key among them is refused, and not shown. */
export const pemCertificates = () => {
  const error = 'certificates as PEM, from "-----BEGIN CERTIFICATE-----" to "-----END CERTIFICATE-----"';
  const block = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  return z.string({ error }).superRefine((value, context) => {
    if (value.trim() !== "" && value.replace(block, "").trim() === "") return;
    context.addIssue({ code: "custom", message: error, input: "…" });
  });
};
