import { isProduction } from "../infra/config/production";
import type { ReviewedObject, ReviewedResource } from "./reviewed-resource";

/** What is wrong with one field of an object. */
export interface Fault {
  /** The path of the field: `spec.template.spec.containers[minio].image`. */
  readonly field: string;
  /** The value that stands there, spelt out for people; {@link hidden} in place of a secret. */
  readonly value: string;
  /** What to do, as an imperative: "give the image a digest". */
  readonly fix: string;
}

/** The environment whose resources are judged. */
export interface JudgedEnvironment {
  /** The stack's name, which is the environment's: `local`, `dev`, `prod`. */
  readonly name: string;
  /** Whether it is one for production, where the strictest rules count: `infra/config/production.ts`. */
  readonly production: boolean;
}

/**
 * The environment of that name as rules see it.
 *
 * @param cluster the group `hamilton:cluster` of its stack file, as far as it is known.
 */
export function judgedEnvironment(name: string, cluster?: Parameters<typeof isProduction>[0]): JudgedEnvironment {
  return { name, production: isProduction(cluster, name) };
}

/** What a rule knows beside the resource it checks. */
export interface RuleContext {
  readonly environment: JudgedEnvironment;
  /** Every resource of the environment; empty for rules that see one resource alone. */
  readonly all: readonly ReviewedResource[];
}

/** A rule over the resources of an environment. */
export interface Rule {
  /** The rule's name, in the form of a label: `images-by-digest`. */
  readonly name: string;
  /** What must hold, in one line. */
  readonly description: string;
  /** Why it must. */
  readonly why: string;
  /** In which environments it counts. */
  readonly environments: "every" | "production";
  /** Whether a resource by itself is enough to judge it, or the others of the environment are needed too. */
  readonly sees: "resource" | "environment";
  /** Whether the rule needs to know which values are marked secret; a policy pack can't know. @default false */
  readonly needsMarks?: boolean;
  /** The faults of one resource; none for resources that the rule is not about. */
  check(resource: ReviewedResource, context: RuleContext): Iterable<Fault>;
}

/** Stands for a value that must not be printed. */
export const hidden = "<secret>";

/** Whether a rule counts in an environment. */
export function counts(rule: Rule, { production }: JudgedEnvironment): boolean {
  return rule.environments === "every" || production;
}

/** The Kubernetes objects among the resources of a context. */
export function objectsIn({ all }: RuleContext): readonly ReviewedObject[] {
  return all.filter((one): one is ReviewedObject => one.manifest !== undefined);
}

/** A value as a fault shows it: texts in quotes, nothing as "nothing". */
export function shown(value: unknown): string {
  return value === undefined || value === null ? "nothing" : JSON.stringify(value);
}
