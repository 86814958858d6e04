import type { Manifest } from "../kubernetes/manifest";
import type { SecretTexts } from "./environments";

/** A text that stands for a secret: where its value comes from is in the text. */
export const referenceTexts: SecretTexts = {
  stack: (name) => `\${hamilton:secrets.${name}}`,
  generated: (name) => `\${generated:${name}}`,
};

/** Other texts for the same secrets: what differs between two renderings depends on a secret's value. */
export const otherTexts: SecretTexts = {
  stack: (name) => `other-value-of-${name}`,
  generated: (name) => `other-password-of-${name}`,
};

/** What is derived from the value of a secret and stands where no reference can. */
export class DerivedFromSecret extends Error {
  constructor(
    /** The object: `ConfigMap spark/spark-settings`. */
    readonly object: string,
    /** The field: `data["a.conf"]`. */
    readonly path: string,
  ) {
    super(`${object}: ${path} is derived from the value of a secret, so that no reference can stand for it`);
    this.name = "DerivedFromSecret";
  }
}

const pattern = /\$\{(hamilton:secrets|generated)[.:]([^}]+)\}/g;

/** The references in a text, each once, in the order of the text. */
export function referencesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([reference]) => reference))];
}

/** `text` with every reference replaced by the other text for the same secret. */
function withOtherTexts(text: string): string {
  return text.replace(pattern, (_, origin: string, name: string) =>
    origin === "generated" ? otherTexts.generated(name) : otherTexts.stack(name),
  );
}

/** A Kubernetes object without what is derived from secrets. */
export interface Independent {
  readonly manifest: Manifest;
  /** The annotations that were left out: `spec.template.metadata.annotations["checksum/config"]`. */
  readonly dropped: readonly string[];
}

/**
 * An object without the annotations that depend on the value of a secret, such as checksums of it. They can't be known
 * where the value isn't.
 *
 * @param other the same object rendered with other secrets
 * @throws DerivedFromSecret where anything else depends on one
 */
export function withoutDerivedAnnotations(object: string, manifest: Manifest, other: Manifest): Independent {
  const dropped: string[] = [];
  const compare = (value: unknown, counterpart: unknown, path: string, inAnnotations: boolean): unknown => {
    if (typeof value !== "object" || value === null) {
      if (value === counterpart) return value;
      if (!inAnnotations) throw new DerivedFromSecret(object, path);
      dropped.push(path);
      return undefined;
    }
    if (Array.isArray(value)) {
      const counterparts = Array.isArray(counterpart) ? counterpart : [];
      if (counterparts.length !== value.length) throw new DerivedFromSecret(object, path);
      return value.map((part, index) => compare(part, counterparts[index], `${path}[${index}]`, false));
    }
    const counterparts = (counterpart ?? {}) as Readonly<Record<string, unknown>>;
    if (Object.keys(value).join("\n") !== Object.keys(counterparts).join("\n"))
      throw new DerivedFromSecret(object, path);
    const entries = Object.entries(value).map(([key, part]) => {
      const step = /^[A-Za-z]\w*$/.test(key) ? `${path === "" ? "" : "."}${key}` : `["${key}"]`;
      return [key, compare(part, counterparts[key], `${path}${step}`, path.endsWith("metadata.annotations"))] as const;
    });
    return Object.fromEntries(entries.filter(([, part]) => part !== undefined));
  };
  return { manifest: compare(manifest, other, "", false) as Manifest, dropped };
}

type Texts = Readonly<Record<string, string>>;

/**
 * The texts of a Secret by key, with references for values: `data` decoded, and the logins of a registry without the
 * `auth` that repeats user and password in base64, which Kubernetes doesn't need beside them.
 *
 * @param other the same Secret rendered with other secrets
 * @throws DerivedFromSecret where a text holds a secret in another way than as it is
 */
export function secretTextsOf(object: string, manifest: Manifest, other: Manifest): Texts {
  const counterparts = textsOf(other);
  return Object.fromEntries(
    Object.entries(textsOf(manifest)).map(([key, text]) => {
      const counterpart = counterparts[key] ?? "";
      const found = [text, withoutAuth(text)].find(
        (each, index) => withOtherTexts(each) === (index === 0 ? counterpart : withoutAuth(counterpart)),
      );
      if (found === undefined) throw new DerivedFromSecret(object, `stringData["${key}"]`);
      return [key, found] as const;
    }),
  );
}

function textsOf({ data, stringData }: Manifest): Texts {
  const decoded = Object.entries((data ?? {}) as Texts).map(
    ([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")] as const,
  );
  return { ...Object.fromEntries(decoded), ...((stringData ?? {}) as Texts) };
}

interface RegistryLogin {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
}

/** A registry's logins as JSON without each `auth` that is made of the user and password beside it; other texts as they are. */
function withoutAuth(text: string): string {
  const logins = registryLogins(text);
  if (logins === undefined) return text;
  const auths = Object.entries(logins.auths).map(([host, { auth, ...rest }]) => {
    const repeated = Buffer.from(`${rest.username ?? ""}:${rest.password ?? ""}`).toString("base64");
    return [host, auth === undefined || auth === repeated ? rest : { ...rest, auth }];
  });
  return JSON.stringify({ ...logins, auths: Object.fromEntries(auths) as unknown });
}

function registryLogins(text: string): { readonly auths: Readonly<Record<string, RegistryLogin>> } | undefined {
  try {
    const parsed = JSON.parse(text) as { auths?: Readonly<Record<string, RegistryLogin>> } | null;
    return parsed?.auths === undefined ? undefined : { ...parsed, auths: parsed.auths };
  } catch {
    return undefined;
  }
}
