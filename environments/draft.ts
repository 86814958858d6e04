import type { StackConfig } from "../infra/config";
import { secretsKey } from "../infra/config/secrets";
import { type Setting, valueAt, type ValuePath, type Values, withValue } from "./settings";

/** What a new environment is made from. */
export interface Pattern {
  /** The new environment's name. */
  readonly name: string;
  /** The environment that it is made like. */
  readonly like: string;
  /** What stands under `config:` of that one's stack file. */
  readonly values: Values;
  /** The prefix of namespaces. @default the name */
  readonly prefix?: string;
  /** The context of the kubeconfig. @default that of the environment it is made like */
  readonly context?: string;
  /** What the caller sets; it is never changed again. */
  readonly settings: readonly Setting[];
  /** The environments that there are, that one among them. */
  readonly environments: readonly StackConfig[];
}

/** Values under way: what the caller set stays, everything else may be made to differ. */
export class Draft {
  values: Values;
  /** What was made to differ without having been asked for, one sentence each. */
  readonly changes: string[] = [];

  constructor(private readonly pattern: Pattern) {
    const own = withValue(pattern.values, { path: [secretsKey], value: undefined });
    this.values = pattern.settings.reduce(withValue, own);
  }

  /** Whether the caller set this value, a part of it or the whole that it is a part of. */
  isSet(path: ValuePath): boolean {
    return this.pattern.settings.some(({ path: set }) =>
      set.slice(0, path.length).every((part, index) => part === path[index]),
    );
  }

  /** What an option of the command gives; nothing if it gives nothing. */
  setOwn(path: ValuePath, value: unknown): void {
    if (value !== undefined && !this.isSet(path)) this.values = withValue(this.values, { path, value });
  }

  /** Leaves a group of values out, and says so without listing what was in it. */
  drop(path: ValuePath, why: string): void {
    if (valueAt(this.values, path) === undefined) return;
    this.values = withValue(this.values, { path, value: undefined });
    this.changes.push(`${path.join(".")} is left out: ${why}`);
  }

  /** Changes a value that the caller didn't set, and says so. */
  derive(path: ValuePath, value: unknown, why: string): void {
    const before = valueAt(this.values, path);
    if (this.isSet(path) || JSON.stringify(before) === JSON.stringify(value)) return;
    this.values = withValue(this.values, { path, value });
    const state = value === undefined ? "is left out" : `is ${JSON.stringify(value)}`;
    const was = before === undefined ? "nothing" : JSON.stringify(before);
    this.changes.push(`${path.join(".")} ${state} (${was} in ${this.pattern.like}): ${why}`);
  }
}
