import {
  CoreV1Api,
  type KubeConfig,
  type V1Namespace,
  type V1NetworkPolicy,
  type V1Pod,
  NetworkingV1Api,
} from "@kubernetes/client-node";
import type { Labels } from "../../../kubernetes/label-selectors";
import { type AnnouncedAddress, podsWithAddress } from "./pod-addresses";
import { renderPolicyTable } from "./nftables";
import { WatchedList } from "./watched-list";

/** Changes that come within this time become one new table, in milliseconds. */
const gatheringTime = 30;
/** The whole state is listed anew, and the table written again, this often, in milliseconds: a lost event heals. */
const resyncTime = 5 * 60_000;
/** How long an announced address is kept for a pod that the API does not show, in milliseconds. */
const announcementLife = 60_000;

interface Announcement extends AnnouncedAddress {
  readonly since: number;
}

/**
 * Turns the cluster's NetworkPolicies into one nftables table and keeps it so.
 *
 * Until all lists have arrived once, and while a watch is broken, the table that stands is left alone.
 */
export class NetworkPolicyController {
  private readonly pods: WatchedList<V1Pod>;
  private readonly namespaces: WatchedList<V1Namespace>;
  private readonly policies: WatchedList<V1NetworkPolicy>;
  private announcements: Announcement[] = [];
  private waiting: { readonly uid: string; readonly done: () => void }[] = [];
  private timer?: NodeJS.Timeout;
  private applying = false;
  private applied = "";

  /** @param replaceTable puts the text of a table in force, all of it or nothing; a rejection is tried again. */
  constructor(
    config: KubeConfig,
    private readonly replaceTable: (text: string) => Promise<void>,
  ) {
    const core = config.makeApiClient(CoreV1Api);
    const networking = config.makeApiClient(NetworkingV1Api);
    const changed = (): void => this.schedule();
    this.pods = new WatchedList(config, "/api/v1/pods", () => core.listPodForAllNamespaces(), changed);
    this.namespaces = new WatchedList(config, "/api/v1/namespaces", () => core.listNamespace(), changed);
    this.policies = new WatchedList(
      config,
      "/apis/networking.k8s.io/v1/networkpolicies",
      () => networking.listNetworkPolicyForAllNamespaces(),
      changed,
    );
  }

  /** Begins to watch; never ends. */
  async start(): Promise<void> {
    await this.resync();
    setInterval(() => void this.resync(), resyncTime);
  }

  /** Takes the address of a pod that is about to start; resolves once its rules are in force. */
  announce(address: AnnouncedAddress): Promise<void> {
    this.announcements = [
      ...this.announcements.filter((entry) => entry.uid !== address.uid && entry.address !== address.address),
      { ...address, since: Date.now() },
    ];
    return new Promise((done) => {
      this.waiting.push({ uid: address.uid, done });
      this.schedule();
    });
  }

  private async resync(): Promise<void> {
    this.applied = "";
    await Promise.all([this.pods.restart(), this.namespaces.restart(), this.policies.restart()]);
    this.schedule();
  }

  private schedule(after = gatheringTime): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.apply();
    }, after);
  }

  private async apply(): Promise<void> {
    if (this.applying) return this.schedule();
    const [pods, namespaces, policies] = [this.pods.get(), this.namespaces.get(), this.policies.get()];
    if (!pods || !namespaces || !policies) return;
    this.applying = true;
    const known = new Set(pods.map((pod) => pod.metadata?.uid ?? ""));
    this.announcements = this.announcements.filter(
      ({ uid, since }) => known.has(uid) || Date.now() - since < announcementLife,
    );
    const text = renderPolicyTable({
      namespaces: new Map(namespaces.map((entry) => [entry.metadata?.name ?? "", labelsOf(entry)])),
      pods: podsWithAddress(pods, this.announcements),
      policies,
    });
    try {
      if (text !== this.applied) await this.replaceTable(text);
      this.applied = text;
      this.release(known);
    } catch (error) {
      console.error(`the policy table could not be replaced, the old one stands: ${String(error)}`);
      this.schedule(1000);
    } finally {
      this.applying = false;
    }
  }

  /** A pod that the watch has not shown yet waits on; its object is there, so it is a matter of milliseconds. */
  private release(known: ReadonlySet<string>): void {
    const ready = this.waiting.filter(({ uid }) => known.has(uid));
    this.waiting = this.waiting.filter(({ uid }) => !known.has(uid));
    ready.forEach(({ done }) => done());
  }
}

function labelsOf(object: V1Namespace): Labels {
  return object.metadata?.labels ?? {};
}
