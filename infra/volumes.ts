import type * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference, SharedVolume } from "../components/core/contracts";
import { PlatformNamespace, type PlatformNamespaceArgs } from "../components/core/namespace";
import { sparkUser } from "../components/spark/settings";
import { CsiDriverSmb } from "../components/storage/csi-driver-smb";
import { sharedVolume } from "../components/storage/shared-volume";
import { checkVolumeHandles } from "../components/storage/volume-handles";
import { WindowsShare } from "../components/storage/windows-share";
import type { StackConfig } from "./config";
import { protectsData } from "./data-safety";
import { smbDriverImage } from "./images";
import { smbDriverImages } from "./versions";

/** Where volumes are mounted, and what every namespace is told. */
interface VolumePlace {
  readonly common: PlatformNamespaceArgs;
  /** The namespaces whose pods mount a volume. */
  readonly mountIn: (volume: string) => readonly NamespaceReference[];
}

/** The volumes of `hamilton:volumes`, sorted by name, and the driver of Windows shares if one of them is such a share. */
export function declareVolumes(
  config: StackConfig,
  { common, mountIn }: VolumePlace,
  opts: pulumi.ComponentResourceOptions,
): readonly SharedVolume[] {
  const entries = Object.entries(config.volumes).sort(([a], [b]) => (a < b ? -1 : 1));
  const driver = entries.some(([, volume]) => volume.kind === "windowsShare")
    ? smbDriver(config, common, opts)
    : undefined;
  const volumes = entries.map(([name, volume]) => {
    const common = { mountIn: mountIn(name), protect: protectsData(config) };
    if (volume.kind !== "windowsShare" || driver === undefined)
      return sharedVolume(name, { ...(volume as Exclude<typeof volume, { kind: "windowsShare" }>), ...common }, opts);
    const password = config.secrets[volume.password] as pulumi.Output<string>;
    return sharedVolume(name, { ...volume, ...common, password, driver, identity: sparkUser }, opts);
  });
  checkVolumeHandles(volumes.filter((volume) => volume instanceof WindowsShare));
  return volumes;
}

/** The driver in a namespace of its own: its node pods need privileges that no other namespace gives. */
function smbDriver(
  config: StackConfig,
  common: PlatformNamespaceArgs,
  opts: pulumi.ComponentResourceOptions,
): CsiDriverSmb {
  const { install, kubeletDirectory, controllerReplicas } = config.cluster.smbDriver;
  const namespace = new PlatformNamespace(
    "smb",
    { ...common, podSecurity: install ? "privileged" : "restricted" },
    opts,
  );
  const images = Object.fromEntries(
    Object.keys(smbDriverImages).map((part) => [
      part,
      smbDriverImage(config.images, part as keyof typeof smbDriverImages).reference,
    ]),
  ) as Record<keyof typeof smbDriverImages, string>;
  const placement = { imagePullSecrets: namespace.imagePullSecrets };
  return new CsiDriverSmb(
    "smb-driver",
    { namespace, install, images, kubeletDirectory, controllerReplicas, placement },
    opts,
  );
}
