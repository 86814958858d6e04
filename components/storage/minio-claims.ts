import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { serversName } from "./minio-topology";

/** Where MinIO keeps its objects. */
export interface StoreStorage {
  /** The StorageClass, of block or local storage; never a network file system. @default the cluster's default class */
  readonly className?: string;
  /** The size of each server's volume: `10Gi`. It can grow where the class allows it, never shrink. */
  readonly size: string;
}

/** What {@link createClaims} is told. */
export interface MinioClaimsArgs {
  /** The store's name. */
  readonly name: string;
  readonly replicas: number;
  readonly storage: StoreStorage;
  readonly namespace: pulumi.Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the engine refuses to delete or replace them. */
  readonly protect: boolean;
}

/** The name of the volume in the pods, and of the claim template. */
export const dataVolume = "data";

/**
 * The servers' claims, one each, as resources of their own: those that a StatefulSet makes of its template can't grow, and
 * nothing would protect them. Several servers find theirs under the names that the StatefulSet would give them.
 *
 * They stay in the cluster when they leave the stack.
 */
export function createClaims(
  args: MinioClaimsArgs,
  parent: pulumi.ComponentResource,
): readonly kubernetes.core.v1.PersistentVolumeClaim[] {
  const { name, replicas, storage, namespace, labels, protect } = args;
  const claim = (logicalName: string, claimName: string) =>
    new kubernetes.core.v1.PersistentVolumeClaim(
      logicalName,
      { metadata: { name: claimName, namespace, labels }, spec: claimSpec(storage) },
      { parent, protect, retainOnDelete: true },
    );
  if (replicas === 1) return [claim(`${name}-data`, `${name}-data`)];
  return Array.from({ length: replicas }, (_, server) =>
    claim(`${name}-data-${server}-of-${replicas}`, `${dataVolume}-${serversName(name, replicas)}-${server}`),
  );
}

/** What each claim asks for. */
export function claimSpec({
  className,
  size,
}: StoreStorage): kubernetes.types.input.core.v1.PersistentVolumeClaimSpec & object {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...(className === undefined ? {} : { storageClassName: className }),
  };
}
