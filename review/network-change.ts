import type { Manifest } from "../kubernetes/manifest";
import { podsOf } from "../kubernetes/pods";
import { flowsBeyond, policiesOf, reachOf, type Direction, type PermittedFlow, type Reach } from "../kubernetes/reach";
import type { ReachChange } from "./access-change";
import { flowsText, labelledPodsText } from "./flow-words";
import { groupedBy } from "./grouping";
import { listText } from "./words";

/** A kind of pod before and after a change, one of which may lack. */
interface PodKind {
  readonly name: string;
  readonly namespace: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  /** Whether it comes with the change: nothing is taken from pods that there weren't. */
  readonly isNew: boolean;
}

/** One sentence about one kind of pod, before sentences about several are joined. */
interface Finding {
  readonly pod: PodKind;
  readonly wider: boolean;
  readonly says: string;
}

/**
 * What flows a change of NetworkPolicies opens and closes, for each kind of pod and for any other pod of the namespace.
 * It compares what passes, so the same flows in other words, split or joined, are no change.
 */
export function networkChange(before: readonly Manifest[], after: readonly Manifest[]): ReachChange {
  const [had, has] = [namespacesOf(before), namespacesOf(after)];
  const stay = has.filter((namespace) => had.includes(namespace));
  const kinds = podKinds(before, after).filter(({ namespace }) => stay.includes(namespace));
  const findings = kinds.flatMap((pod) =>
    (["ingress", "egress"] as const).flatMap((direction) => findingsOf(pod, direction, before, after)),
  );
  const arrived = has.filter((namespace) => !had.includes(namespace)).map((name) => arrivalLine(name, after));
  const gone = had.filter((namespace) => !has.includes(namespace));
  return {
    widened: [...sentences(findings, kinds, true), ...arrived],
    narrowed: [
      ...sentences(findings, kinds, false),
      ...gone.map((name) => `namespace ${name} goes, and every flow of its pods with it`),
    ],
  };
}

function findingsOf(
  pod: PodKind,
  direction: Direction,
  before: readonly Manifest[],
  after: readonly Manifest[],
): readonly Finding[] {
  const old = reachOf(before, { namespace: pod.namespace, labels: pod.before }, direction);
  const now = reachOf(after, { namespace: pod.namespace, labels: pod.after }, direction);
  const finding = (wider: boolean, says: string): Finding => ({ pod, wider, says });
  const [what, by] =
    direction === "egress"
      ? (["connect to anything", "outgoing"] as const)
      : (["be reached from anywhere", "incoming"] as const);
  if (old.open && now.open) return [];
  if (now.open) return [finding(true, `may now ${what}: no policy holds ${by} connections any more`)];
  if (old.open && pod.isNew) return [];
  if (old.open) return [finding(false, `may no longer ${what}: ${remaining(now, direction)}`)];
  const gained = flowsBeyond(now.flows, old.flows);
  const lost = flowsBeyond(old.flows, now.flows);
  return [
    ...flowSentences(gained, direction, "may now").map((says) => finding(true, says)),
    ...flowSentences(lost, direction, "may no longer").map((says) => finding(false, says)),
  ];
}

/** What is left to a pod that a policy holds from now on. */
function remaining({ flows }: Reach, direction: Direction): string {
  if (flows.length === 0) return `from now on no ${direction === "egress" ? "outgoing" : "incoming"} connection passes`;
  return `from now on only ${direction === "egress" ? "to" : "from"} ${flowsText(flowsBeyond(flows, []))}`;
}

/** One sentence for all peers that share their ports. */
function flowSentences(flows: readonly PermittedFlow[], direction: Direction, may: string): readonly string[] {
  const verb = direction === "egress" ? "connect to" : "be reached from";
  return groupedByPorts(flows).map((group) => `${may} ${verb} ${flowsText(group)}`);
}

function groupedByPorts(flows: readonly PermittedFlow[]): readonly (readonly PermittedFlow[])[] {
  const byPeer = groupedBy(flows, ({ peer }) => peer);
  return groupedBy(byPeer, (group) => group.map(({ port }) => port)).map((same) => same.flat());
}

/** Findings that say the same of several kinds of pods, in one sentence for all of them. */
function sentences(findings: readonly Finding[], kinds: readonly PodKind[], wider: boolean): readonly string[] {
  const wanted = findings.filter((finding) => finding.wider === wider);
  return groupedBy(wanted, ({ says, pod }) => [says, pod.namespace]).map((group) => {
    const [{ says, pod }] = group;
    const all = kinds.filter(({ namespace }) => namespace === pod.namespace);
    const whole = group.length === all.length;
    const who = whole ? `every pod of namespace ${pod.namespace}` : listText(group.map((one) => one.pod.name));
    return `${who} ${says}`;
  });
}

function arrivalLine(namespace: string, after: readonly Manifest[]): string {
  const pod = { namespace, labels: {} };
  const open = (["ingress", "egress"] as const).filter((direction) => reachOf(after, pod, direction).open);
  const count = policiesOf(after, namespace).length;
  if (open.length === 0)
    return `namespace ${namespace} is new, and closed but for what ${count === 1 ? "its NetworkPolicy names" : `its ${count} NetworkPolicies name`}`;
  const ways = open.map((direction) => (direction === "egress" ? "outgoing" : "incoming"));
  return `namespace ${namespace} is new, and open: no policy holds ${listText(ways)} connections of every pod in it`;
}

function namespacesOf(manifests: readonly Manifest[]): readonly string[] {
  const names = manifests.map(({ kind, metadata }) => (kind === "Namespace" ? metadata.name : metadata.namespace));
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/**
 * The kinds of pods to look at: those of workloads and of Spark, one for each selector that fits none of them, and one
 * without labels for whatever else runs in a namespace. Pods that go are left out: their flows go with them.
 */
function podKinds(before: readonly Manifest[], after: readonly Manifest[]): readonly PodKind[] {
  const [old, now] = [podsOf(before), podsOf(after)];
  const known = now.map(({ owner, namespace, labels }): PodKind => {
    const earlier = old.find((one) => one.owner === owner && one.namespace === namespace);
    return { name: owner, namespace, before: earlier?.labels ?? labels, after: labels, isNew: earlier === undefined };
  });
  const namespaces = [...new Set([...namespacesOf(before), ...namespacesOf(after)])];
  const others = namespaces.flatMap((namespace): readonly PodKind[] => {
    const selectors = [...policiesOf(before, namespace), ...policiesOf(after, namespace)].map(
      ({ podSelector = {} }) => podSelector,
    );
    const strangers = selectors
      .map(({ matchLabels = {} }) => matchLabels)
      .filter((labels) => Object.keys(labels).length > 0)
      .filter((labels) => ![...old, ...now].some((pod) => pod.namespace === namespace && has(pod.labels, labels)));
    const plain = { name: `any other pod of namespace ${namespace}`, namespace, before: {}, after: {}, isNew: false };
    return [
      ...groupedBy(strangers, (labels) => labels).map(([labels]) => ({
        name: labelledPodsText(labels, namespace),
        ...{ namespace, before: labels, after: labels, isNew: false },
      })),
      ...(selectors.length === 0 ? [] : [plain]),
    ];
  });
  return [...known, ...others];
}

function has(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
