import { describeManifest, type Manifest } from "../kubernetes/manifest";
import { containersOf, podsIn, type PlatformPod } from "../kubernetes/pods";
import type { EnvironmentChanges, ResourceChange } from "./changes";
import { pathKeys } from "./property-paths";
import { restartOf } from "./restarts";
import { listText } from "./words";

/** How a pod sees a Secret or ConfigMap: a volume follows a change, a variable or a file by `subPath` doesn't. */
type Use = "kept" | "followed";

const running = ["DaemonSet", "Deployment", "StatefulSet"];

/**
 * What a changed Secret or ConfigMap means for pods that go on running, since nothing in their template changes: those
 * that have it as a variable keep the old value, those that mount it see the new one at the kubelet's next round, which
 * is once a minute by default. Nothing for any other change, and where no such pod uses it.
 */
export function staleValues(change: ResourceChange, { after, changes }: EnvironmentChanges): string | undefined {
  const { after: source, action } = change;
  if (action !== "update" || source === undefined || !["ConfigMap", "Secret"].includes(source.kind)) return undefined;
  const keys = change.fields
    .map(({ path }) => pathKeys(path))
    .filter(([top]) => /^(data|binaryData)$/.test(String(top)));
  if (keys.length === 0) return undefined;
  const workloads = after.filter(
    ({ kind, metadata }) => running.includes(kind) && metadata.namespace === source.metadata.namespace,
  );
  if (workloads.length === 0) return undefined;
  const exchanged = changes
    .filter((one) => one.action !== "update" || restartOf(one) !== undefined)
    .map(({ after: workload }) => workload && describeManifest(workload));
  const pods = workloads
    .filter((one) => !exchanged.includes(describeManifest(one)))
    .flatMap(podsIn)
    .filter(({ spec }) => Array.isArray(spec.containers));
  const named = keys.map(([, key]) => (key === undefined ? undefined : String(key)));
  const of = (use: Use) => pods.filter((pod) => usesOf(pod, source, named).has(use)).map(({ owner }) => owner);
  const [kept, followed] = [of("kept"), of("followed")];
  const notes = [
    ...(kept.length === 0 ? [] : [`those of ${listText(kept)} keep the old value until they restart`]),
    ...(followed.length === 0 ? [] : [`picked up within a minute by those of ${listText(followed)}`]),
  ];
  return notes.length === 0 ? undefined : notes.join("; ");
}

/** @param keys the keys that change; one of them undefined where all of them may. */
function usesOf(pod: PlatformPod, source: Manifest, keys: readonly (string | undefined)[]): ReadonlySet<Use> {
  const { name } = source.metadata;
  const isSecret = source.kind === "Secret";
  const changes = (key: unknown) => keys.includes(undefined) || keys.includes(String(key));
  const mounted = (pod.spec.volumes ?? []).filter((volume) => volumeNames(volume, isSecret).includes(name));
  const uses = new Set<Use>();
  for (const { env = [], envFrom = [], volumeMounts = [] } of containersOf(pod)) {
    const references = env.map(({ valueFrom }) => (isSecret ? valueFrom?.secretKeyRef : valueFrom?.configMapKeyRef));
    const whole = envFrom.map(({ secretRef, configMapRef }) => (isSecret ? secretRef : configMapRef));
    if (references.some((one) => one?.name === name && changes((one as { key?: string }).key))) uses.add("kept");
    if (whole.some((one) => one?.name === name)) uses.add("kept");
    for (const mount of volumeMounts)
      if (mounted.some((volume) => volume.name === mount.name)) uses.add("subPath" in mount ? "kept" : "followed");
  }
  return uses;
}

/** The Secrets or ConfigMaps that a volume is made of. */
function volumeNames(volume: Readonly<Record<string, unknown>>, secrets: boolean): readonly unknown[] {
  const one = secrets ? volume.secret : volume.configMap;
  const { sources } = (volume.projected ?? {}) as { sources?: object[] };
  const parts = (sources ?? []) as readonly Readonly<Record<string, { name?: string }>>[];
  const { secretName, name } = (one ?? {}) as { secretName?: string; name?: string };
  return [secretName ?? name, ...parts.map((part) => part[secrets ? "secret" : "configMap"]?.name)];
}
