/**
 * Whether an environment is one for production, where the strictest rules count: `hamilton:cluster.production`, else
 * whether it is called `prod`. Takes what is known of the group while a faulty stack file is still being checked.
 */
export function isProduction(cluster: { readonly production?: boolean } | undefined, environment: string): boolean {
  return cluster?.production ?? environment === "prod";
}
