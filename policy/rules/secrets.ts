import { hidden, type Rule } from "../rule";
import { amongEntries, credentialsIn, isPasswordKey, isUserKey, weakness } from "./known-credentials";
import { entryTexts, textsOf, variableTexts } from "./texts";

/** Looks into Secrets as well; a fault tells where, never what. */
export const noDefaultCredentials: Rule = {
  name: "no-default-credentials",
  description:
    "No password is empty, widely known or equal to its user, wherever it stands: Secrets, settings, arguments.",
  why: "Known pairs such as minioadmin/minioadmin are the first that are tried on every open port.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    const fix = "set a generated password, such as `openssl rand -base64 24` gives";
    const own = [...entryTexts(resource)];
    const users = own.filter(({ key }) => isUserKey(key)).map(({ text }) => text);
    for (const { field, key, text } of own) {
      const [credential] = amongEntries([[key, text]]);
      if (credential === undefined) continue;
      const why = weakness({ ...credential, user: users.length === 1 ? users[0] : undefined });
      if (why !== undefined) yield { field, value: `${hidden} (${why})`, fix };
    }
    for (const { field, text } of textsOf(resource))
      for (const credential of credentialsIn(text)) {
        const why = weakness(credential);
        if (why !== undefined) yield { field, value: `${hidden} (${why})`, fix };
      }
  },
};

/** A value that everybody who may look at pods can read. */
export const noPlainPasswords: Rule = {
  name: "no-plain-passwords",
  description: "No environment variable of a container and no entry of a ConfigMap spells a password out.",
  why: "Whoever may look at pods or ConfigMaps would read it; a Secret has rights of its own.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    const fix = "put it into a Secret and refer to that by secretKeyRef";
    for (const { field, key, text } of variableTexts(resource))
      if (isPasswordKey(key) && text !== "") yield { field, value: hidden, fix };
    for (const { field, key, text, secret } of entryTexts(resource))
      if (!secret && isPasswordKey(key) && text !== "") yield { field, value: hidden, fix };
  },
};

/** What is marked stands as ciphertext in the state and as `[secret]` in a preview. */
export const secretsMarked: Rule = {
  name: "secrets-marked",
  description: "Every value of a Secret is marked secret.",
  why: "Otherwise it stands in the clear in the state, in previews and in logs.",
  environments: "every",
  sees: "resource",
  needsMarks: true,
  *check({ manifest, marked = [] }) {
    if (manifest?.kind !== "Secret") return;
    for (const field of ["data", "stringData"])
      for (const key of Object.keys((manifest[field] as object | undefined) ?? {}))
        if (!marked.includes(field) && !marked.includes(`${field}.${key}`))
          yield { field: `${field}["${key}"]`, value: hidden, fix: "pass the value through pulumi.secret" };
  },
};
