import { quantity } from "./difference";
import type { Value } from "./json";
import type { Manifest } from "./manifest";

/** What pods ask a cluster for: CPUs, and bytes of memory. */
export interface Request {
  readonly cpu: number;
  readonly memory: number;
}

/** A container's part in it. */
interface Container {
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
}
type Quantities = Readonly<Record<string, Value>>;

/** The parts of a pod that count. */
export interface RequestingPod {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: Quantities;
}

/** What a container gets that asks for nothing, by the LimitRange of its namespace. */
export interface RequestDefaults {
  readonly defaultRequest?: Quantities;
  readonly default?: Quantities;
}

/**
 * What a pod counts for with the scheduler, by Kubernetes' rule: its containers together with the sidecars, or the
 * largest moment of its init containers if that is more, and the overhead of its runtime class.
 */
export function podRequest(pod: RequestingPod, defaults: RequestDefaults = {}): Request {
  const total = (resource: keyof Request): number => {
    const asked = (container: Container) => requestOf(container, resource, defaults);
    let [sidecars, start] = [0, 0];
    for (const container of pod.initContainers ?? [])
      if (container.restartPolicy === "Always") {
        sidecars += asked(container);
        start = Math.max(start, sidecars);
      } else start = Math.max(start, sidecars + asked(container));
    const running = (pod.containers ?? []).reduce((sum, container) => sum + asked(container), sidecars);
    return Math.max(start, running) + amount(pod.overhead?.[resource]);
  };
  return { cpu: total("cpu"), memory: total("memory") };
}

/** The defaults that the LimitRanges of a namespace give containers. */
export function requestDefaults(manifests: readonly Manifest[], namespace: string | undefined): RequestDefaults {
  const limits = manifests
    .filter(({ kind, metadata }) => kind === "LimitRange" && metadata.namespace === namespace)
    .flatMap(({ spec }) => (spec as { limits?: readonly (RequestDefaults & { type?: string })[] }).limits ?? []);
  return limits.find(({ type }) => type === "Container") ?? {};
}

/** A quantity as a number; 0 for none, and for one that isn't a quantity. */
export function amount(value: Value | undefined): number {
  return value === undefined ? 0 : quantity(value) || 0;
}

/** A limit stands for a request that is missing; only then the namespace's defaults do. */
function requestOf({ resources }: Container, resource: string, defaults: RequestDefaults): number {
  const found =
    resources?.requests?.[resource] ??
    resources?.limits?.[resource] ??
    defaults.defaultRequest?.[resource] ??
    defaults.default?.[resource];
  return amount(found);
}
