import { allows, exceptionsFile, type Exception } from "./exceptions";
import type { ReviewedResource } from "./reviewed-resource";
import { counts, type Fault, type JudgedEnvironment, type Rule, type RuleContext } from "./rule";
import { UnknownValueError } from "./unknown-values";

/** A fault with the rule and the object that it was found by. */
export interface FoundFault extends Fault {
  readonly rule: string;
  /** As people name it: `StatefulSet storage/store-minio`. */
  readonly object: string;
  /** The engine's address of the resource, where it has one. */
  readonly urn?: string;
}

/** A resource that a rule can't judge before the update: a field that it needs is unknown until then. */
export interface Unjudged {
  readonly rule: string;
  readonly object: string;
  /** What isn't known, by the engine's own words. */
  readonly unknown: Error;
}

/** What the rules make of one environment. */
export interface Judgement {
  /** What has to be mended. */
  readonly faults: readonly FoundFault[];
  /** What would be a fault without the exception beside it. */
  readonly allowed: readonly { readonly fault: FoundFault; readonly exception: Exception }[];
  readonly unjudged: readonly Unjudged[];
}

/** Judges one resource by one rule; the faults that were found before an unknown value came up are kept. */
export function judgeResource(
  rule: Rule,
  resource: ReviewedResource,
  context: RuleContext,
): { readonly faults: readonly FoundFault[]; readonly unjudged?: Unjudged } {
  const { object, urn } = resource;
  const faults: FoundFault[] = [];
  try {
    for (const fault of rule.check(resource, context)) faults.push({ ...fault, rule: rule.name, object, urn });
    return { faults };
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    return { faults, unjudged: { rule: rule.name, object, unknown: error } };
  }
}

/** Judges all resources of an environment by the rules that count there. */
export function judge(
  rules: readonly Rule[],
  resources: readonly ReviewedResource[],
  environment: JudgedEnvironment,
  exceptions: readonly Exception[],
): Judgement {
  const context = { environment, all: resources };
  const found = rules
    .filter((rule) => counts(rule, environment))
    .flatMap((rule) => resources.map((resource) => judgeResource(rule, resource, context)));
  const all = found.flatMap(({ faults }) => faults);
  const exceptionFor = (fault: FoundFault) => exceptions.find((one) => allows(one, fault, environment.name));
  return {
    faults: all.filter((fault) => exceptionFor(fault) === undefined),
    allowed: all.flatMap((fault) => {
      const exception = exceptionFor(fault);
      return exception === undefined ? [] : [{ fault, exception }];
    }),
    unjudged: found.flatMap(({ unjudged }) => unjudged ?? []),
  };
}

/** The exceptions that name an environment and that nothing there needs; those of rules that an unknown value stopped pass. */
export function unusedExceptions(
  exceptions: readonly Exception[],
  environment: JudgedEnvironment,
  { allowed, unjudged }: Judgement,
): readonly FoundFault[] {
  return exceptions
    .filter((one) => one.environments !== "every" && one.environments.includes(environment.name))
    .filter((one) => !allowed.some(({ exception }) => exception === one))
    .filter((one) => !unjudged.some(({ rule }) => rule === one.rule))
    .map(unusedException);
}

/** An exception that nothing needs, as a fault of its own: it would allow what nobody has thought of. */
export function unusedException({ rule, object }: Exception): FoundFault {
  return {
    ...{ rule: exceptionsInUse, object: exceptionsFile, field: `${rule}: object`, value: JSON.stringify(object) },
    fix: "take the exception out, or the environment out of its list",
  };
}

/** The name under which unused exceptions are reported. */
export const exceptionsInUse = "exceptions-in-use";

/** A fault in one line: object, field, value and fix. */
export function faultSentence({ object, field, value, fix }: FoundFault): string {
  return `${object}: ${field} is ${value}; ${fix}.`;
}
