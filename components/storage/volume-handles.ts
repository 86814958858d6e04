import { ValueFault } from "../core/errors";

/** What identifies one static volume of a share. */
export interface VolumeHandleSource {
  readonly server: string;
  readonly share: string;
  readonly subDirectory?: string;
  /** What tells this volume from others of the same folder; the name of its PersistentVolume. */
  readonly suffix: string;
}

/**
 * The handle of a volume in the driver's own form, `server/share#folder#suffix`. Kubelet mounts each handle once on a
 * node, so two volumes of one handle would get each other's files or options.
 */
export function volumeHandle({ server, share, subDirectory = "", suffix }: VolumeHandleSource): string {
  return `${server.toLowerCase()}/${share}#${subDirectory}#${suffix}`;
}

/**
 * Checks that no handle is used twice, over all shares of a stack.
 *
 * @throws ValueFault naming both shares.
 */
export function checkVolumeHandles(shares: readonly { name: string; volumeHandles: readonly string[] }[]): void {
  const owners = new Map<string, string>();
  for (const { name, volumeHandles } of shares)
    for (const handle of volumeHandles) {
      const owner = owners.get(handle);
      if (owner !== undefined)
        throw new ValueFault({
          field: `volumes.${name}.volumeHandle`,
          got: handle,
          expected: `a handle of its own; "${owner}" has it`,
        });
      owners.set(handle, name);
    }
}
