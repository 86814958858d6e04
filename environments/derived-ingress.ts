import { valueAt } from "./settings";
import type { Draft, Pattern } from "./draft";

const domainPath = ["hamilton:ingress", "domain"];

/**
 * Pages of a new environment have names of their own: in the domain, the label that is the first environment's name or
 * prefix gives way to the new one's, else that is put before it. Full names in `hosts` go along with their domain.
 */
export function ownDomain(draft: Draft, { name, like, values }: Pattern): void {
  const domain = valueAt(draft.values, domainPath);
  if (typeof domain !== "string") return;
  const marks = [valueAt(values, ["hamilton:namespaces", "prefix"]), like];
  const labels = domain.split(".");
  const mark = labels.findIndex((label) => label !== "" && marks.includes(label));
  const own = mark < 0 ? [name, ...labels] : labels.map((label, index) => (index === mark ? name : label));
  draft.derive(domainPath, own.join("."), "each environment's pages have names of their own");
  const moved = valueAt(draft.values, domainPath) as string;
  const hosts = valueAt(draft.values, ["hamilton:ingress", "hosts"]);
  for (const [page, host] of Object.entries((hosts ?? {}) as Record<string, unknown>))
    if (typeof host === "string" && host.endsWith(`.${domain}`))
      draft.derive(
        ["hamilton:ingress", "hosts", page],
        `${host.slice(0, -domain.length)}${moved}`,
        "it goes with the domain",
      );
}
