import { version } from "@pulumi/kubernetes/package.json";
import { poll, untilReady } from "../../kubernetes/awaiting";
import { ApiError, ClusterClient } from "../../kubernetes/cluster-client";
import { at, isRecord, list, record, text, type Values } from "../../kubernetes/json";
import { changes, drifted } from "../../kubernetes/difference";
import { needsReplacement } from "../../kubernetes/immutable-fields";
import { notImplemented, type Call, type Outcome, type ResourcePlugin } from "./plugin-server";
import { hasUnknown, OFFLINE_MARKER, plain, secret, UNKNOWN, withMarksOf } from "./values";

/** The field manager under which the plugin owns the fields it sets. */
const MANAGER = "hamilton-offline";
const SETTINGS =
  /^(version|kubeconfig|context|namespace|clusterIdentifier|enable(ConfigMap|Secret)Mutable|enablePatchForce|upsertExistingObjects)$/;
/** What of an imported object's metadata a program would write. */
const METADATA = ["name", "namespace", "labels", "annotations"];
const REFUSED_TYPES = /^kubernetes:(helm\.sh|kustomize|yaml)[/:]|Patch$/;

const identity = (object: Values) =>
  ["namespace", "name"].map((key) => text(object, "metadata", key)) as [string, string];
const idOf = (object: Values) => identity(object).filter(Boolean).join("/");
const describe = (object: Values) => `${text(object, "kind")} ${idOf(object)}`;
const annotation = (object: Values, name: string) => text(object, "metadata", "annotations", `pulumi.com/${name}`);
/** The seconds an operation may take: the program's word, else the official plugin's default. */
const secondsFor = (object: Values, call: Call) =>
  call.timeoutSeconds ||
  Number(annotation(object, "timeoutSeconds")) ||
  (/^PersistentV/.test(text(object, "kind")) ? 300 : 600);
