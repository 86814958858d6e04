import { markdownTable } from "markdown-table";
import type { Rule } from "./rule";

/** The rules as a Markdown table, for docs/policies.md; a test holds the page against it. */
export function rulesTable(rules: readonly Rule[]): string {
  const rows = rules.map(({ name, description, why, environments, sees, needsMarks }) => [
    `\`${name}\``,
    description,
    why,
    environments === "every" ? "every" : "production",
    needsMarks ? "no" : sees === "resource" ? "each resource" : "at the end",
  ]);
  return markdownTable([["rule", "what must hold", "why", "where", "in the engine"], ...rows]);
}
