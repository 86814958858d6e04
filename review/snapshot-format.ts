import type { Manifest } from "../kubernetes/manifest";
import type { Plain } from "./recording";

/** The version of the format; a snapshot of another one can't be compared with ours. */
export const snapshotFormat = 1;

/** One registered resource, as plain JSON. What each field means: `Registration` of recording.ts. */
export interface SnapshotResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components. */
  readonly custom: boolean;
  readonly aliases: readonly string[];
  readonly dependsOn: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** The provider's URN; empty for a component and where the engine takes its default provider. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  /** Absent where the program leaves it to the provider. */
  readonly deleteBeforeReplace?: boolean;
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Each secret text in it is a mark, see `secretMark` of snapshot.ts. */
  readonly inputs: Plain;
}

/** Everything that an environment amounts to in one state of the repository, as plain JSON without a secret in it. */
export interface Snapshot {
  readonly format: typeof snapshotFormat;
  readonly environment: string;
  /** In the order of the program. */
  readonly resources: readonly SnapshotResource[];
}

/** The Kubernetes objects of a snapshot, secrets masked. */
export function snapshotManifests({ resources }: Snapshot): readonly Manifest[] {
  return resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ inputs }) => inputs as Manifest);
}

/** What a state of the repository says of its environments. */
export interface SnapshotDocument {
  readonly format: typeof snapshotFormat;
  readonly snapshots: readonly Snapshot[];
}
