import type { Manifest } from "../kubernetes/manifest";
import { isForJobs, isSparkSettings } from "../kubernetes/pods";
import { amount, podRequest, requestDefaults, type Request, type RequestingPod } from "../kubernetes/requests";
import type { Value } from "../kubernetes/json";

/** What an environment asks of a cluster. CPUs as a number; memory and storage in bytes. */
export interface Cost extends Request {
  readonly storage: number;
  /** What each node has to give besides, for the pods of DaemonSets. */
  readonly perNode: Request;
  /** What Jobs ask for besides, while they run. */
  readonly jobs: Request;
  /** What a namespace may take at most, by its quota: where Spark runs, all jobs together. Sorted by namespace. */
  readonly ceilings: readonly Ceiling[];
}

/** The most that the pods of a namespace may ask for together; what no quota limits is absent. */
export interface Ceiling {
  readonly namespace: string;
  readonly spark: boolean;
  readonly cpu?: number;
  readonly memory?: number;
  readonly storage?: number;
  readonly pods?: number;
}

interface Spec {
  readonly replicas?: number;
  readonly parallelism?: number;
  readonly template?: { readonly spec?: RequestingPod };
  readonly jobTemplate?: { readonly spec?: Spec };
  readonly volumeClaimTemplates?: readonly { readonly spec?: ClaimSpec }[];
  readonly capacity?: Quantities;
  readonly claimRef?: { readonly namespace?: string; readonly name?: string };
  readonly hard?: Quantities;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: object;
}
interface ClaimSpec {
  readonly resources?: { readonly requests?: Quantities };
}
type Quantities = Readonly<Record<string, Value>>;

const nothing: Request = { cpu: 0, memory: 0 };

/**
 * What the objects of an environment ask for: replicas times the requests of a pod, the sizes of claims, of the claims
 * that StatefulSets make for their pods, and of volumes that none of these claims is for.
 */
export function costOf(manifests: readonly Manifest[]): Cost {
  const requests = (kinds: readonly string[], times: (spec: Spec) => number) =>
    manifests
      .filter(({ kind }) => kinds.includes(kind))
      .map((manifest) => multiplied(requestOf(manifest, manifests), times(specOf(manifest))))
      .reduce(added, nothing);
  return {
    ...requests(["Deployment", "StatefulSet", "ReplicaSet"], ({ replicas = 1 }) => replicas),
    storage: storageOf(manifests),
    perNode: requests(["DaemonSet"], () => 1),
    jobs: requests(
      ["Job", "CronJob"],
      ({ jobTemplate, parallelism = 1 }) => jobTemplate?.spec?.parallelism ?? parallelism,
    ),
    ceilings: ceilingsOf(manifests),
  };
}

function requestOf(manifest: Manifest, all: readonly Manifest[]): Request {
  const spec = specOf(manifest);
  const pod = (spec.jobTemplate?.spec ?? spec).template?.spec ?? {};
  return podRequest(pod, requestDefaults(all, manifest.metadata.namespace));
}

function storageOf(manifests: readonly Manifest[]): number {
  const claims = manifests.filter(({ kind }) => kind === "PersistentVolumeClaim");
  const isClaimed = (volume: Manifest) =>
    claims.some(({ metadata, spec }) => {
      const { claimRef } = specOf(volume);
      const named = claimRef?.name === metadata.name && claimRef.namespace === metadata.namespace;
      return named || (spec as { volumeName?: string }).volumeName === volume.metadata.name;
    });
  const sizes = [
    ...claims.map((claim) => sizeOf(claim.spec as ClaimSpec)),
    ...manifests
      .filter(({ kind }) => kind === "StatefulSet")
      .flatMap((set) => {
        const { replicas = 1, volumeClaimTemplates = [] } = specOf(set);
        return volumeClaimTemplates.map(({ spec }) => replicas * sizeOf(spec));
      }),
    ...manifests
      .filter((volume) => volume.kind === "PersistentVolume" && !isClaimed(volume))
      .map((volume) => amount(specOf(volume).capacity?.storage)),
  ];
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A quota with a scope counts some pods only, so it is no ceiling of the namespace. */
function ceilingsOf(manifests: readonly Manifest[]): readonly Ceiling[] {
  const quotas = manifests
    .filter(({ kind }) => kind === "ResourceQuota")
    .map((quota) => ({ namespace: quota.metadata.namespace ?? "", spec: specOf(quota) }))
    .filter(({ spec }) => spec.scopeSelector === undefined && (spec.scopes ?? []).length === 0);
  const namespaces = [...new Set(quotas.map(({ namespace }) => namespace))].sort();
  return namespaces.map((namespace) => {
    const hard = quotas.filter((quota) => quota.namespace === namespace).map(({ spec }) => spec.hard ?? {});
    const least = (...names: readonly string[]) => {
      const found = hard.flatMap((quantities) => names.flatMap((name) => quantities[name] ?? [])).map(amount);
      return found.length === 0 ? undefined : Math.min(...found);
    };
    return {
      ...{ namespace, spark: manifests.some((one) => isJobSettings(one, namespace)) },
      ...{ cpu: least("requests.cpu", "cpu"), memory: least("requests.memory", "memory") },
      ...{ storage: least("requests.storage"), pods: least("pods", "count/pods") },
    };
  });
}

function isJobSettings(manifest: Manifest, namespace: string): boolean {
  return isSparkSettings(manifest) && isForJobs(manifest) && manifest.metadata.namespace === namespace;
}

function sizeOf(claim: ClaimSpec | undefined): number {
  return amount(claim?.resources?.requests?.storage);
}

function multiplied({ cpu, memory }: Request, times: number): Request {
  return { cpu: cpu * times, memory: memory * times };
}

function added(one: Request, other: Request): Request {
  return { cpu: one.cpu + other.cpu, memory: one.memory + other.memory };
}

function specOf(manifest: Manifest): Spec {
  return manifest.spec ?? {};
}