const wantedBy = (call: Call) => record(plain(call.inputs));
const answered = (error: unknown, ...codes: number[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code);

let settings: Values = {};
let connected: ClusterClient | undefined;
/** Resources that had an older state in this run: creating one of them is a replacement. */
const known = new Set<string>();

const client = () => (connected ??= new ClusterClient(settings));
const flag = (name: string) => text(settings, name) === "true";
/** Whether the caller lacks the right, rather than the change being forbidden to everybody. */
const withoutRight = (error: unknown) => answered(error, 403) && / cannot \w+ resource /.test(error.message);
const pathOf = (object: Values, named = true) => {
  const [namespace, name] = identity(object);
  return client().path(text(object, "apiVersion"), text(object, "kind"), namespace, named ? name : undefined);
};
const get = (path: string) => client().send("GET", path);
/** Undefined where the server answers that there is no such thing. */
const absent = (request: Promise<Values>) =>
  request.catch((error: unknown) => {
    if (!answered(error, 404)) throw error;
    return undefined;
  });

/** Values with the secret marks of the inputs they stem from; a Secret's data is secret in any case. */
function marked(inputs: Values, value: Values): Values {
  const copied = record(withMarksOf(inputs, value));
  return copied.kind === "Secret" && copied.data ? { ...copied, data: secret(copied.data) } : copied;
}

function outputsOf(inputs: Values, object: Values, mark = "managed"): Values {
  const metadata = { ...record(object, "metadata") };
  delete metadata.managedFields;
  return { ...marked(inputs, { ...object, metadata }), [OFFLINE_MARKER]: mark };
}

/** The error for the user: which object, whose field, what to do. */
function explained(error: unknown, object: Values): unknown {
  if (!(error instanceof ApiError)) return error;
  const causes = list(error.status, "details", "causes").filter(({ reason }) => reason === "FieldManagerConflict");
  const conflicts = causes.map((cause) => `${text(cause, "field")} is in ${text(cause, "message")}`).join("; ");
  const advice = conflicts
    ? `: ${conflicts}. Leave the field to the other with ignoreChanges, or take it with the annotation ` +
      'pulumi.com/patchForce: "true" or the provider\'s enablePatchForce'
    : error.status.reason === "AlreadyExists"
      ? ` already exists in the cluster and isn't this resource's. Take it over with the resource option import: ` +
        `"${idOf(object)}"; or, where an earlier stack of this program kept it, with ` +
        `PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true for one update. Else delete it, or choose another name`
      : `: ${error.message}`;
  const immutable = /immutable|updates to .* are forbidden/.test(error.message);
  return new Error(
    describe(object) + advice + (immutable ? " (give it replaceOnChanges and deleteBeforeReplace)" : ""),
  );
}

async function post(wanted: Values, call: Call): Promise<Values> {
  let created: Values | undefined;
  const attempt = async () => {
    const path = `${await pathOf(wanted, false)}?fieldManager=${MANAGER}${call.preview ? "&dryRun=All" : ""}`;
    created = await client().send("POST", path, wanted);
    return true;
  };
  // Its kind or its namespace may be on its way from another resource of the same update: a few seconds' patience. An
  // object of its name may be on its way out, which skipAwait didn't wait for: as long as it takes to go.
  const leaving = async () => at((await absent(get(await pathOf(wanted)))) ?? {}, "metadata", "deletionTimestamp");
  const patience = { seconds: secondsFor(wanted, call), cancelled: call.cancelled };
  const later = async (error: unknown) => {
    if (call.preview || !answered(error, 404, 409)) throw error;
    if (answered(error, 409) && !(await leaving())) return attempt();
    if (answered(error, 409)) await poll(async () => !(await leaving()), patience);
    return false;
  };
  await poll(() => attempt().catch(later), { seconds: 8, cancelled: call.cancelled });
  if (!created) await attempt();
  return created!;
}

/** Makes the fields that POST set ours by apply, so that leaving one out later removes it. */
async function takeOver(path: string, object: Values): Promise<void> {
  const { resourceVersion } = record(object, "metadata");
  const fields = list(object, "metadata", "managedFields");
  const mine = fields.filter((entry) => entry.manager === MANAGER && !entry.subresource);
  if (mine.length !== 1 || mine[0]!.operation === "Apply") return;
  const managedFields = fields.map((entry) => (entry === mine[0] ? { ...entry, operation: "Apply" } : entry));
  const patch = { metadata: { managedFields, resourceVersion: resourceVersion! } };
  await client().send("PATCH", `${path}?fieldManager=${MANAGER}`, patch, "application/merge-patch+json");
}

/** Server-side apply; in a preview a conflict with what POST wrote is none, since the update would take that over. */
async function apply(path: string, wanted: Values, dryRun: boolean, forced = false): Promise<Values> {
  const force = forced || flag("enablePatchForce") || annotation(wanted, "patchForce") === "true";
  const query = `?fieldManager=${MANAGER}&force=${force}${dryRun ? "&dryRun=All" : ""}`;
  try {
    return await client().send("PATCH", path + query, wanted, "application/apply-patch+yaml");
  } catch (error) {
    const causes = answered(error, 409) ? list(error.status, "details", "causes") : [];
    const own = causes.length > 0 && causes.every((cause) => text(cause, "message").includes(`"${MANAGER}"`));
    if (force || !own) throw error;
    return apply(path, wanted, dryRun, true);
  }
}

/** What a preview can promise of an object: nothing that the server settles only when it is made. */
function previewed(call: Call, created: Values): Outcome {
  const outputs = outputsOf(call.inputs, created);
  const unknown = (...names: string[]) => Object.fromEntries(names.map((name) => [name, UNKNOWN]));
  const metadata = { ...record(outputs, "metadata"), ...unknown("uid", "resourceVersion", "creationTimestamp") };
  const allocated = created.kind === "Service" && !at(call.inputs, "spec", "clusterIP");
  const spec = { spec: { ...record(outputs, "spec"), ...unknown("clusterIP", "clusterIPs") } };
  return { id: "", outputs: { ...outputs, metadata, ...(allocated ? spec : {}) } };
}

async function settled(call: Call, object: Values): Promise<Outcome> {
  const { object: last, problems } = await untilReady(client(), await pathOf(object), object, {
    ...call,
    seconds: secondsFor(object, call),
  });
  return { id: idOf(last), inputs: call.inputs, outputs: outputsOf(call.inputs, last), problems };
}

/** The package `kubernetes` over one API server: objects of any kind, typed or custom. */
export const kubernetesPlugin: ResourcePlugin = {
  version,

  configure(given) {
    const refused = Object.keys(given).filter((name) => !SETTINGS.test(name));
    if (refused.length) throw new Error(notImplemented(`the provider setting ${refused.join(", ")}`));
    settings = record(plain(given));
  },

  async check(call) {
    const inputs = wantedBy(call);
    const [kind, apiVersion] = [text(inputs, "kind"), text(inputs, "apiVersion")];
    if (!kind || REFUSED_TYPES.test(call.type) || inputs.items !== undefined)
      throw new Error(notImplemented(call.type));
    for (const name of ["waitFor", "replaceUnready"].filter((each) => annotation(inputs, each)))
      throw new Error(notImplemented(`the annotation pulumi.com/${name}`));
    if (isRecord(inputs.metadata) && !inputs.metadata.name)
      throw new Error(`${call.type}: metadata.name must be given: the offline plugin makes up no names`);
    if (kind === "Secret" && inputs.stringData !== undefined) {
      const { stringData, data = {} } = inputs;
      const encoded = Object.entries(record(stringData)).map(
        ([key, value]) => [key, value === UNKNOWN ? value : Buffer.from(text(value)).toString("base64")] as const,
      );
      inputs.data = isRecord(stringData) && isRecord(data) ? { ...data, ...Object.fromEntries(encoded) } : UNKNOWN;
      delete inputs.stringData;
    }
    const { metadata } = inputs;
    if (isRecord(metadata) && !metadata.namespace && (await client().served(apiVersion, kind))?.namespaced)
      inputs.metadata = { ...metadata, namespace: client().namespace };
    return marked(call.inputs, inputs);
  },

  diff(call) {
    known.add(call.urn);
    const [before, after] = [record(plain(call.oldInputs)), wantedBy(call)];
    // A custom resource that was made before its kind was known has no namespace among its inputs.
    const namespace = at(before, "metadata", "namespace") ?? at(call.oldOutputs, "metadata", "namespace");
    if (isRecord(before.metadata) && namespace) before.metadata = { ...before.metadata, namespace };
    const mutable = ["ConfigMap", "Secret"].filter((kind) => flag(`enable${kind}Mutable`)).map((kind) => `/${kind}`);
    const found = changes(before, after, call.oldOutputs[OFFLINE_MARKER] === "imported");
    const judged = found.map((change) => ({ ...change, replaces: needsReplacement(change, before, after, mutable) }));
    return { changes: judged, deleteBeforeReplace: describe(before) === describe(after) };
  },

  async create(call) {
    const wanted = wantedBy(call);
    if (call.preview && hasUnknown(wanted)) return { id: "", outputs: call.inputs };
    try {
      const existing = flag("upsertExistingObjects") ? await absent(pathOf(wanted).then(get)) : undefined;
      if (existing) return await this.update({ ...call, id: idOf(wanted) });
      const created = await post(wanted, call);
      return call.preview ? previewed(call, created) : await settled(call, created);
    } catch (error) {
      // What a dry run can't know: a namespace, kind or right that the same update makes, the object to be replaced.
      const expected = answered(error, 403, 404) || (answered(error, 409, 422) && known.has(call.urn));
      if (call.preview && expected) return { id: "", outputs: call.inputs };
      throw explained(error, wanted);
    }
  },

  async read(call) {
    const [, group = "", kind = ""] = call.type.split(":");
    const [name = "", namespace = ""] = call.id.split("/").reverse();
    const apiVersion = text(call.oldInputs, "apiVersion") || group.replace(/^core\//, "");
    const object = await absent(
      client()
        .path(apiVersion, text(call.oldInputs, "kind") || kind, namespace, name)
        .then(get),
    );
    if (!object) return undefined;
    const seen = record(plain(call.oldOutputs));
    const metadata = Object.entries(record(object, "metadata")).filter(([key]) => METADATA.includes(key));
    const whole: Values = { ...object, metadata: Object.fromEntries(metadata) };
    delete whole.status;
    const managed = Object.keys(call.oldInputs).length > 0 && OFFLINE_MARKER in seen;
    const inputs = managed ? record(drifted(plain(call.oldInputs), seen, object)) : whole;
    const outputs = outputsOf(call.oldInputs, object, managed ? text(seen, OFFLINE_MARKER) : "imported");
    return { id: idOf(object), inputs: marked(call.oldInputs, inputs), outputs };
  },

  async update(call) {
    const wanted = wantedBy(call);
    if (call.preview && hasUnknown(wanted)) return { id: call.id, outputs: call.inputs };
    try {
      const path = await pathOf(wanted);
      const object = await absent(get(path));
      if (!object) return await this.create(call);
      if (!call.preview) await takeOver(path, object);
      for (const ignored of call.ignoreChanges) leaveAsItIs(wanted, object, ignored.split("."));
      const applied = await apply(path, wanted, call.preview);
      if (call.preview) return { id: call.id, outputs: outputsOf(call.inputs, applied) };
      return await settled(call, applied);
    } catch (error) {
      if (call.preview && (withoutRight(error) || answered(error, 404))) return { id: call.id, outputs: call.inputs };
      throw explained(error, wanted);
    }
  },

  async delete(call) {
    const old = record(plain(call.oldOutputs));
    const uid = text(old, "metadata", "uid");
    const propagationPolicy = annotation(old, "deletionPropagationPolicy") || "Foreground";
    const options = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid }, propagationPolicy };
    let left: Values | undefined = old;
    try {
      const path = await pathOf(old);
      await client().send("DELETE", path, options);
      if (annotation(old, "skipAwait") === "true") return;
      const gone = async () => !(left = await absent(get(path))) || text(left, "metadata", "uid") !== uid;
      const reason = await poll(gone, { seconds: secondsFor(old, call), cancelled: call.cancelled });
      const finalizers = (record(left, "metadata").finalizers as string[] | undefined)?.join(", ");
      if (reason) throw new Error(`deleting ${describe(old)}: ${reason}; finalizers left: ${finalizers ?? "none"}`);
    } catch (error) {
      // A conflict is the precondition: the object of that name is a newer one.
      if (answered(error, 409) && error.message.includes("UID"))
        call.report(`${describe(old)} was already gone; the newer object of that name stays`, true);
      else if (!answered(error, 404)) throw error;
    }
  },
};

/** Puts the live value at a path where the program ignores changes, so that applying asserts nothing new there. */
function leaveAsItIs(wanted: Values, object: Values, path: string[]): void {
  const [target, current, last] = [at(wanted, ...path.slice(0, -1)), at(object, ...path), path.at(-1)!];
  if (isRecord(target) && current !== undefined) target[last] = current;
}
