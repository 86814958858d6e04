import { Config } from "@pulumi/pulumi";
import type {
  Policies,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { allows, exceptionsFile, type Exception } from "./exceptions";
import {
  exceptionsInUse,
  faultSentence,
  judge,
  judgeResource,
  unusedExceptions,
  type FoundFault,
  type Unjudged,
} from "./judge";
import { reviewedResource, type ReviewedResource } from "./reviewed-resource";
import { projectName } from "../infra/config/schema";
import { counts, judgedEnvironment, type JudgedEnvironment, type Rule } from "./rule";

/**
 * The rules as policies of the engine: the very same functions that `npm test` and `npm run policy` call. Rules that see
 * one resource run before it is created or changed, the others at the end of a preview or update. Where an unknown value
 * of a preview stands in the way, the engine shows an advisory line that says so.
 *
 * Rules that need to know which values are marked secret are left out: the engine hands them over without the marks.
 */
export function policiesOf(rules: readonly Rule[], exceptions: readonly Exception[]): Policies {
  const judged = rules.filter(({ needsMarks }) => needsMarks !== true);
  return [
    ...judged.map((rule) => (rule.sees === "resource" ? resourcePolicy : stackPolicy)(rule, exceptions)),
    exceptionsPolicy(judged, exceptions),
  ];
}

function resourcePolicy(rule: Rule, exceptions: readonly Exception[]): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateResource: (args, report) => {
      const environment = environmentOf(args.urn);
      if (!counts(rule, environment)) return;
      const { faults, unjudged } = judgeResource(rule, reviewed(args), { environment, all: [] });
      for (const fault of remaining(faults, exceptions, environment)) report(faultSentence(fault));
      if (unjudged !== undefined) throw notJudged([unjudged]);
    },
  };
}

function stackPolicy(rule: Rule, exceptions: readonly Exception[]): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateStack: ({ resources }, report) => {
      const environment = environmentOf(resources[0]?.urn ?? "");
      const { faults, unjudged } = judge([rule], resources.map(reviewed), environment, exceptions);
      for (const fault of faults) report(faultSentence(fault), fault.urn);
      if (unjudged.length > 0) throw notJudged(unjudged);
    },
  };
}

function exceptionsPolicy(rules: readonly Rule[], exceptions: readonly Exception[]): StackValidationPolicy {
  return {
    name: exceptionsInUse,
    description: `Every exception of ${exceptionsFile} that names the environment is needed there.`,
    validateStack: ({ resources }, report) => {
      const environment = environmentOf(resources[0]?.urn ?? "");
      const judgement = judge(rules, resources.map(reviewed), environment, exceptions);
      for (const fault of unusedExceptions(exceptions, environment, judgement)) report(faultSentence(fault));
    },
  };
}

function remaining(faults: readonly FoundFault[], exceptions: readonly Exception[], { name }: JudgedEnvironment) {
  return faults.filter((fault) => !exceptions.some((one) => allows(one, fault, name)));
}

/**
 * The environment that a resource belongs to. Its name stands at the start of a URN, `urn:pulumi:STACK::PROJECT::…`; the
 * engine hands the stack's configuration to policy packs as it does to programs.
 */
function environmentOf(urn: string): JudgedEnvironment {
  const name = (urn.split("::")[0] ?? "").replace(/^urn:pulumi:/, "");
  const cluster = new Config(projectName).getObject<{ production?: boolean }>("cluster");
  return judgedEnvironment(name, cluster);
}

function reviewed({ type, name, urn, opts, props }: ResourceValidationArgs | PolicyResource): ReviewedResource {
  return reviewedResource({ type, name, urn, protect: opts.protect, properties: props });
}

/** What the package turns into an advisory line; it names the objects, as the package would only name the field. */
function notJudged(unjudged: readonly Unjudged[]): Error {
  const [first] = unjudged as [Unjudged, ...Unjudged[]];
  const { unknown } = first;
  unknown.message = `${unjudged.map(({ object }) => object).join(", ")}: ${unknown.message}`;
  return unknown;
}
