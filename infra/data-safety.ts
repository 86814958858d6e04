import type { StackConfig } from "./config";
import { isProduction } from "./config/production";

/**
 * Whether the engine refuses to delete or replace what holds data in this environment: `hamilton:cluster.protectData`,
 * else whether it is one for production.
 */
export function protectsData({ cluster, environment }: StackConfig): boolean {
  return cluster.protectData ?? isProduction(cluster, environment);
}

/**
 * The namespaces that hold claims: with such a namespace its claims go, and with a claim, in most classes, its bytes. So
 * they stay in the cluster when they leave the stack. The folder of a `hostPath` volume is nobody's to delete.
 */
export function namespacesWithData({ volumes, objectStore }: StackConfig): { spark: boolean; storage: boolean } {
  return {
    spark: Object.values(volumes).some(({ kind }) => kind !== "hostPath"),
    storage: objectStore.kind === "minio",
  };
}
