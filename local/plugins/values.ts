import { isRecord, type Value, type Values } from "../../kubernetes/json";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** What stands for a value that a preview can't know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The output that marks a resource as written by an offline plugin; the official plugins never write it. */
export const OFFLINE_MARKER = "__hamiltonOffline";

const isSecret = (value: Value | undefined): value is Values => isRecord(value) && value[SIGNATURE] === SECRET;

/** The value marked secret, so that the engine encrypts it in the state. */
export const secret = (value: Value): Value => (isSecret(value) ? value : { [SIGNATURE]: SECRET, value });

/** The value without secret marks; null members of objects mean "not set" and are left out. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value ?? null);
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  const set = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(set.map(([key, inner]) => [key, plain(inner)]));
}

const some = (value: Value | undefined, condition: (part?: Value) => boolean): boolean =>
  condition(value) || (typeof value === "object" && Object.values(value ?? {}).some((part) => some(part, condition)));

export const hasUnknown = (value: Value): boolean => some(value, (part) => part === UNKNOWN);

/** The value with the secret marks of another one of its shape; where the shapes differ it is secret as a whole. */
export function withMarksOf(marked: Value | undefined, value: Value): Value {
  if (!some(marked, isSecret)) return value;
  if (Array.isArray(marked) && Array.isArray(value) && marked.length === value.length)
    return value.map((item, index) => withMarksOf(marked[index], item));
  if (isSecret(marked) || !isRecord(marked) || !isRecord(value)) return secret(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withMarksOf(marked[key], inner)]));
}

/** Takes every text of four or more letters that is secret in the values out of a message. */
export function conceal(values: Value, message: string, hidden = false): string {
  if (typeof values === "string") return hidden && values.length > 3 ? message.replaceAll(values, "[secret]") : message;
  const within = (told: string, inner: Value) => conceal(inner, told, hidden || isSecret(values));
  return typeof values === "object" ? Object.values(values ?? {}).reduce(within, message) : message;
}
