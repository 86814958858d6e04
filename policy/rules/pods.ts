import { containersOf, podsIn, type ContainerSpec, type PlatformPod } from "../../kubernetes/pods";
import type { ReviewedResource } from "../reviewed-resource";

/** A container with the path of its place in the object that carries it. */
export interface PlacedContainer {
  readonly field: string;
  readonly container: ContainerSpec;
}

/** The kinds of pods that a resource brings; none for what is no Kubernetes object. */
export function podsOfResource({ manifest }: ReviewedResource): readonly PlatformPod[] {
  return manifest === undefined ? [] : podsIn(manifest);
}

/** The containers of a pod, those that run first included, each with its path. */
export function placedContainers(pod: PlatformPod): readonly PlacedContainer[] {
  const first = (pod.spec.initContainers ?? []).length;
  return containersOf(pod).map((container, index) => ({
    field: `${pod.field}.${index < first ? "initContainers" : "containers"}[${container.name}]`,
    container,
  }));
}
