import { Document, isScalar, visit } from "yaml";
import type { Manifest } from "../kubernetes/manifest";
import { describeManifest } from "../kubernetes/manifest";
import type { GitOpsSet, NeededSecret } from "./gitops";

/** Texts by path within a folder, sorted by path. */
export type Files = ReadonlyMap<string, string>;

/** The folder of the Secrets' manifests, which no tool applies as they are. */
export const secretsFolder = "secrets";

/**
 * A value as a YAML document, keys sorted unless told otherwise. Kubernetes' tools read YAML 1.1, where a plain `off` or `12:30` is no text: all
 * that either version takes for something else is quoted.
 */
export function yamlDocument(value: unknown, sortMapEntries = true): string {
  const document = new Document(value, { version: "1.1", sortMapEntries, aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      // Octal numbers of YAML 1.2, and the merge and value keys of 1.1.
      if (isScalar(node) && typeof node.value === "string" && /^([-+]?0o[0-7]+|=|<<)$/.test(node.value))
        node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0, directives: false });
}

/**
 * The file of an object: `spark/configmap-spark-settings.yaml`, `cluster/namespace-spark.yaml`, all lower case; a
 * character that file names don't carry everywhere, such as the colon of a role's name, becomes a hyphen.
 */
export function manifestPath({ kind, metadata }: Manifest): string {
  const folder = metadata.namespace ?? "cluster";
  return `${folder}/${`${kind}-${metadata.name}`.toLowerCase().replace(/[^a-z0-9.-]/g, "-")}.yaml`;
}

/** The command that writes an environment's folder anew, for headers. */
function command(environment: string): string {
  return `npm run --silent render -- ${environment}`;
}

/**
 * The folder of a set: a file for each object, `kustomization.yaml` that lists them, and the Secrets with references for
 * values under `secrets/`, which it doesn't list, with `secrets/index.yaml` of who needs what.
 *
 * @throws Error where two objects would share a file
 */
export function gitOpsFiles(set: GitOpsSet): Files {
  const files = new Map<string, string>();
  const put = (path: string, text: string) => {
    if (files.has(path)) throw new Error(`two objects would share the file ${path}`);
    files.set(path, text);
  };
  for (const object of set.objects) put(manifestPath(object), yamlDocument(object));
  const resources = [...files.keys()].sort();
  put("kustomization.yaml", kustomization(set, resources));
  for (const secret of set.secrets) put(`${secretsFolder}/${manifestPath(secret.manifest)}`, secretText(secret));
  put(`${secretsFolder}/index.yaml`, secretsIndex(set));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A set without its Secrets as one YAML stream. */
export function gitOpsStream(set: GitOpsSet): string {
  const names = set.secrets.map(({ manifest }) => describeManifest(manifest));
  const header = [
    `Environment ${set.environment} of Hamilton as plain manifests, written by: ${command(set.environment)}`,
    "Secrets are not in it: with --out FOLDER they are written apart, with references for values.",
    `It needs: ${names.join(", ") || "none"}`,
  ];
  return [...comment(header), ...set.objects.map((object) => `---\n${yamlDocument(object)}`)].join("");
}

function kustomization(set: GitOpsSet, resources: readonly string[]): string {
  const header = [
    `Environment ${set.environment} of Hamilton as plain manifests. Don't edit: change Pulumi.${set.environment}.yaml or the`,
    `program, then write this folder anew: ${command(set.environment)} --out FOLDER --force`,
    "",
    "Secrets are not listed. secrets/ has each with references for values: fill them with your own tool and apply them",
    "with the rest. secrets/index.yaml tells where each value comes from and who needs it.",
    ...set.dropped.map(
      ({ object, path }) =>
        `Left out, as it is made of a secret's value: ${object} ${path}. Restart its pods when that Secret changes.`,
    ),
  ];
  return [
    ...comment(header),
    yamlDocument({
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources,
      // Namespaces come first in what `kubectl apply -k` sends, then what others name, then those that name it.
      sortOptions: { order: "legacy" },
    }),
  ].join("");
}

function secretText({ manifest, neededBy }: NeededSecret): string {
  const header = [
    "References for values, not for applying as it is: see secrets/index.yaml.",
    `Needed by: ${neededBy.join(", ") || "submitters outside the cluster, or nobody yet"}`,
  ];
  return [...comment(header), yamlDocument(manifest)].join("");
}

function secretsIndex({ environment, references, secrets }: GitOpsSet): string {
  const header = [
    "Where the value of each reference comes from, and where it goes:",
    "  source stack      a secret of the environment's stack file; `get` prints it to whoever may decrypt it",
    "  source generated  the engine makes it; make one of your own by `rule`, the same wherever the reference stands",
    "  as whole          the text is the value",
    "  as json           the value is a string inside JSON: escape it as one",
    "  as part           the value is a piece of a longer text",
  ];
  const values = references.map((use) => ({
    reference: use.reference,
    ...(use.generated === undefined
      ? { source: "stack", get: `pulumi config get --stack ${environment} --path '${configPath(use.reference)}'` }
      : { source: "generated", rule: use.generated }),
    in: use.in.map(({ secret, key, as }) => ({ secret, key, as })),
  }));
  const needs = secrets.map(({ manifest, neededBy }) => ({
    secret: `${manifest.metadata.namespace ?? ""}/${manifest.metadata.name}`,
    file: manifestPath(manifest),
    neededBy,
  }));
  return [...comment(header), yamlDocument({ values, secrets: needs }, false)].join("");
}

function configPath(reference: string): string {
  return reference.slice(2, -1);
}

function comment(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "#\n" : `# ${line}\n`));
}
