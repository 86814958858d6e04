/** A JSON value. */
export type Value = null | boolean | number | string | Value[] | Values;
/** A JSON object, such as a Kubernetes object. */
export type Values = { [key: string]: Value };

/** True for a JSON object: neither null nor a list. */
export const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path of keys. */
export const at = (value: Value | undefined, ...path: (string | number)[]): Value | undefined =>
  path.reduce<Value | undefined>((inner, key) => (inner as Values | null | undefined)?.[key], value);

/** The object at a path, `{}` where there is none. */
export function record(value: Value | undefined, ...path: string[]): Values {
  const found = at(value, ...path);
  return isRecord(found) ? found : {};
}

/** The list of objects at a path, `[]` where there is none. */
export function list(value: Value | undefined, ...path: string[]): Values[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.map((item) => record(item)) : [];
}

/** The text, number or boolean at a path, spelt out; "" where there is none. */
export function text(value: Value | undefined, ...path: string[]): string {
  const found = at(value, ...path) ?? "";
  return typeof found === "object" ? "" : String(found);
}

/** Group and kind of an object, e.g. `apps/Deployment`, or `/Pod` of the core group. */
export const groupKind = (object: Values): string =>
  `${text(object, "apiVersion").replace(/(^|\/)[^/]*$/, "")}/${text(object, "kind")}`;
