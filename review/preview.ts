import { z } from "zod";
import { StepError } from "../console/errors";
import { at, isRecord, type Value, type Values } from "../kubernetes/json";
import { describeManifest, type Manifest } from "../kubernetes/manifest";
import type { Action, EnvironmentChanges, FieldChange, ResourceChange } from "./changes";
import { isKubernetes, isProvider } from "./engine-rules";
import { pathKeys } from "./property-paths";
import { withRetained } from "./retained";
import { urnTypeAndName } from "./urns";

const state = z.looseObject({
  custom: z.boolean().default(false),
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
});
const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: state.nullish(),
  newState: state.nullish(),
  diffReasons: z.array(z.string()).nullish(),
  replaceReasons: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.looseObject({ kind: z.string() })).nullish(),
});
const diagnostic = z.looseObject({ urn: z.string().optional(), message: z.string(), severity: z.string() });
const document = z.looseObject({ steps: z.array(step), diagnostics: z.array(diagnostic).nullish() });

type Step = z.infer<typeof step>;
type State = z.infer<typeof state>;

/** What each operation of the engine is to a reader; the parts of a replacement are one replacement. */
const actions: Readonly<Record<string, Action>> = {
  create: "create",
  import: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/**
 * Reads what `pulumi preview --json` wrote. With `--show-sames` the document holds every object, so that rights, flows and
 * costs can be summed up before and after; without it `before` and `after` hold the changed ones only.
 *
 * A refused change ends a preview: what it would have come to afterwards isn't in the document.
 *
 * @throws StepError if the text is no such document, or the preview failed for another reason than a protected object.
 */
export function previewChanges(environment: string, text: string): EnvironmentChanges {
  const { steps, diagnostics } = documentOf(text);
  const objects = steps.filter(({ urn, oldState, newState }) => {
    const { type } = urnTypeAndName(urn);
    return (newState ?? oldState)?.custom === true && !isProvider({ type });
  });
  const changes = new Map<string, ResourceChange>();
  for (const each of objects) {
    const action = actions[each.op];
    // A replacement that is told in its parts has the same states in each of them.
    if (action !== undefined && !(changes.has(each.urn) && each.op === "delete-replaced"))
      changes.set(each.urn, changeOf(each, action));
  }
  for (const each of refusals(diagnostics ?? [], objects)) changes.set(each.urn, each);
  const keeping = new Set(objects.filter(({ oldState }) => oldState?.retainOnDelete === true).map(({ urn }) => urn));
  const all = withRetained([...changes.values()], (urn) => keeping.has(urn));
  const manifests = (which: "oldState" | "newState") =>
    [...new Map(objects.map((each) => [each.urn, manifestOf(each, each[which])])).values()].filter(
      (each) => each !== undefined,
    );
  return {
    environment,
    changes: [...all.filter(({ action }) => action !== "delete"), ...all.filter(({ action }) => action === "delete")],
    before: manifests("oldState"),
    after: manifests("newState"),
  };
}

function documentOf(text: string): z.infer<typeof document> {
  // What runs the engine may say something before it.
  const start = text.search(/^\{/m);
  let json: unknown;
  try {
    json = JSON.parse(start < 0 ? text : text.slice(start));
  } catch {
    json = undefined;
  }
  const parsed = document.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new StepError("this is no document of `pulumi preview --json`", {
    fix: "write one with: pulumi preview --json --show-sames > FILE",
  });
}

function changeOf(each: Step, action: Action): ResourceChange {
  const { urn, oldState, newState } = each;
  const [before, after] = [manifestOf(each, oldState), manifestOf(each, newState)];
  return {
    urn,
    type: urnTypeAndName(urn).type,
    object: objectName(urn, after ?? before),
    action,
    fields: action === "update" || action === "replace" ? fieldsOf(each) : [],
    ...(before === undefined || action === "create" ? {} : { before }),
    ...(after === undefined || action === "delete" ? {} : { after }),
    protected: (oldState?.protect ?? false) && (action !== "replace" || (newState?.protect ?? false)),
    retained: false,
  };
}

function manifestOf({ urn }: Step, of: State | null | undefined): Manifest | undefined {
  const kubernetes = isKubernetes(urnTypeAndName(urn)) && isRecord(of?.inputs.metadata);
  return kubernetes ? (of?.inputs as Manifest) : undefined;
}

function objectName(urn: string, manifest: Manifest | undefined): string {
  if (manifest !== undefined) return describeManifest(manifest);
  const { type, name } = urnTypeAndName(urn);
  return isKubernetes({ type }) ? `${type.split(":").at(-1)} ${name}` : name;
}

function fieldsOf({ oldState, newState, detailedDiff, diffReasons, replaceReasons }: Step): readonly FieldChange[] {
  const details = Object.entries(detailedDiff ?? {}).map(([path, { kind }]) => ({
    path,
    ...(kind.startsWith("add") ? {} : valueField("before", oldState, path)),
    ...(kind.startsWith("delete") ? {} : valueField("after", newState, path)),
    replaces: kind.endsWith("-replace"),
  }));
  // Some reasons have no detail: a provider that tells only which top-level inputs differ, or a replacement for another's.
  const reasons = [...new Set([...(diffReasons ?? []), ...(replaceReasons ?? [])])];
  const told = (reason: string) => details.some(({ path }) => String(pathKeys(path)[0]) === reason);
  const rest = reasons
    .filter((reason) => !told(reason))
    .map((path) => ({
      path,
      ...valueField("before", oldState, path),
      ...valueField("after", newState, path),
      replaces: replaceReasons?.includes(path) ?? false,
    }));
  return [...details, ...rest];
}

function valueField(name: "before" | "after", of: State | null | undefined, path: string): Partial<FieldChange> {
  const value = valueAt(of?.inputs as Values | undefined, path) ?? valueAt(of?.outputs as Values | undefined, path);
  return value === undefined ? {} : { [name]: value };
}

/** The value at a path; where the whole around it is a secret, the mark of that. */
function valueAt(value: Value | undefined, path: string): Value | undefined {
  const keys = pathKeys(path);
  for (let length = 1; length <= keys.length; length++)
    if (at(value, ...keys.slice(0, length)) === "[secret]") return "[secret]";
  return at(value, ...keys);
}

/** What ended the preview: a protected object, and the one whose replacement would have taken it along. */
function refusals(diagnostics: readonly z.infer<typeof diagnostic>[], objects: readonly Step[]): ResourceChange[] {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const refused = (urn: string, action: Action, isProtected: boolean): ResourceChange => {
    const old = objects.find((each) => each.urn === urn);
    const before = old === undefined ? undefined : manifestOf(old, old.oldState);
    const described = { urn, type: urnTypeAndName(urn).type, object: objectName(urn, before), action };
    const kept = before === undefined ? {} : { before };
    return { ...described, fields: [], ...kept, protected: isProtected, retained: false };
  };
  const found = errors.flatMap(({ message }) => {
    if (!message.includes("protect")) return [];
    const [, replaced, cause] =
      /unable to replace resource "([^"]+)"(?:\s+as part of replacing "([^"]+)")?/.exec(message) ?? [];
    const [, deleted] = /resource "([^"]+)" cannot be deleted/.exec(message) ?? [];
    return [
      ...(replaced === undefined ? [] : [refused(replaced, "replace", true)]),
      ...(cause === undefined ? [] : [refused(cause, "replace", false)]),
      ...(deleted === undefined ? [] : [refused(deleted, "delete", true)]),
    ];
  });
  const [other] = found.length > 0 ? [] : errors;
  if (other === undefined) return found;
  throw new StepError(`the preview failed: ${other.message.replace(/^error: /, "").trim()}`, {
    fix: "mend that and run the preview again; its document tells nothing of what comes after the failure",
  });
}
