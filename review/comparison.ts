import { describeManifest, type Manifest } from "../kubernetes/manifest";
import type { EnvironmentChanges, FieldChange, ResourceChange } from "./changes";
import { differenceOf, isKubernetes, isProvider, leadsElsewhere, replacedWith } from "./engine-rules";
import { withRetained } from "./retained";
import { snapshotManifests, type Snapshot, type SnapshotResource } from "./snapshot-format";

/**
 * What a change of the repository does to an environment, worked out as the engine would: from what the program asked for
 * before and what it asks for now, without a cluster. It assumes that the cluster holds what the program asked for before.
 *
 * @param before absent for a new environment: everything is created.
 * @param after absent for a removed one: everything is deleted.
 */
export function compareSnapshots(
  environment: string,
  before: Snapshot | undefined,
  after: Snapshot | undefined,
): EnvironmentChanges {
  return {
    environment,
    changes: new Comparison(before?.resources ?? [], after?.resources ?? []).run(),
    before: before === undefined ? [] : snapshotManifests(before),
    after: after === undefined ? [] : snapshotManifests(after),
  };
}

/** One walk over the program, in the order in which the engine meets its resources. */
class Comparison {
  private readonly oldByUrn: ReadonlyMap<string, SnapshotResource>;
  private readonly nowByUrn: ReadonlyMap<string, SnapshotResource>;
  /** The old resources that have a successor. */
  private readonly kept = new Set<string>();
  /** The old resources that go because something they are made of is deleted first, with the inputs that say so. */
  private readonly condemned = new Map<string, readonly string[]>();
  private readonly replacedProviders = new Set<string>();

  constructor(
    private readonly old: readonly SnapshotResource[],
    private readonly now: readonly SnapshotResource[],
  ) {
    this.oldByUrn = new Map(old.map((resource) => [resource.urn, resource]));
    this.nowByUrn = new Map(now.map((resource) => [resource.urn, resource]));
  }

  run(): readonly ResourceChange[] {
    const changes: ResourceChange[] = [];
    for (const resource of this.now.filter(({ custom }) => custom)) {
      const old = this.predecessor(resource);
      if (old !== undefined) this.kept.add(old.urn);
      if (isProvider(resource)) {
        if (old !== undefined && leadsElsewhere(old, resource)) this.replacedProviders.add(resource.urn);
        continue;
      }
      const change = old === undefined ? created(resource) : this.changed(old, resource);
      if (change !== undefined) changes.push(change);
    }
    const gone = this.old.filter((each) => each.custom && !isProvider(each) && !this.kept.has(each.urn));
    const keeps = (urn: string) => this.oldByUrn.get(urn)?.retainOnDelete ?? false;
    return withRetained([...changes, ...gone.reverse().map(deleted)], keeps);
  }

  private predecessor({ urn, aliases }: SnapshotResource): SnapshotResource | undefined {
    const known = [urn, ...aliases].find((each) => this.oldByUrn.has(each) && !this.kept.has(each));
    return known === undefined ? undefined : this.oldByUrn.get(known);
  }

  private changed(old: SnapshotResource, now: SnapshotResource): ResourceChange | undefined {
    const difference = differenceOf(old, now, this.nowByUrn.get(now.provider));
    const elsewhere = this.movesElsewhere(old, now);
    const reasons = [...(this.condemned.get(old.urn) ?? []), ...(elsewhere ? ["provider"] : [])];
    const fields = [...forcedFields(reasons, difference.fields), ...difference.fields];
    if (fields.length === 0) return undefined;
    const replaces = difference.replaces || reasons.length > 0;
    const deletesFirst = elsewhere ? now.deleteBeforeReplace === true : difference.deletesFirst;
    if (replaces && deletesFirst && !this.condemned.has(old.urn)) this.condemn(old);
    return {
      ...described(now),
      action: replaces ? "replace" : "update",
      fields,
      ...manifestsOf(old, now),
      // The engine lets one update lift the protection and replace, but not replace along with something else.
      protected: old.protect && (now.protect || !replaces || this.condemned.has(old.urn)),
      retained: false,
    };
  }

  private movesElsewhere(old: SnapshotResource, now: SnapshotResource): boolean {
    if (this.replacedProviders.has(now.provider)) return true;
    const [before, after] = [this.oldByUrn.get(old.provider), this.nowByUrn.get(now.provider)];
    return before !== undefined && after !== undefined && leadsElsewhere(before, after);
  }

  /** Whatever is made of a resource that is deleted first, and can't change in place, is deleted before it. */
  private condemn(root: SnapshotResource): void {
    const going = new Set([root.urn]);
    for (const each of this.old.slice(this.old.indexOf(root) + 1)) {
      const keys = replacedWith(each, going, this.oldByUrn.get(each.provider));
      if (keys.length === 0) continue;
      going.add(each.urn);
      this.condemned.set(each.urn, [...new Set([...(this.condemned.get(each.urn) ?? []), ...keys])]);
    }
  }
}

/** Fields that force a new object though no value of theirs is known to differ. */
function forcedFields(reasons: readonly string[], fields: readonly FieldChange[]): readonly FieldChange[] {
  return [...new Set(reasons)]
    .filter((path) => !fields.some((field) => field.path === path && field.replaces))
    .map((path) => ({ path, replaces: true }));
}

function created(resource: SnapshotResource): ResourceChange {
  const after = isKubernetes(resource) ? { after: resource.inputs as Manifest } : {};
  return { ...described(resource), action: "create", fields: [], ...after, protected: false, retained: false };
}

function deleted(resource: SnapshotResource): ResourceChange {
  const before = isKubernetes(resource) ? { before: resource.inputs as Manifest } : {};
  const { protect } = resource;
  return { ...described(resource), action: "delete", fields: [], ...before, protected: protect, retained: false };
}

function manifestsOf(old: SnapshotResource, now: SnapshotResource): Pick<ResourceChange, "before" | "after"> {
  return isKubernetes(now) ? { before: old.inputs as Manifest, after: now.inputs as Manifest } : {};
}

function described(resource: SnapshotResource): Pick<ResourceChange, "urn" | "type" | "object"> {
  const { urn, type, name, inputs } = resource;
  return { urn, type, object: isKubernetes(resource) ? describeManifest(inputs as Manifest) : name };
}
