import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../infra/project";
import { allows, houseExceptions, parseExceptions } from "../../policy/exceptions";
import { faultSentence, judge, unusedExceptions, type Judgement } from "../../policy/judge";
import { policiesOf } from "../../policy/pack";
import { reviewedResources } from "../../policy/reviewed-resource";
import { judgedEnvironment } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { rulesTable } from "../../policy/rules-table";
import { environments, renderedPlatforms, type Environment } from "../support/platform";

const exceptions = houseExceptions();
const judgements = new Map<Environment, Judgement>();

const judgementOf = (environment: Environment): Judgement => {
  const found = judgements.get(environment);
  if (found === undefined) throw new Error(`${environment} was not judged`);
  return found;
};

describe("the house's rules", () => {
  beforeAll(async () => {
    for (const [environment, run] of await renderedPlatforms())
      judgements.set(environment, judge(rules, reviewedResources(run), judgedEnvironment(environment), exceptions));
  });

  it.each(environments)("hold in %s, every resource judged by every rule", (environment) => {
    const { faults, unjudged } = judgementOf(environment);
    expect(faults.map((fault) => `${fault.rule}: ${faultSentence(fault)}`)).toEqual([]);
    expect(unjudged).toEqual([]);
  });

  it.each(environments)("find every exception that names %s in use there", (environment) => {
    expect(unusedExceptions(exceptions, judgedEnvironment(environment), judgementOf(environment))).toEqual([]);
  });

  it("have no exception that no environment of the repository needs", () => {
    const used = [...judgements.values()].flatMap(({ allowed }) => allowed.map(({ exception }) => exception));
    expect(exceptions.filter((exception) => !used.includes(exception))).toEqual([]);
  });

  it("stand in docs/policies.md as they are, which `npm run policy -- --table` prints", () => {
    const words = (text: string) => text.replace(/[ -]+\|/g, "|").replace(/\|\s+/g, "| ");
    const page = readFileSync(join(projectDirectory, "docs", "policies.md"), "utf8");
    for (const line of rulesTable(rules).split("\n").slice(2)) expect(words(page)).toContain(words(line));
    const named = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
    expect(named).toEqual(rules.map(({ name }) => name));
  });

  it("are policies of the engine, but for those that need the marks of secrets", () => {
    const policies = policiesOf(rules, exceptions).map(({ name }) => name);
    const withMarks = rules.filter(({ needsMarks }) => needsMarks === true).map(({ name }) => name);
    expect(withMarks).toEqual(["secrets-marked"]);
    expect([...policies, ...withMarks].sort()).toEqual([...rules.map(({ name }) => name), "exceptions-in-use"].sort());
  });
});

describe("exceptions", () => {
  const [exception] = parseExceptions(
    '[{ rule: no-host-access, object: "PersistentVolume a-*", environments: [local], reason: "a reason of some length" }]',
  );
  const fault = { rule: "no-host-access", object: "PersistentVolume a-1", field: "spec", value: "x", fix: "y" };

  it("allow one rule, on objects of a pattern, in the environments that they name", () => {
    expect(exception && allows(exception, fault, "local")).toBe(true);
    expect(exception && allows(exception, fault, "dev")).toBe(false);
    expect(exception && allows(exception, { ...fault, object: "PersistentVolume b-1" }, "local")).toBe(false);
    expect(exception && allows(exception, { ...fault, rule: "pods-restricted" }, "local")).toBe(false);
  });

  it("are faults themselves where nothing needs them", () => {
    const judgement = judge(rules, [], judgedEnvironment("local"), exception ? [exception] : []);
    const unused = unusedExceptions(exception ? [exception] : [], judgedEnvironment("local"), judgement);
    expect(unused).toMatchObject([{ rule: "exceptions-in-use", value: '"PersistentVolume a-*"' }]);
  });

  it.each([
    [
      "a rule that isn't there",
      '[{ rule: none, object: "*", environments: every, reason: "a reason of some length" }]',
    ],
    ["no reason to speak of", '[{ rule: no-host-access, object: "*", environments: every, reason: "why not" }]'],
    [
      "an unknown key",
      '[{ rule: no-host-access, object: "*", environments: every, reason: "a reason of some length", x: 1 }]',
    ],
  ])("are refused with %s", (_, text) => {
    expect(() => parseExceptions(text)).toThrow(/policy\/exceptions\.yaml is faulty: 0/);
  });
});
