import { text } from "../../kubernetes/json";
import { partOfLabel, platformName } from "./ownership";
import type { Check } from "./check";
import { fail, ok, type Row } from "./row";

/** The CSI driver of Windows shares, by the name under which it registers. */
const driverName = "smb.csi.k8s.io";

/** What is known of the driver on the cluster. */
export interface SmbDriverFact {
  readonly installed: boolean;
  /** Whether this platform installed it, for one environment or another. */
  readonly ofPlatform: boolean;
  /** Whether the driver's pods stand in this environment's own namespace. */
  readonly inOwnNamespace: boolean;
}

/** Whether the driver is there if the environment counts on it, and free to install if the environment brings it. */
export function judgeSmbDriver(install: boolean, { installed, ofPlatform, inOwnNamespace }: SmbDriverFact): Row {
  const check = `CSI driver ${driverName}`;
  if (!install)
    return installed
      ? ok(check, "there")
      : fail(
          check,
          "not there, and hamilton:cluster.smbDriver.install is false",
          "ask whoever administers the cluster to install csi-driver-smb, or set smbDriver.install to true",
        );
  if (!installed) return ok(check, "this environment installs it");
  if (ofPlatform && inOwnNamespace) return ok(check, "there, installed by this environment");
  return fail(
    check,
    `there, installed by ${ofPlatform ? "another environment of this platform" : "somebody else"}; a cluster can have it once`,
    "set hamilton:cluster.smbDriver.install to false",
  );
}

export const smbDriverCheck: Check = {
  title: `CSI driver ${driverName}`,
  run: async (cluster, { config, manifests }) => {
    if (!Object.values(config.volumes).some(({ kind }) => kind === "windowsShare")) return [];
    const driver = await cluster.find(`/apis/storage.k8s.io/v1/csidrivers/${driverName}`);
    const pods = manifests.find(({ kind, metadata }) => kind === "DaemonSet" && metadata.name === "csi-smb-node");
    const own =
      pods === undefined
        ? undefined
        : await cluster.find(
            `/apis/apps/v1/namespaces/${pods.metadata.namespace ?? ""}/daemonsets/${pods.metadata.name}`,
          );
    const fact = {
      installed: driver !== undefined,
      ofPlatform: text(driver, "metadata", "labels", partOfLabel) === platformName,
      inOwnNamespace: own !== undefined,
    };
    return [judgeSmbDriver(config.cluster.smbDriver.install, fact)];
  },
};
