import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { version } from "@pulumi/random/package.json";
import { record, text, type Values } from "../../kubernetes/json";
import { changes } from "../../kubernetes/difference";
import { notImplemented, type Call, type ResourcePlugin } from "./plugin-server";
import { hasUnknown, OFFLINE_MARKER, plain, secret, UNKNOWN } from "./values";

const LETTERS = { Lower: "abcdefghijklmnopqrstuvwxyz", Upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Numeric: "0123456789" };
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/**
 * A cryptographically secure text: the minimum of each class of letters first, the rest uniform over all classes that
 * aren't switched off, then shuffled.
 *
 * @throws where the minimums don't fit the length or no class is left.
 */
export function randomText(inputs: Values): string {
  const length = Number(inputs.length);
  const classes = Object.entries({ ...LETTERS, Special: text(inputs, "overrideSpecial") || SPECIAL });
  const off = (name: string) => (inputs[name.toLowerCase()] ?? (name === "Numeric" ? inputs.number : true)) === false;
  const alphabet = classes.flatMap(([name, letters]) => (off(name) ? [] : letters)).join("");
  const pick = (letters: string) => letters[randomInt(letters.length)]!;
  const least = classes.flatMap(([name, letters]) =>
    Array.from({ length: Number(inputs[`min${name}`] ?? 0) }, () => pick(letters)),
  );
  if (!(length >= Math.max(1, least.length)))
    throw new Error(`length ${text(inputs, "length")}: give at least 1 and the sum of the minimums, ${least.length}`);
  if (!alphabet) throw new Error("lower, upper, numeric and special are all off: leave one on");
  const letters = [...least, ...Array.from({ length: length - least.length }, () => pick(alphabet))];
  for (let last = length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [letters[last], letters[other]] = [letters[other]!, letters[last]!];
  }
  return letters.join("");
}

const named = (id: string) => ({ id, result: id });
const MAKERS: Record<string, (inputs: Values) => Values & { id: string }> = {
  "random:index/randomPassword:RandomPassword": (inputs) => ({ id: "none", result: secret(randomText(inputs)) }),
  "random:index/randomString:RandomString": (inputs) => named(randomText(inputs)),
  "random:index/randomUuid:RandomUuid": () => named(randomUUID()),
  "random:index/randomId:RandomId": (inputs) => {
    const [bytes, prefix] = [randomBytes(Number(inputs.byteLength)), text(inputs, "prefix")];
    const [hex, b64Std, id] = [bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")];
    const dec = String(BigInt(`0x${hex}`));
    return { id, hex: prefix + hex, dec: prefix + dec, b64Std: prefix + b64Std, b64Url: prefix + id };
  },
};

const made = (call: Call) => MAKERS[call.type]!(record(plain(call.inputs)));
const refused = (what: string) => Promise.reject(new Error(notImplemented(what)));

/** The package `random` as far as passwords, strings, ids and UUIDs; a password's `bcryptHash` is never set. */
export const randomPlugin: ResourcePlugin = {
  version,
  configure: () => undefined,
  async check(call) {
    if (!MAKERS[call.type]) return refused(call.type);
    if (!hasUnknown(call.inputs)) made(call); // throws for bad inputs
    return Promise.resolve(call.inputs);
  },
  diff(call) {
    const found = changes(plain(call.oldInputs), plain(call.inputs)).map((change) => ({ ...change, replaces: true }));
    return { changes: found, deleteBeforeReplace: false };
  },
  create(call) {
    const { id, ...values } = made(call);
    const unknown = Object.fromEntries(Object.keys(values).map((key) => [key, UNKNOWN]));
    const outputs = { ...call.inputs, ...(call.preview ? unknown : values), [OFFLINE_MARKER]: "managed" };
    return Promise.resolve({ id: call.preview ? "" : id, outputs });
  },
  read: ({ id, type, oldInputs, oldOutputs }) =>
    "result" in oldOutputs || "hex" in oldOutputs
      ? Promise.resolve({ id, inputs: oldInputs, outputs: oldOutputs })
      : refused(`import of ${type}`),
  update: (call) => refused(`update of ${call.type}`),
  delete: () => Promise.resolve(),
};
