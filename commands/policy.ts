import Table from "cli-table3";
import { environmentConfig, environmentsIn, renderConfig } from "../review/environments";
import { houseExceptions } from "../policy/exceptions";
import { judge, unusedExceptions, type FoundFault } from "../policy/judge";
import { reviewedResources } from "../policy/reviewed-resource";
import { judgedEnvironment } from "../policy/rule";
import { rules } from "../policy/rules";
import { rulesTable } from "../policy/rules-table";
import { StepError } from "../console/errors";

/**
 * Judges environments by the house's rules, offline, and prints the faults as a table.
 *
 * @param names the environments; all that have a stack file where none is named.
 * @returns how many faults there are.
 * @throws StepError for an environment that has no stack file; ConfigError for a faulty one.
 */
export async function judgeEnvironments(names: readonly string[]): Promise<number> {
  const known = environmentsIn();
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new StepError(`There is no stack file Pulumi.${unknown}.yaml`, { fix: `choose from: ${known.join(", ")}` });
  const exceptions = houseExceptions();
  let count = 0;
  for (const name of names.length > 0 ? names : known) {
    const config = environmentConfig(name);
    const environment = judgedEnvironment(name, config.cluster);
    const resources = reviewedResources(await renderConfig(config));
    const judgement = judge(rules, resources, environment, exceptions);
    const faults = [...judgement.faults, ...unusedExceptions(exceptions, environment, judgement)];
    count += faults.length;
    if (faults.length > 0) console.log(faultsTable(faults));
    const { length } = judgement.allowed;
    console.log(`${name}: ${faults.length} faults in ${resources.length} resources; ${length} allowed by exceptions`);
  }
  return count;
}

function faultsTable(faults: readonly FoundFault[]): string {
  const width = Math.max(80, process.stdout.columns ?? 160);
  const columns = [0.15, 0.2, 0.25, 0.15, 0.25].map((part) => Math.floor((width - 6) * part));
  const head = ["rule", "object", "field", "value", "what to do"];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colWidths: columns,
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  table.push(...faults.map(({ rule, object, field, value, fix }) => [rule, object, field, value, fix]));
  return table.toString();
}

/** Prints the rules as the Markdown table of docs/policies.md. */
export function printRules(): void {
  console.log(rulesTable(rules));
}
