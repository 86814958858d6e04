import * as kubernetes from "@pulumi/kubernetes";
import type { ClusterAccess } from "./cluster-access";

/**
 * The one explicit provider; every component gets it from here, so that nothing reaches the cluster that the machine's
 * kubeconfig happens to point at.
 *
 * It takes the kubeconfig's path rather than its text, which may hold keys and would be kept in the state.
 */
export function kubernetesProvider(access: Pick<ClusterAccess, "kubeconfig" | "context">): kubernetes.Provider {
  return new kubernetes.Provider("kubernetes", {
    kubeconfig: access.kubeconfig,
    context: access.context,
    // Only another cluster replaces the provider, and so every object: never a kubeconfig written anew.
    clusterIdentifier: access.context,
    // Names are explicit, so a changed object must change in place; pods roll by the checksum of what they read.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
  });
}
