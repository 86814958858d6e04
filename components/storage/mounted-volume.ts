import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { fieldError, ValueFault } from "../core/errors";
import { dnsLabel, longestLabel } from "../core/names";
import { kubernetesBytes } from "../core/quantities";

/** What every kind of shared volume is told. */
export interface MountedVolumeArgs {
  /** The absolute path at which every pod mounts it: `/mnt/harp`. Plain, since it is part of pod templates. */
  readonly mountPath: string;
  /** The namespaces whose pods mount it. Plain, since it decides which objects exist. */
  readonly mountIn: readonly NamespaceReference[];
  /** Whether pods may only read it. @default true: writing is asked for, never had by chance */
  readonly readOnly?: boolean;
  /** The size that the claim asks for. Storage that knows no sizes ignores it. @default 100Gi */
  readonly size?: string;
  /** Whether the engine refuses to delete or replace the volume and its claims. @default false */
  readonly protect?: boolean;
}

/** {@link MountedVolumeArgs} with the defaults filled in. */
export type MountedVolume = Required<MountedVolumeArgs>;

/** The longest name of a volume: with the checksum after it, claims and volumes of any namespace stay valid names. */
const longestName = 40;

/**
 * Fills in the defaults and checks name, path, size and namespaces.
 *
 * @throws ValueFault naming the first faulty field.
 */
export function mountedVolume(name: string, args: MountedVolumeArgs): MountedVolume {
  const { mountPath, mountIn, readOnly = true, size = "100Gi", protect = false } = args;
  dnsLabel("name", name);
  if (name.length > longestName)
    throw new ValueFault({
      field: "name",
      got: name,
      expected: `at most ${longestName} of ${longestLabel} characters`,
    });
  if (!/^(\/[^/\s:]+)+$/.test(mountPath) || mountPath.split("/").includes(".."))
    throw new ValueFault({ field: "mountPath", got: mountPath, expected: 'an absolute path such as "/mnt/harp"' });
  kubernetesBytes("size", size);
  const names = mountIn.map((namespace) => namespace.physicalName);
  if (names.length === 0)
    throw new ValueFault({ field: "mountIn", got: names, expected: "at least one namespace that mounts the volume" });
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice !== undefined) throw new ValueFault({ field: "mountIn", got: twice, expected: "each namespace once" });
  return { mountPath, mountIn, readOnly, size, protect };
}

/**
 * The claim of a namespace.
 *
 * @param claims The claims by the namespace's physical name.
 * @throws ResourceError if there is none.
 */
export function claimOf(
  volume: pulumi.Resource,
  component: string,
  name: string,
  claims: ReadonlyMap<string, pulumi.Output<string>>,
  namespace: NamespaceReference,
): pulumi.Output<string> {
  const claim = claims.get(namespace.physicalName);
  if (claim !== undefined) return claim;
  throw fieldError(volume, component, name, {
    field: "mountIn",
    got: [...claims.keys()],
    expected: `"${namespace.physicalName}" among them, since pods there mount the volume`,
  });
}
