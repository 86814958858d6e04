import { StepError } from "../../console/errors";
import { list, record, text, type Value } from "../../kubernetes/json";
import { OFFLINE_MARKER } from "./values";

/** Whose plugins work on a stack: the official ones, or those of `local/plugins`. */
export type PluginKind = "official" | "offline";

/**
 * Refuses to work on a stack whose state the other kind of plugins wrote: each reads the other's state as changes.
 *
 * @param stackExport what `pulumi stack export` prints, parsed.
 * @throws StepError naming a resource, the reason and the way out.
 */
export function refuseMixedState(stackExport: unknown, kind: PluginKind): void {
  const resources = list(record(stackExport as Value), "deployment", "resources").map((resource) => record(resource));
  const others = resources.filter((resource) => {
    const outputs = record(resource, "outputs");
    if (!/^(kubernetes|random):/.test(text(resource, "type")) || !Object.keys(outputs).length) return false;
    return resource.custom === true && OFFLINE_MARKER in outputs !== (kind === "offline");
  });
  if (!others.length) return;
  const other = kind === "offline" ? "official" : "offline";
  throw new StepError(
    `${others.length} of the stack's resources were last updated with the ${other} plugins, e.g. ${text(others[0], "urn")}; ` +
      `the ${kind} plugins would show changes that aren't any, and replace objects`,
    { fix: `run it with the ${other} plugins, or destroy the stack with them first and bring it up anew` },
  );
}
