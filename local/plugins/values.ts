/** A JSON value as it passes between engine and plugin, secret and unknown markers included. */
export type Value = null | boolean | number | string | Value[] | Values;

/** A JSON object: a resource's inputs or outputs, or a Kubernetes object. */
export interface Values {
  [key: string]: Value;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** What the engine sends, and takes, for a value that a preview can't know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The output that marks a resource as written by an offline plugin; the official plugins never write it. */
export const OFFLINE_MARKER = "__hamiltonOffline";

/** True for a JSON object: neither null nor a list. */
export const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object at a path of keys, or an empty one where there is none. */
export function record(value: Value | undefined, ...path: string[]): Values {
  const found = at(value, ...path);
  return isRecord(found) ? found : {};
}

/** The list at a path of keys, or an empty one where there is none. */
export function list(value: Value | undefined, ...path: string[]): Value[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The text at a path of keys; numbers and booleans are spelt out, anything else is "". */
export function text(value: Value | undefined, ...path: string[]): string {
  const found = at(value, ...path);
  return found === undefined || found === null || typeof found === "object" ? "" : String(found);
}

/** The value at a path of keys and list indexes. */
export function at(value: Value | undefined, ...path: (string | number)[]): Value | undefined {
  return path.reduce<Value | undefined>(
    (inner, key) => (Array.isArray(inner) ? inner[Number(key)] : isRecord(inner) ? inner[key] : undefined),
    value,
  );
}

const isSecret = (value: Value | undefined): value is Values => isRecord(value) && value[SIGNATURE] === SECRET;

/** The value marked secret, so that the engine encrypts it in the state. */
export const secret = (value: Value): Value => (isSecret(value) ? value : { [SIGNATURE]: SECRET, value });

/** The value without secret marks; null members of objects mean "not set" and are left out. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value ?? null);
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, plain(inner)]])),
  );
}

/** True when any part of the value is still unknown. */
export function hasUnknown(value: Value): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN;
  return Object.values(value).some(hasUnknown);
}

const hasSecret = (value: Value | undefined): boolean =>
  typeof value === "object" && value !== null && (isSecret(value) || Object.values(value).some(hasSecret));

/**
 * The value with the secret marks of another one of the same shape. A list whose length differs can't be matched item
 * by item: it becomes secret as a whole if anything in its counterpart is.
 */
export function withMarksOf(marked: Value | undefined, value: Value): Value {
  if (!hasSecret(marked)) return value;
  if (Array.isArray(marked) && Array.isArray(value) && marked.length === value.length)
    return value.map((item, index) => withMarksOf(marked[index], item));
  if (isSecret(marked) || !isRecord(marked) || !isRecord(value)) return secret(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withMarksOf(marked[key], inner)]));
}

/** Takes every text of four or more letters that is secret in the values out of a message. */
export function conceal(values: Value, message: string, inSecret = false): string {
  if (typeof values === "string")
    return inSecret && values.length > 3 ? message.replaceAll(values, "[secret]") : message;
  if (typeof values !== "object" || values === null) return message;
  return Object.values(values).reduce<string>(
    (concealed, inner) => conceal(inner, concealed, inSecret || isSecret(values)),
    message,
  );
}
