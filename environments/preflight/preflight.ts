import { StepError } from "../../console/errors";
import { sparkPropertiesOf } from "../../kubernetes/pods";
import { apiServerCheck } from "./api-server";
import { capacityCheck } from "./capacity";
import { certificateIssuerCheck } from "./certificate-issuer";
import { type Check, reasonOf, runCheck, type Wanted } from "./check";
import { type ClusterPlace, PreflightCluster } from "./cluster";
import { gatewayClassCheck } from "./gateway-classes";
import { ingressClassCheck } from "./ingress-classes";
import { nodePortCheck } from "./node-ports";
import { ownershipCheck } from "./ownership";
import { pageCertificateRows } from "./page-certificate";
import { pageHostsCheck } from "./page-hosts";
import { permissionsCheck } from "./permissions";
import { probeNamespaceName, type ProbeTask, runProbe } from "./probe";
import { quotaCheck } from "./quota";
import { judgeProbe, titlesOf } from "./reachability";
import { targets } from "./requirements";
import { fail, notChecked, type Row } from "./row";
import { smbDriverCheck } from "./smb-driver";
import { storageClassCheck } from "./storage-classes";

/** Everything that is asked of the API server alone, in the order of the table. */
const checks: readonly Check[] = [
  permissionsCheck,
  ownershipCheck,
  storageClassCheck,
  smbDriverCheck,
  ingressClassCheck,
  gatewayClassCheck,
  pageHostsCheck,
  certificateIssuerCheck,
  nodePortCheck,
  capacityCheck,
  quotaCheck,
];

/** How a preflight is run. */
export interface PreflightOptions {
  /** The cluster, or why there is none: no kubeconfig, no such context. */
  readonly place: ClusterPlace | { readonly fault: string };
  /** How long a pod of the probe may take, the pull of the image included, in seconds. Without it no pod is made. */
  readonly probeTimeout?: number;
  /**
   * The value of an entry of `hamilton:secrets`.
   *
   * @throws StepError with the reason where it can't be decrypted.
   */
  readonly secret: (name: string) => Promise<string>;
  /** Ctrl-C and the like: ends the checks; what the probe made is removed all the same. */
  readonly interrupted: AbortSignal;
  readonly report: (line: string) => void;
}

/** What a preflight found. */
export interface PreflightResult {
  readonly rows: readonly Row[];
  /** Whether the API server stopped answering in the middle. */
  readonly gone: boolean;
  /** A namespace that couldn't be removed. */
  readonly leftBehind?: string;
}

/**
 * Looks whether an environment would stand on a cluster: all checks beside each other, each within its time. Nothing on
 * the cluster is changed but a temporary namespace of the probe, which is removed.
 *
 * @throws the reason of an interruption.
 */
export async function preflight(wanted: Wanted, options: PreflightOptions): Promise<PreflightResult> {
  const { place, interrupted, report } = options;
  const probed = titlesOf(targets(wanted.config));
  const rest = (reason: string) =>
    [...checks.map(({ title }) => title), ...probed].map((one) => notChecked(one, reason));
  if ("fault" in place) {
    const fix = "set KUBECONFIG or --context; without a cluster at hand: --offline";
    return { rows: [fail(apiServerCheck.title, place.fault, fix), ...rest("there is no cluster to ask")], gone: false };
  }
  const cluster = new PreflightCluster(place, interrupted);
  report(`asking the cluster of context ${place.context}`);
  const first = await runCheck(apiServerCheck, cluster, wanted, interrupted);
  if (cluster.isGone) {
    const fix = `try: kubectl --context ${place.context} version`;
    const row = fail(apiServerCheck.title, `the cluster of context ${place.context} doesn't answer`, fix);
    return { rows: [row, ...rest("the API server doesn't answer")], gone: false };
  }
  const probing = probe(cluster, wanted, { ...options, place }, probed);
  const asked = Promise.all(checks.map((check) => runCheck(check, cluster, wanted, interrupted)));
  // The probe ends first whatever becomes of the others: it has something to remove.
  const [answers, probeEnd] = await Promise.allSettled([asked, probing]);
  interrupted.throwIfAborted();
  if (answers.status === "rejected") throw answers.reason;
  if (probeEnd.status === "rejected") throw probeEnd.reason;
  const { rows, leftBehind } = probeEnd.value;
  const certificate = await pageCertificateRows(wanted.config, options.secret, new Date());
  return { rows: [...first, ...answers.value.flat(), ...certificate, ...rows], gone: cluster.isGone, leftBehind };
}

type ProbeEnd = Pick<PreflightResult, "rows" | "leftBehind">;

async function probe(
  cluster: PreflightCluster,
  { config, manifests }: Wanted,
  options: PreflightOptions & { readonly place: ClusterPlace },
  titles: readonly string[],
): Promise<ProbeEnd> {
  const { probeTimeout: timeout, interrupted, report } = options;
  const none = (...reason: [string, string?]): ProbeEnd => ({
    rows: titles.map((title) => notChecked(title, ...reason)),
  });
  if (timeout === undefined) return none("no pod was asked for (--no-probe)");
  const wanted = targets(config);
  const image = sparkPropertiesOf(manifests)["spark.kubernetes.container.image"] ?? "";
  const { nodeSelector, tolerations } = config.spark.executor;
  let credentials: ProbeTask["credentials"];
  try {
    credentials = await credentialsOf(config.images.credentials, options.secret);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return none(error.message, error.fix);
  }
  const name = probeNamespaceName();
  report(`probing from pods of namespace ${name}`);
  let end: ProbeEnd;
  try {
    const facts = await runProbe(cluster, name, {
      image,
      nodeSelector,
      tolerations,
      credentials,
      targets: wanted,
      timeout,
    });
    for (const leftover of facts.leftovers) report(`removed ${leftover}, which an earlier check left behind`);
    end = { rows: judgeProbe(facts, wanted, { image, now: new Date() }) };
  } catch (error) {
    end = interrupted.aborted ? none("interrupted") : none(...reasonOf(error));
  }
  return { ...end, ...((await removed(options.place, name)) ? {} : { leftBehind: name }) };
}

async function credentialsOf(
  given: Wanted["config"]["images"]["credentials"],
  secret: PreflightOptions["secret"],
): Promise<ProbeTask["credentials"]> {
  if (given === undefined) return undefined;
  return { registry: given.registry, username: given.username, password: await secret(given.password) };
}

/** Removes the probe's namespace over a connection of its own, which neither an interruption nor an earlier failure ends. */
async function removed(place: ClusterPlace, name: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${name}`;
  try {
    const cluster = new PreflightCluster(place);
    if ((await cluster.find(path)) !== undefined) await cluster.send("DELETE", path);
    return true;
  } catch {
    // Nothing more can be done from here; the caller tells the name.
    return false;
  }
}
