import type { StackConfig } from "../infra/config";
import type { ValuePath } from "./settings";

/** A port of every node that an environment takes, and where its stack file says so. */
export interface TakenNodePort {
  readonly path: ValuePath;
  readonly port: number;
}

/** The ports of nodes that an environment's stack file names, in the order of its groups. */
export function takenNodePorts({ objectStore, ingress }: StackConfig): readonly TakenNodePort[] {
  const found: TakenNodePort[] = [];
  if (objectStore.kind === "minio" && objectStore.nodePort !== undefined)
    found.push({ path: ["hamilton:objectStore", "nodePort"], port: objectStore.nodePort });
  const { exposure } = ingress ?? {};
  if (exposure?.kind === "nodePort")
    for (const name of ["http", "https"] as const)
      found.push({ path: ["hamilton:ingress", "exposure", name], port: exposure[name] });
  return found;
}

const [lowest, highest] = [30000, 32767];

/** The first port from `first` on, past the highest again from the lowest, that is none of `taken`. */
export function freeNodePort(first: number, taken: readonly number[]): number | undefined {
  const count = highest - lowest + 1;
  return Array.from({ length: count }, (_, step) => lowest + ((first - lowest + step) % count)).find(
    (port) => !taken.includes(port),
  );
}
