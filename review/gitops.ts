import { describeManifest, type Manifest } from "../kubernetes/manifest";
import { renderEnvironment, type RenderOptions } from "./environments";
import { manifestsOf } from "./manifests";
import { isManifest, unwrapped, type Recording, type Registration } from "./recording";
import { consumersOf } from "./secret-consumers";
import {
  otherTexts,
  referencesIn,
  referenceTexts,
  secretTextsOf,
  withoutDerivedAnnotations,
} from "./secret-references";

/** A Secret that an environment needs, with references for values. */
export interface NeededSecret {
  /** The Secret with its texts in `stringData`. */
  readonly manifest: Manifest;
  /** The objects that need it: `StatefulSet storage/store-minio`. */
  readonly neededBy: readonly string[];
}

/** Where the value of one reference comes from and where it goes. */
export interface ReferenceUse {
  /** As it stands in the Secrets: `${hamilton:secrets.harp-password}`. */
  readonly reference: string;
  /** For a generated password: how the program has it made, `{ length: 40, special: false }`. */
  readonly generated?: Readonly<Record<string, unknown>>;
  readonly in: readonly {
    /** The Secret, `smb/harp-credentials`. */
    readonly secret: string;
    readonly key: string;
    /** `whole`: the text is the value; `json`: a string inside JSON, to be escaped as one; `part`: a piece of a text. */
    readonly as: "whole" | "json" | "part";
  }[];
}

/** What an environment amounts to for tools that apply manifests from a repository. */
export interface GitOpsSet {
  readonly environment: string;
  /** Every object but Secrets, in the order of {@link manifestsOf}. */
  readonly objects: readonly Manifest[];
  /** The Secrets that the objects need. */
  readonly secrets: readonly NeededSecret[];
  readonly references: readonly ReferenceUse[];
  /** Annotations left out because they are made of a secret's value: the object and the path. */
  readonly dropped: readonly { readonly object: string; readonly path: string }[];
}

/** What keeps an object when it leaves the repository: Argo CD's word and Flux's. */
export const keepAnnotations: Readonly<Record<string, string>> = {
  "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
  "kustomize.toolkit.fluxcd.io/prune": "disabled",
};

/**
 * Renders an environment for GitOps, offline. It is rendered twice, with references and with other texts for the
 * secrets, so that nothing that depends on a secret's value goes unnoticed. Objects that the engine protects or retains
 * get the annotations by which the GitOps tools keep them; Pulumi's own annotations go.
 *
 * @throws StepError if there is no such environment, ConfigError with every fault of its stack file,
 *   DerivedFromSecret where a field other than an annotation is made of a secret's value
 */
export async function gitOpsSet(environment: string, options: Pick<RenderOptions, "folder"> = {}): Promise<GitOpsSet> {
  const run = await renderEnvironment(environment, { ...options, secretTexts: referenceTexts });
  const other = await renderEnvironment(environment, { ...options, secretTexts: otherTexts });
  return gitOpsSetOf(environment, run, other);
}

/** The pure part of {@link gitOpsSet}: `run` was recorded with `referenceTexts`, `other` with `otherTexts`. */
export function gitOpsSetOf(environment: string, run: Recording, other: Recording): GitOpsSet {
  const others = new Map(manifestsOf(other).map((manifest) => [describeManifest(manifest), manifest]));
  const kept = keptObjects(run);
  const objects: Manifest[] = [];
  const secrets: Manifest[] = [];
  const dropped: { object: string; path: string }[] = [];
  for (const manifest of manifestsOf(run)) {
    const name = describeManifest(manifest);
    const counterpart = others.get(name);
    if (counterpart === undefined) throw new Error(`the name of ${name} is made of a secret's value`);
    if (manifest.kind === "Secret") {
      const rest = without(manifest, "data", "stringData");
      const stringData = secretTextsOf(name, manifest, counterpart);
      secrets.push(withoutPulumiAnnotations({ ...rest, stringData }) as Manifest);
      continue;
    }
    const independent = withoutDerivedAnnotations(name, manifest, counterpart);
    dropped.push(...independent.dropped.map((path) => ({ object: name, path })));
    const plain = withoutPulumiAnnotations(independent.manifest) as Manifest;
    objects.push(kept.has(name) ? withKeepAnnotations(plain) : plain);
  }
  return {
    environment,
    objects,
    secrets: secrets.map((manifest) => ({ manifest, neededBy: consumersOf(manifest, objects) })),
    references: referenceUses(secrets, run),
    dropped,
  };
}

/** Objects that the engine protects or retains, and the namespaces that hold them: with a namespace goes all in it. */
function keptObjects(run: Recording): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const resource of run.resources.filter(isManifest)) {
    if (!resource.protect && !resource.retainOnDelete) continue;
    const { kind, metadata } = unwrapped(resource.inputs) as Manifest;
    if (kind === "Secret") continue;
    kept.add(describeManifest({ apiVersion: "", kind, metadata }));
    if (metadata.namespace !== undefined) kept.add(`Namespace ${metadata.namespace}`);
  }
  return kept;
}

function withKeepAnnotations(manifest: Manifest): Manifest {
  const { annotations = {} } = manifest.metadata as { readonly annotations?: object };
  const metadata = { ...manifest.metadata, annotations: { ...annotations, ...keepAnnotations } };
  return { ...manifest, metadata };
}

/** Without annotations that only Pulumi's provider reads, and without the field where none is left. */
function withoutPulumiAnnotations(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPulumiAnnotations);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]: [string, unknown]) => {
      if (key !== "annotations" || typeof part !== "object" || part === null)
        return [[key, withoutPulumiAnnotations(part)]];
      const left = Object.entries(part).filter(([name]) => !name.startsWith("pulumi.com/"));
      return left.length === 0 ? [] : [[key, Object.fromEntries(left)]];
    }),
  );
}

function referenceUses(secrets: readonly Manifest[], run: Recording): readonly ReferenceUse[] {
  const uses = new Map<string, ReferenceUse["in"][number][]>();
  for (const { metadata, stringData } of secrets)
    for (const [key, text] of Object.entries(stringData as Readonly<Record<string, string>>))
      for (const reference of referencesIn(text)) {
        const as = text === reference ? "whole" : isJson(text) ? "json" : "part";
        const secret = `${metadata.namespace ?? ""}/${metadata.name}`;
        uses.set(reference, [...(uses.get(reference) ?? []), { secret, key, as }]);
      }
  const passwords = new Map(
    run.resources
      .filter(({ type }) => type.startsWith("random:"))
      .map((password) => [referenceTexts.generated(password.name), passwordOptions(password)]),
  );
  return [...uses.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reference, uses]) => {
      const generated = passwords.get(reference);
      return { reference, ...(generated === undefined ? {} : { generated }), in: uses };
    });
}

/** How a password is made, without what only tells the engine when to make another. */
function passwordOptions({ inputs }: Registration): Readonly<Record<string, unknown>> {
  return without(unwrapped(inputs) as Readonly<Record<string, unknown>>, "keepers");
}

function without(value: Readonly<Record<string, unknown>>, ...keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
