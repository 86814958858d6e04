import { cpus, kubernetesBytes } from "../../components/core/quantities";
import { shown, type Fault, type Rule } from "../rule";
import { placedContainers, podsOfResource, type PlacedContainer } from "./pods";

/**
 * What each container says of its needs. A limit of CPU may be left out, so that a container may use what is idle; the
 * limit of memory may not, and `components/core/pod-security.ts` makes it equal to the request unless told otherwise.
 */
export const containerResources: Rule = {
  name: "container-resources",
  description:
    "Every container requests CPU and memory and has a memory limit no lower than its request; a CPU limit is optional.",
  why: "The scheduler places pods by their requests, and a container without a memory limit can take its node down.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const pod of podsOfResource(resource)) for (const placed of placedContainers(pod)) yield* faultsOf(placed);
  },
};

function* faultsOf({ field, container }: PlacedContainer): Iterable<Fault> {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const places = {
    "requests.cpu": [cpus, requests.cpu],
    "requests.memory": [kubernetesBytes, requests.memory],
    "limits.memory": [kubernetesBytes, limits.memory],
    ...(limits.cpu === undefined ? {} : { "limits.cpu": [cpus, limits.cpu] as const }),
  } as const;
  const amounts: Record<string, number> = {};
  for (const [place, [parse, text]] of Object.entries(places)) {
    const amount = parsed(parse, text);
    if (amount === undefined)
      yield { field: `${field}.resources.${place}`, value: shown(text), fix: "give an amount such as 100m or 512Mi" };
    else amounts[place] = amount;
  }
  for (const resource of ["cpu", "memory"] as const) {
    const [least, most] = [amounts[`requests.${resource}`], amounts[`limits.${resource}`]];
    if (least !== undefined && most !== undefined && most < least)
      yield {
        field: `${field}.resources.limits.${resource}`,
        value: shown(limits[resource]),
        fix: `raise the limit to the request of ${requests[resource]} at least`,
      };
  }
}

function parsed(parse: (field: string, text: string) => number, text: unknown): number | undefined {
  try {
    return parse("", String(text));
  } catch {
    return undefined;
  }
}
