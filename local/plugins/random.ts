import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { version } from "@pulumi/random/package.json";
import { changes } from "./difference";
import type { Call, Difference, Failure, Outcome, ResourcePlugin } from "./plugin-server";
import { hasUnknown, OFFLINE_MARKER, plain, record, secret, text, UNKNOWN, type Values } from "./values";

const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const CLASSES = {
  lower: { letters: "abcdefghijklmnopqrstuvwxyz", minimum: "minLower" },
  upper: { letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", minimum: "minUpper" },
  numeric: { letters: "0123456789", minimum: "minNumeric" },
  special: { letters: SPECIAL, minimum: "minSpecial" },
} as const;

const pick = (letters: string) => letters[randomInt(letters.length)]!;

/**
 * A cryptographically secure text: every letter uniform over the classes that aren't switched off, the minimum of each
 * class first, then shuffled.
 *
 * @throws where the minimums don't fit the length or no class is left.
 */
export function randomText(inputs: Values): string {
  const length = Number(inputs.length);
  const classes = Object.entries(CLASSES).map(([name, { letters, minimum }]) => ({
    letters: name === "special" && inputs.overrideSpecial ? text(inputs, "overrideSpecial") : letters,
    used: (inputs[name] ?? (name === "numeric" ? inputs.number : undefined) ?? true) !== false,
    minimum: Number(inputs[minimum] ?? 0),
  }));
  const alphabet = classes
    .filter(({ used }) => used)
    .map(({ letters }) => letters)
    .join("");
  const least = classes.reduce((sum, { minimum }) => sum + minimum, 0);
  if (!Number.isInteger(length) || length < 1)
    throw new Error(`length ${text(inputs, "length")}: give a whole number from 1`);
  if (least > length) throw new Error(`length ${length} is less than the ${least} letters that the minimums ask for`);
  if (!alphabet) throw new Error("lower, upper, numeric and special are all off: leave one on");
  const letters = classes.flatMap((each) => Array.from({ length: each.minimum }, () => pick(each.letters)));
  while (letters.length < length) letters.push(pick(alphabet));
  for (let last = length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [letters[last], letters[other]] = [letters[other]!, letters[last]!];
  }
  return letters.join("");
}

const MAKERS: Record<string, (inputs: Values) => { id: string; made: Values }> = {
  "random:index/randomPassword:RandomPassword": (inputs) => ({
    id: "none",
    made: { result: secret(randomText(inputs)) },
  }),
  "random:index/randomString:RandomString": (inputs) => {
    const result = randomText(inputs);
    return { id: result, made: { result } };
  },
  "random:index/randomUuid:RandomUuid": () => {
    const result = randomUUID();
    return { id: result, made: { result } };
  },
  "random:index/randomId:RandomId": (inputs) => {
    const bytes = randomBytes(Number(inputs.byteLength));
    const [prefix, hex, id] = [text(inputs, "prefix"), bytes.toString("hex"), bytes.toString("base64url")];
    const spelt = { hex, dec: BigInt(`0x${hex}`).toString(), b64Std: bytes.toString("base64"), b64Url: id };
    return { id, made: Object.fromEntries(Object.entries(spelt).map(([key, value]) => [key, prefix + value])) };
  },
};

/** The package `random`, as far as passwords, strings, ids and UUIDs; `bcryptHash` of a password is never set. */
export class RandomPlugin implements ResourcePlugin {
  readonly version = version;
  checkConfiguration = (): Failure[] => [];
  replacesProvider = (): string[] => [];
  configure = (): void => undefined;

  check(call: Call): Promise<{ inputs: Values; failures: Failure[] }> {
    const make = MAKERS[call.type];
    if (!make) throw new Error(`${call.type} is not implemented by the offline plugin; the official plugin does it`);
    const inputs = record(plain(call.inputs));
    if (!hasUnknown(inputs)) make(inputs);
    return Promise.resolve({ inputs: call.inputs, failures: [] });
  }

  diff(call: Call): Promise<Difference> {
    if (!(OFFLINE_MARKER in call.oldOutputs))
      throw new Error("this stack was last updated with the official random plugin; run it with that one");
    const found = changes(plain(call.oldInputs), plain(call.inputs), false);
    return Promise.resolve({ changes: found, replacing: found, deleteBeforeReplace: false });
  }

  create(call: Call): Promise<Outcome> {
    const { id, made } = MAKERS[call.type]!(record(plain(call.inputs)));
    const unknown = Object.fromEntries(Object.keys(made).map((key) => [key, UNKNOWN]));
    const outputs = { ...call.inputs, ...(call.preview ? unknown : made), [OFFLINE_MARKER]: "managed" };
    return Promise.resolve({ id: call.preview ? "" : id, outputs });
  }

  read(call: Call): Promise<Outcome> {
    if (!(OFFLINE_MARKER in call.oldOutputs))
      throw new Error(`${call.type}: the offline plugin imports no random values`);
    return Promise.resolve({ id: call.id, inputs: call.oldInputs, outputs: call.oldOutputs });
  }

  update(call: Call): Promise<Outcome> {
    throw new Error(`${call.type} is never updated in place`);
  }

  delete = (): Promise<void> => Promise.resolve();
}
