import {
  dataAccess,
  dataBearer,
  dataIn,
  mountedClaims,
  notebookOf,
  ofObjectStore,
  type PossibleData,
} from "../kubernetes/data-bearing";
import { describeManifest, type Manifest } from "../kubernetes/manifest";

interface VolumeSpec {
  readonly csi?: { readonly volumeAttributes?: Readonly<Record<string, string>> };
  readonly hostPath?: { readonly path: string };
  readonly claimRef?: { readonly namespace?: string; readonly name: string };
}

/**
 * What data hangs on a resource, as the rest of the sentence "StatefulSet storage/store-minio …": "holds the object
 * store's disks". Nothing where none does. Which resources those are is kubernetes/data-bearing.ts' to say.
 *
 * @param all the objects of the same environment: what a Namespace holds is among them.
 */
export function dataHeldBy(resource: PossibleData, all: readonly Manifest[]): string | undefined {
  const { manifest } = resource;
  const bearer = dataBearer(resource, all);
  const notebook = manifest && notebookOf(manifest);
  if (bearer === "claim" && notebook !== undefined) return `is the home of notebook ${notebook}`;
  if (bearer === "bucket") return "is a bucket with all that was written to it";
  if (bearer === "password") return "is a password that data was written under; it can't be made again";
  if (manifest === undefined) return undefined;
  switch (bearer ?? dataAccess(manifest)) {
    case "volume":
      return `stands for ${volumeSource(manifest)}`;
    case "claim":
      return dataOfClaim(manifest, all);
    case "disks":
      return `holds ${whose(manifest)} disks`;
    case "namespace":
      return dataOfNamespace(manifest, all);
    case "workload":
      return notebook === undefined
        ? `works on ${whose(manifest)} disk, claim ${mountedClaims(manifest)[0]}`
        : `works in the home of notebook ${notebook}, claim ${mountedClaims(manifest)[0]}`;
    case "keys":
      return `holds ${whose(manifest)} keys`;
    default:
      return undefined;
  }
}

function dataOfClaim(claim: Manifest, all: readonly Manifest[]): string {
  const { name, namespace } = claim.metadata;
  const volumeName = (claim.spec as { volumeName?: string } | undefined)?.volumeName;
  const volume = all.find((one) => one.kind === "PersistentVolume" && one.metadata.name === volumeName);
  if (volume !== undefined) return `is the claim on ${volumeSource(volume)}`;
  const mounted = all.find(
    (one) => one.kind === "StatefulSet" && one.metadata.namespace === namespace && mountedClaims(one).includes(name),
  );
  return mounted === undefined ? "holds the data of a volume" : `holds ${whose(mounted)} disk`;
}

function dataOfNamespace({ metadata }: Manifest, all: readonly Manifest[]): string {
  const [first, ...others] = dataIn(metadata.name, all).map(describeManifest);
  return `holds ${first}${others.length > 0 ? ` and ${others.length} more with data` : ""}`;
}

/** Where a volume's data lies, in words. */
function volumeSource({ metadata, spec }: Manifest): string {
  const { csi, hostPath, claimRef } = (spec ?? {}) as VolumeSpec;
  const source = csi?.volumeAttributes?.source;
  if (source !== undefined) return `the share ${source}`;
  if (hostPath !== undefined) return `the folder ${hostPath.path} of the nodes`;
  return claimRef === undefined
    ? `volume ${metadata.name}`
    : `the data of claim ${claimRef.namespace}/${claimRef.name}`;
}

function whose(manifest: Manifest): string {
  return ofObjectStore(manifest) ? "the object store's" : `${manifest.metadata.name}'s`;
}
