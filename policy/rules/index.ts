import type { Rule } from "../rule";
import { noClusterWideRights, noIdleTokens, noRightsOnSecrets, noSelfGrantedRights, noWildcardRights } from "./access";
import { containerResources } from "./container-resources";
import { tlsOn } from "./encryption";
import { imagesByDigest, imagesWithTag } from "./images";
import { defaultDeny, noLoadBalancer, noNodePort } from "./network";
import { namespacesRestricted, noHostAccess, podsRestricted } from "./pod-security";
import { stateProtected } from "./protection";
import { noDefaultCredentials, noPlainPasswords, secretsMarked } from "./secrets";

/** Every rule of the house, in the order in which docs/policies.md lists them. */
export const rules: readonly Rule[] = [
  ...[imagesByDigest, imagesWithTag],
  ...[podsRestricted, namespacesRestricted, noHostAccess, containerResources],
  ...[noWildcardRights, noClusterWideRights, noRightsOnSecrets, noSelfGrantedRights, noIdleTokens],
  ...[defaultDeny, noLoadBalancer, noNodePort, tlsOn],
  ...[noDefaultCredentials, noPlainPasswords, secretsMarked],
  stateProtected,
];
