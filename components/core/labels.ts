/** What the labels of an object say about it. */
export interface LabelSource {
  /** The application: `minio`, `spark`. */
  readonly name: string;
  /** Which one of several, unique in its namespace; usually the component's own name. */
  readonly instance: string;
  /** The part it plays: `driver`, `server`, `bucket-setup`. */
  readonly component?: string;
  /** The application's version. Never part of a selector. */
  readonly version?: string;
}

/** The whole that every object of this platform is part of; the value of `app.kubernetes.io/part-of`. */
export const platformName = "hamilton";

/** The recommended labels of Kubernetes for one object, for its metadata and for the pods it makes. */
export function labelsOf(source: LabelSource): Record<string, string> {
  return {
    ...selectorLabels(source),
    ...(source.component === undefined ? {} : { "app.kubernetes.io/component": source.component }),
    ...(source.version === undefined ? {} : { "app.kubernetes.io/version": source.version }),
    "app.kubernetes.io/part-of": platformName,
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** The two labels that never change over an object's life; the only ones that selectors may use. */
export function selectorLabels(source: Pick<LabelSource, "name" | "instance">): Record<string, string> {
  return { "app.kubernetes.io/name": source.name, "app.kubernetes.io/instance": source.instance };
}

/** The label by which Kubernetes itself marks each namespace with its name; what NetworkPolicies select namespaces by. */
export const namespaceNameLabel = "kubernetes.io/metadata.name";
