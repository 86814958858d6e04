import { version } from "@pulumi/kubernetes/package.json";
import { patience, poll, untilReady } from "./awaiting";
import { ApiError, ClusterClient } from "./cluster-client";
import { changes, drifted, type Change } from "./difference";
import { needsReplacement } from "./immutable-fields";
import type { Call, Difference, Failure, Outcome, ResourcePlugin } from "./plugin-server";
import {
  at,
  hasUnknown,
  isRecord,
  list,
  OFFLINE_MARKER,
  plain,
  record,
  secret,
  text,
  UNKNOWN,
  withMarksOf,
} from "./values";
import type { Value, Values } from "./values";

/** The field manager under which the plugin owns the fields it sets. */
const MANAGER = "hamilton-offline";
const FLAGS = ["enableConfigMapMutable", "enableSecretMutable", "enablePatchForce", "strictMode"];
// Settings that change nothing here: an identity for the engine, warnings that this plugin never prints.
const WITHOUT_EFFECT = ["version", "clusterIdentifier", "suppressDeprecationWarnings", "suppressHelmHookWarnings"];
const REFUSED_ANNOTATIONS = ["pulumi.com/waitFor", "pulumi.com/replaceUnready"];
// Set by the server at the end of a create: a preview must not promise them.
const SERVER_SET = ["uid", "resourceVersion", "creationTimestamp", "generation"];

