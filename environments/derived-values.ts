import type { StackConfig } from "../infra/config";
import { isProduction } from "../infra/config/production";
import { clashes, sameCluster } from "./clashes";
import { ownDomain } from "./derived-ingress";
import { leaveOutLogins } from "./derived-notebooks";
import { Draft, type Pattern } from "./draft";
import { freeNodePort, takenNodePorts } from "./node-ports";
import { valueAt, type Values } from "./settings";

/** The values of a new environment. */
export interface Derived {
  readonly values: Values;
  /** What was made to differ without having been asked for, one sentence each. */
  readonly changes: readonly string[];
}

const cluster = "hamilton:cluster";
const store = "hamilton:objectStore";

/** What belongs to a cluster, not to an environment on it. */
const clusterKeys = ["kubeconfig", "outsideAddress", "apiServerCidrs", "dnsCidrs"] as const;

/**
 * The values that a new environment takes over, with everything made to differ that only one environment can have: the
 * prefix, the pages' domain, on one cluster the node ports and the installation of the share driver, on one external
 * store the buckets. On another cluster the addresses of the first are of no use. Rights and secrets are given anew,
 * never copied, and so are notebooks with the login of certain people.
 *
 * @param read Parses values to see on which cluster they stand and what they would clash in; what it throws passes.
 */
export function derivedValues(pattern: Pattern, read: (values: Values) => StackConfig): Derived {
  const draft = new Draft(pattern);
  draft.setOwn([cluster, "context"], pattern.context);
  draft.setOwn(["hamilton:namespaces", "prefix"], pattern.prefix ?? pattern.name);
  keepProduction(draft, pattern);
  takeCluster(draft, pattern);
  pairEndpoint(draft);
  if (valueAt(draft.values, ["hamilton:spark", "submitters"]) !== undefined)
    draft.derive(["hamilton:spark", "submitters"], undefined, "who may submit is decided anew");
  leaveOutLogins(draft);
  ownDomain(draft, pattern);
  renameBuckets(draft, pattern, read(draft.values));
  freePorts(draft, pattern, read(draft.values));
  shareDriver(draft, pattern, read(draft.values));
  return { values: draft.values, changes: draft.changes };
}

/** What is like an environment for production is one too, whatever it is called. */
function keepProduction(draft: Draft, { like, environments }: Pattern): void {
  const model = environments.find(({ environment }) => environment === like);
  if (model !== undefined && isProduction(model.cluster, like))
    draft.derive([cluster, "production"], true, `it is like ${like}, so the strictest rules count`);
}

/** On another cluster: what is known of it from an environment that stands there, instead of what the first one has. */
function takeCluster(draft: Draft, { like, values, environments }: Pattern): void {
  const context = valueAt(draft.values, [cluster, "context"]);
  if (context === valueAt(values, [cluster, "context"])) return;
  const neighbour = environments.find((one) => one.cluster.context === context);
  const known = neighbour?.cluster;
  for (const key of clusterKeys) {
    const there = known?.[key];
    const value = Array.isArray(there) && there.length === 0 ? undefined : there;
    const why = neighbour === undefined ? `it belongs to the cluster of ${like}` : `as in ${neighbour.environment}`;
    draft.derive([cluster, key], value, why);
  }
}

/** A node port and the address that ends in it go together: where the caller sets one, the other follows. */
function pairEndpoint(draft: Draft): void {
  const [port, endpoint] = [
    [store, "nodePort"],
    [store, "externalEndpoint"],
  ].map((path) => valueAt(draft.values, path));
  if (typeof endpoint !== "string") return;
  const ending = /:(\d+)$/.exec(endpoint)?.[1];
  if (draft.isSet([store, "nodePort"])) {
    const followed = port === undefined ? undefined : endpoint.replace(/(:\d+)?$/, `:${JSON.stringify(port)}`);
    draft.derive([store, "externalEndpoint"], followed, "it goes with nodePort");
  } else if (draft.isSet([store, "externalEndpoint"]) && ending !== undefined)
    draft.derive([store, "nodePort"], Number(ending), "it goes with externalEndpoint");
}

/** Buckets called after the first environment are called after the new one; so are those of a store that both use. */
function renameBuckets(draft: Draft, { name, like, environments, values }: Pattern, config: StackConfig): void {
  const own = config.namespaces.prefix === "" ? name : config.namespaces.prefix;
  const likePrefix = valueAt(values, ["hamilton:namespaces", "prefix"]);
  const marks = [likePrefix, like].filter((mark): mark is string => typeof mark === "string" && mark !== "");
  const taken = clashKeys(config, environments);
  for (const [role, bucket] of Object.entries(config.objectStore.buckets)) {
    const mark = marks.find((one) => bucket.startsWith(`${one}-`));
    const renamed = `${own}-${mark === undefined ? bucket : bucket.slice(mark.length + 1)}`;
    if (mark !== undefined || taken.includes(`${store}.buckets.${role}`))
      draft.derive([store, "buckets", role], renamed, "each environment has buckets of its own");
  }
}

/** The next node ports that no environment of the cluster has. */
function freePorts(draft: Draft, { environments }: Pattern, config: StackConfig): void {
  const others = environments.filter((one) => sameCluster(one, config)).flatMap(takenNodePorts);
  const own = takenNodePorts(config);
  const taken = others.map(({ port }) => port);
  const endpoint = [store, "externalEndpoint"];
  for (const { path, port: first } of own) {
    const isStore = path[0] === store;
    // Its own that stay are taken as well.
    const kept = own.filter((one) => one.path !== path && !taken.includes(one.port)).map(({ port }) => port);
    const free = freeNodePort(first, [...taken, ...kept]);
    if (free === undefined || free === first || (isStore && (draft.isSet(path) || draft.isSet(endpoint)))) continue;
    taken.push(free);
    draft.derive(path, free, "the next that is free on this cluster");
    const before = valueAt(draft.values, endpoint);
    if (isStore && typeof before === "string")
      draft.derive(endpoint, before.replace(/:\d+$/, `:${free}`), "it goes with nodePort");
  }
}

/** The share driver is installed once in a cluster. */
function shareDriver(draft: Draft, { environments }: Pattern, config: StackConfig): void {
  const key = `${cluster}.smbDriver.install`;
  if (clashKeys(config, environments).includes(key))
    draft.derive([cluster, "smbDriver", "install"], false, "another environment of this cluster installs it");
}

/** The keys of an environment in which it clashes with others. */
function clashKeys(config: StackConfig, environments: readonly StackConfig[]): readonly string[] {
  return clashes([config, ...environments]).flatMap(({ places }) =>
    places.filter(({ environment }) => environment === config.environment).map(({ key }) => key),
  );
}
