import { ValueFault } from "./errors";

const cpu = /^(\d+(?:\.\d+)?)(m?)$/;

/**
 * CPUs as a number: `"500m"` and `"0.5"` are 0.5.
 *
 * @throws ValueFault for anything else, for zero, and for less than a thousandth.
 */
export function cpus(field: string, text: string): number {
  const match = cpu.exec(text);
  const value = match ? Number(match[1]) / (match[2] === "m" ? 1000 : 1) : 0;
  if (value < 0.001) throw new ValueFault({ field, got: text, expected: 'CPUs such as "2", "0.5" or "500m"' });
  return value;
}

/** CPUs as Kubernetes writes them, whole thousandths: 0.5 is `"500m"`, 2 is `"2"`. */
export function cpuQuantity(value: number): string {
  const thousandths = Math.round(value * 1000);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * Bytes of a Kubernetes quantity: `"2Gi"` is 2³¹, `"2G"` is 2 × 10⁹.
 *
 * @throws ValueFault for anything else, Spark's lower-case units included, and for zero.
 */
export function kubernetesBytes(field: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text);
  const unit = match ? byteUnits[match[2] ?? ""] : undefined;
  const value = match && unit !== undefined ? Number(match[1]) * unit : 0;
  if (value < 1) throw new ValueFault({ field, got: text, expected: 'a size such as "512Mi" or "2Gi"' });
  return Math.round(value);
}

const sparkUnits: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * Bytes of a memory size as Spark and Java write it, in powers of 1024: `"2g"` is 2³¹. The Kubernetes way (`"2Gi"`) is
 * read as well, so that a stack file may use either.
 *
 * @throws ValueFault for a number without a unit (Spark would take it as MiB, Kubernetes as bytes), for decimal units
 * (`"2G"` and `"2M"`), which the two read differently, and for zero.
 */
export function memoryBytes(field: string, text: string): number {
  const match = /^(\d+)(k|m|g|t|Ki|Mi|Gi|Ti)$/.exec(text);
  const unit = match ? (sparkUnits[match[2] ?? ""] ?? byteUnits[match[2] ?? ""]) : undefined;
  const value = match && unit !== undefined ? Number(match[1]) * unit : 0;
  if (value < 1) throw new ValueFault({ field, got: text, expected: 'a memory size such as "2g", "512m" or "2Gi"' });
  return value;
}

/** Bytes in the largest unit of 1024 that leaves a whole number, rounded up to MiB: 2³¹ is `"2Gi"`. */
export function memoryQuantity(bytes: number): string {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

/** Bytes as Spark and Java take them, rounded down to MiB: 2³¹ is `"2g"`. */
export function sparkMemory(bytes: number): string {
  const mebibytes = Math.floor(bytes / 2 ** 20);
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}g` : `${mebibytes}m`;
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/**
 * Seconds of a duration: `"30m"` is 1800. Units are s, m (minutes), h and d, one of them in each duration.
 *
 * @throws ValueFault for anything else, and for zero.
 */
export function seconds(field: string, text: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(text);
  const value = match ? Number(match[1]) * (secondsOf[match[2] ?? ""] ?? 0) : 0;
  if (value < 1) throw new ValueFault({ field, got: text, expected: 'a duration such as "45s", "30m", "2h" or "7d"' });
  return value;
}