const identity = (object: Values) => [text(object, "metadata", "namespace"), text(object, "metadata", "name")];
const idOf = (object: Values) => identity(object).filter(Boolean).join("/");
const describe = (object: Values) => `${text(object, "kind")} ${idOf(object)}`;
const annotation = (object: Values, name: string) => text(object, "metadata", "annotations", `pulumi.com/${name}`);
const answered = (error: unknown, ...codes: number[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code);

/** The package `kubernetes` over one API server: objects of any kind, typed or custom. */
export class KubernetesPlugin implements ResourcePlugin {
  readonly version = version;
  private settings: Values = {};
  private connected?: ClusterClient;
  /** Resources that had an older state in this run: creating one of them is a replacement. */
  private readonly known = new Set<string>();

  checkConfiguration(marked: Values): Failure[] {
    const settings = record(plain(marked));
    const flag = (name: string) => ["true", "false", ""].includes(text(settings, name));
    const allowed = new Set([...FLAGS, ...WITHOUT_EFFECT, "kubeconfig", "context", "namespace"]);
    const failures = Object.keys(settings)
      .filter((name) => !allowed.has(name) && !(name === "enableServerSideApply" && text(settings, name) === "true"))
      .map((name) => ({ property: name, reason: "the offline plugin doesn't implement it; the official plugin does" }));
    for (const name of FLAGS.filter((each) => !flag(each) && settings[each] !== UNKNOWN))
      failures.push({ property: name, reason: `"${text(settings, name)}" is neither true nor false` });
    for (const name of ["kubeconfig", "context"])
      if (text(settings, "strictMode") === "true" && !settings[name])
        failures.push({ property: name, reason: "must be set where strictMode is on" });
    return failures;
  }

  replacesProvider(before: Values, after: Values): string[] {
    const [old, now] = [record(plain(before)), record(plain(after))];
    const identifier = old.clusterIdentifier || now.clusterIdentifier ? "clusterIdentifier" : "context";
    return old[identifier] && old[identifier] !== now[identifier] ? [identifier] : [];
  }

  configure(settings: Values): void {
    this.settings = record(plain(settings));
    this.connected = undefined;
  }

  async check(call: Call): Promise<{ inputs: Values; failures: Failure[] }> {
    const inputs = record(plain(call.inputs));
    const [kind, name] = [text(inputs, "kind"), text(inputs, "metadata", "name")];
    const foreign = /^kubernetes:(helm\.sh|kustomize|yaml)[/:]/.test(call.type) || !kind || !inputs.apiVersion;
    if (foreign || call.type.endsWith(`:${kind}Patch`) || (kind.endsWith("List") && "items" in inputs))
      throw new Error(`${call.type} is not implemented by the offline plugin; the official plugin does it`);
    const failures: Failure[] = [];
    if (inputs.metadata !== UNKNOWN && !name)
      failures.push({ property: "metadata.name", reason: "must be given: the offline plugin makes up no names" });
    for (const key of REFUSED_ANNOTATIONS.filter((each) => record(inputs, "metadata", "annotations")[each]))
      failures.push({ property: `metadata.annotations["${key}"]`, reason: "the offline plugin doesn't implement it" });
    if (kind === "Secret" && inputs.stringData !== undefined) {
      const encoded = (value: Value) => (value === UNKNOWN ? value : Buffer.from(text(value)).toString("base64"));
      const added = Object.entries(record(inputs, "stringData")).map(([key, value]) => [key, encoded(value)] as const);
      const whole = inputs.stringData === UNKNOWN || inputs.data === UNKNOWN;
      inputs.data = whole ? UNKNOWN : { ...record(inputs, "data"), ...Object.fromEntries(added) };
      delete inputs.stringData;
    }
    if (isRecord(inputs.metadata) && !inputs.metadata.namespace) {
      const mapping = await this.client.mapping(text(inputs, "apiVersion"), kind);
      if (mapping?.namespaced) inputs.metadata = { ...inputs.metadata, namespace: this.client.namespace };
    }
    return { inputs: this.marked(call.inputs, inputs), failures };
  }

  diff(call: Call): Promise<Difference> {
    this.refuseOfficial(call);
    this.known.add(call.urn);
    const [before, after] = [record(plain(call.oldInputs)), record(plain(call.inputs))];
    // A custom resource that was made before its kind was known had no namespace among its inputs.
    const namespace = record(before, "metadata").namespace ?? at(call.oldOutputs, "metadata", "namespace");
    if (isRecord(before.metadata) && namespace) before.metadata = { ...before.metadata, namespace };
    const found = changes(before, after, call.oldOutputs[OFFLINE_MARKER] === "imported");
    const mutable = { enableConfigMapMutable: this.flag(FLAGS[0]!), enableSecretMutable: this.flag(FLAGS[1]!) };
    const replacing = found.filter((change) => needsReplacement(change, before, after, mutable));
    const sameName = idOf(before) === idOf(after) && before.kind === after.kind;
    return Promise.resolve({ changes: found, replacing, deleteBeforeReplace: replacing.length > 0 && sameName });
  }

  async create(call: Call): Promise<Outcome> {
    const wanted = record(plain(call.inputs));
    if (call.preview && hasUnknown(wanted)) return { id: "", outputs: call.inputs };
    try {
      const created = await this.post(wanted, call);
      if (call.preview) return { id: idOf(created), outputs: this.previewed(call.inputs, wanted, created) };
      return await this.settled(call, created);
    } catch (error) {
      // What a dry run can't know: a namespace or kind that the same update makes, rights it grants, the object to be replaced.
      const expected = answered(error, 403, 404) || (answered(error, 409, 422) && this.known.has(call.urn));
      if (call.preview && expected) return { id: "", outputs: call.inputs };
      throw this.explained(error, wanted);
    }
  }

  async read(call: Call): Promise<Outcome | undefined> {
    this.refuseOfficial(call);
    const [, group = "", kind = ""] = call.type.split(":");
    const [apiVersion, name] = [group.replace(/^core\//, ""), call.id.split("/").at(-1)!];
    const seen = record(plain(call.oldOutputs));
    const type = [text(call.oldInputs, "apiVersion") || apiVersion, text(call.oldInputs, "kind") || kind] as const;
    try {
      const namespace = call.id.includes("/") ? call.id.split("/")[0]! : "";
      const live = await this.client.send("GET", await this.client.path(...type, namespace, name));
      const refreshed = Object.keys(call.oldInputs).length > 0 && OFFLINE_MARKER in seen;
      const { status: _status, metadata: _metadata, ...rest } = live;
      const { labels, annotations, ...meta } = record(live, "metadata");
      const spelt = { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
      const whole = {
        ...rest,
        metadata: { name: meta.name!, ...(meta.namespace ? { namespace: meta.namespace } : {}), ...spelt },
      };
      const inputs = refreshed ? record(drifted(plain(call.oldInputs), seen, live)) : whole;
      const mark = refreshed ? text(seen, OFFLINE_MARKER) : "imported";
      const outputs = { ...this.outputs(call.oldInputs, live), [OFFLINE_MARKER]: mark };
      return { id: idOf(live), inputs: this.marked(call.oldInputs, inputs), outputs };
    } catch (error) {
      if (answered(error, 404)) return undefined;
      throw error;
    }
  }

  async update(call: Call): Promise<Outcome> {
    this.refuseOfficial(call);
    const wanted = record(plain(call.inputs));
    if (call.preview && hasUnknown(wanted)) return { id: call.id, outputs: call.inputs };
    try {
      const path = await this.pathOf(wanted);
      const live = await this.client.send("GET", path).catch((error: unknown) => {
        if (answered(error, 404)) return undefined;
        throw error;
      });
      if (!live) return await this.create(call);
      if (!call.preview) await this.takeOverCreated(path, live);
      for (const ignored of call.ignoreChanges) leaveAsItIs(wanted, live, ignored.split("."));
      const applied = await this.apply(path, wanted, call.preview);
      const removed = changes(plain(call.oldInputs), wanted, call.oldOutputs[OFFLINE_MARKER] === "imported")
        .filter((change) => change.kind === "delete" && change.path.every((key) => typeof key === "string"))
        .filter((change) => at(applied, ...change.path) !== undefined);
      if (call.preview) return { id: call.id, outputs: this.outputs(call.inputs, applied) };
      return await this.settled(call, removed.length ? await this.remove(path, removed) : applied);
    } catch (error) {
      if (call.preview && answered(error, 403, 404)) return { id: call.id, outputs: call.inputs };
      throw this.explained(error, wanted);
    }
  }

  async delete(call: Call): Promise<void> {
    this.refuseOfficial(call);
    const old = record(plain(call.oldOutputs));
    const uid = text(old, "metadata", "uid");
    const propagationPolicy = annotation(old, "deletionPropagationPolicy") || "Foreground";
    const gone = (error: unknown) => {
      // A conflict is the precondition: the object of that name is a newer one.
      if (answered(error, 404)) return true;
      if (!answered(error, 409) || !error.message.includes("UID")) throw error;
      call.warn(`${describe(old)} was already gone; the newer object of that name stays`);
      return true;
    };
    const options = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid }, propagationPolicy };
    const path = await this.pathOf(old).catch((error: unknown) => void gone(error));
    if (!path || (await this.client.send("DELETE", path, options).catch(gone)) === true) return;
    if (annotation(old, "skipAwait") === "true") return;
    let left: Values = {};
    const observe = async () => {
      const live = await this.client.send("GET", path).catch((error: unknown) => {
        if (!answered(error, 404)) throw error;
      });
      if (!live || text(live, "metadata", "uid") !== uid) return true;
      left = live;
      return undefined;
    };
    const { reason } = await poll(observe, patience(old, call), call);
    const finalizers = list(left, "metadata", "finalizers").map((each) => text(each));
    if (reason)
      throw new Error(`deleting ${describe(old)}: ${reason}; finalizers left: ${finalizers.join(", ") || "none"}`);
  }

  private get client(): ClusterClient {
    const { kubeconfig, context, namespace } = this.settings;
    return (this.connected ??= new ClusterClient({
      kubeconfig: text(kubeconfig),
      context: text(context),
      namespace: text(namespace),
    }));
  }

  private flag(name: string): boolean {
    return text(this.settings, name) === "true";
  }

  private async pathOf(object: Values, collection = false): Promise<string> {
    const [namespace, name] = identity(object) as [string, string];
    return this.client.path(text(object, "apiVersion"), text(object, "kind"), namespace, collection ? undefined : name);
  }

  private async post(wanted: Values, call: Call): Promise<Values> {
    // The kind or the namespace may be on its way from another resource of the same update: five tries, about 8 s.
    for (let attempt = 1; ; attempt++)
      try {
        const path = await this.pathOf(wanted, true);
        return await this.client.send(
          "POST",
          `${path}?fieldManager=${MANAGER}${call.preview ? "&dryRun=All" : ""}`,
          wanted,
        );
      } catch (error) {
        if (call.preview || !answered(error, 404) || attempt === 5) throw error;
        await poll(() => Promise.resolve(undefined), 400 * 2 ** attempt, call);
        if (call.cancelled.aborted) throw error;
      }
  }

  /** Server-side apply; a conflict with what this plugin itself wrote by POST is none. */
  private async apply(path: string, wanted: Values, dryRun: boolean, forced = false): Promise<Values> {
    const force = forced || this.flag("enablePatchForce") || annotation(wanted, "patchForce") === "true";
    const query = `?fieldManager=${MANAGER}&force=${force}${dryRun ? "&dryRun=All" : ""}`;
    try {
      return await this.client.send("PATCH", path + query, wanted, "application/apply-patch+yaml");
    } catch (error) {
      const causes = answered(error, 409) ? list(error.status, "details", "causes") : [];
      if (force || !causes.length || !causes.every((cause) => text(cause, "message").includes(`"${MANAGER}"`)))
        throw error;
      return this.apply(path, wanted, dryRun, true);
    }
  }

  /** Makes fields that POST set ours by apply, so that leaving one out later removes it. */
  private async takeOverCreated(path: string, live: Values): Promise<void> {
    const { managedFields, resourceVersion } = record(live, "metadata");
    const mine = (list(managedFields) as Values[]).filter((entry) => entry.manager === MANAGER && !entry.subresource);
    if (!mine.length || mine.some((entry) => entry.operation === "Apply")) return;
    const value = (list(managedFields) as Values[]).map((entry) =>
      mine.includes(entry) ? { ...entry, operation: "Apply" } : entry,
    );
    await this.jsonPatch(path, [
      { op: "replace", path: "/metadata/managedFields", value },
      { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion! },
    ]);
  }

  private remove(path: string, removed: Change[]): Promise<Values> {
    const pointer = (change: Change) =>
      change.path.map((key) => `/${String(key).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
    return this.jsonPatch(
      path,
      removed.map((change) => ({ op: "remove", path: pointer(change) })),
    );
  }

  private jsonPatch(path: string, operations: Values[]): Promise<Values> {
    return this.client.send("PATCH", `${path}?fieldManager=${MANAGER}`, operations, "application/json-patch+json");
  }

  private async settled(call: Call, object: Values): Promise<Outcome> {
    const { object: last, problems } = await untilReady(this.client, await this.pathOf(object), object, call);
    return { id: idOf(last), inputs: call.inputs, outputs: this.outputs(call.inputs, last), problems };
  }

  /** Values with the secret marks of the inputs they stem from; a Secret's data is secret in any case. */
  private marked(inputs: Values, value: Values): Values {
    const marked = record(withMarksOf(inputs, value));
    const hide = (key: string) => (marked[key] === undefined ? {} : { [key]: secret(marked[key]) });
    return text(value, "kind") === "Secret" ? { ...marked, ...hide("data"), ...hide("stringData") } : marked;
  }

  private outputs(inputs: Values, live: Values): Values {
    const { managedFields: _managedFields, ...metadata } = record(live, "metadata");
    return { ...this.marked(inputs, { ...live, metadata }), [OFFLINE_MARKER]: "managed" };
  }

  private previewed(inputs: Values, wanted: Values, created: Values): Values {
    const unknown = (names: string[]) => Object.fromEntries(names.map((name) => [name, UNKNOWN]));
    const metadata = { ...record(created, "metadata"), ...unknown(SERVER_SET) };
    const rest: Values = { ...created, metadata };
    delete rest.status;
    const spec = record(created, "spec");
    const given = Object.keys(spec).filter((key) => key.startsWith("clusterIP") && !(key in record(wanted, "spec")));
    return this.outputs(inputs, created.spec ? { ...rest, spec: { ...spec, ...unknown(given) } } : rest);
  }

  private refuseOfficial(call: Call): void {
    const official = at(call.oldOutputs, "metadata", "uid") !== undefined && !(OFFLINE_MARKER in call.oldOutputs);
    if (official || "__inputs" in call.oldOutputs)
      throw new Error(
        "this stack was last updated with the official kubernetes plugin, whose state the offline plugin can't carry on; " +
          "run it with the official plugin, or destroy the stack with that one first",
      );
  }

  private explained(error: unknown, wanted: Values): unknown {
    if (!(error instanceof ApiError)) return error;
    const what = `${describe(wanted)}: `;
    if (text(error.status, "reason") === "AlreadyExists")
      return new Error(
        `${what}already exists in the cluster and isn't this resource's. Take it over with the resource option ` +
          `import: "${idOf(wanted)}", delete it, or choose another name (an object that an earlier update still ` +
          "has to delete goes when the update that renamed it succeeds)",
      );
    const conflicts = list(error.status, "details", "causes").filter(
      (cause) => text(cause, "reason") === "FieldManagerConflict",
    );
    if (conflicts.length)
      return new Error(
        `${what}${conflicts.map((cause) => `${text(cause, "field")} is in ${text(cause, "message")}`).join("; ")}. Leave ` +
          'the field to the other with ignoreChanges, or take it with the annotation pulumi.com/patchForce: "true" or the ' +
          "provider's enablePatchForce",
      );
    const immutable = /immutable|may not be changed|updates to .* are forbidden/i.test(error.message);
    const advice = immutable ? " (declare replaceOnChanges with deleteBeforeReplace for this field)" : "";
    return new Error(what + error.message + advice);
  }
}

/** Puts the live value at a path where the program ignores changes, so that applying asserts nothing new there. */
function leaveAsItIs(wanted: Values, live: Values, path: string[]): void {
  const [holder, last] = [path.slice(0, -1), path.at(-1)!];
  const [target, current] = [at(wanted, ...holder), at(live, ...path)];
  if (!isRecord(target)) return;
  if (current === undefined) delete target[last];
  else target[last] = current;
}
