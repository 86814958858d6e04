import { isDnsLabel } from "../components/core/names";
import { longestPrefix } from "../infra/config/cross-rules";
import { StepError } from "../console/errors";

/**
 * Refuses a name that an environment can't have. Pulumi takes 1 to 100 letters, digits, "-", "_" and "." for a stack
 * (`ParseStackReference` of its backends). Kubernetes takes less, a DNS label (RFC 1123), since the name is the usual
 * prefix of namespaces, whose names must have room behind it. What both take is what this takes.
 *
 * @throws StepError with the rule and, where one can be made, a name like it that fits.
 */
export function checkEnvironmentName(name: string): void {
  if (isDnsLabel(name) && name.length <= longestPrefix) return;
  const like = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestPrefix)
    .replace(/^-+|-+$/g, "");
  const rule = `1 to ${longestPrefix} of a-z, 0-9 and "-", with a letter or digit at both ends`;
  throw new StepError(`"${name}" can't be the name of an environment, since namespaces and a Pulumi stack carry it`, {
    fix: `choose ${rule}${like === "" ? "" : `, such as "${like}"`}`,
  });
}
