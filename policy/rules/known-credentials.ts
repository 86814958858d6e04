/**
 * Passwords that programs ship with, or that examples and guides use, in lower case: each is tried first by whoever
 * scans a network. MinIO, its console and old test clusters, AWS's documentation, PostgreSQL, Airflow, Jupyter and others.
 */
const knownPasswords = new Set([
  ...["minioadmin", "minio123", "minio", "console123", "wjalrxutnfemi/k7mdeng/bpxrficyexamplekey"],
  ...["admin", "admin123", "administrator", "root", "toor", "password", "password1", "passw0rd", "p@ssw0rd", "secret"],
  ...["changeme", "change-me", "changeit", "letmein", "welcome", "default", "guest", "test", "user", "demo", "example"],
  ...[
    "postgres",
    "postgresql",
    "airflow",
    "jupyter",
    "spark",
    "hadoop",
    "sa",
    "mssql",
    "redis",
    "grafana",
    "prom-operator",
  ],
  ...["123456", "12345678", "123456789", "qwerty", "abc123", "hunter2", "hamilton"],
]);

/** A user with a password, as found in a text. */
export interface FoundCredential {
  readonly user?: string;
  readonly password: string;
}

/** Why a password must not be used; nothing if none of this speaks against it. Tells nothing about it but that. */
export function weakness({ user, password }: FoundCredential): string | undefined {
  if (password.trim() === "") return "an empty password";
  if (knownPasswords.has(password.toLowerCase())) return "a password that everybody knows";
  if (user !== undefined && user.toLowerCase() === password.toLowerCase()) return "a password equal to its user";
  return undefined;
}

const passwordKey = /(pass(word|wd|phrase)?|pwd|secret[-_.]?(access[-_.]?)?key|secret|token)$/i;
const userKey = /(user(name)?|access[-_.]?key([-_.]?id)?|login)$/i;

/** Whether a name is one under which a password stands. Names of files, Secrets and lengths are none. */
export function isPasswordKey(key: string): boolean {
  return passwordKey.test(key);
}

/** Whether a name is one under which a user stands. */
export function isUserKey(key: string): boolean {
  return userKey.test(key);
}

/** Credentials inside a text: of URLs with a user, of JSON, of lines `key=value` and `key: value`, and of JDBC URLs. */
export function* credentialsIn(text: string): Iterable<FoundCredential> {
  for (const [, user = "", password = ""] of text.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s/:@"']+):([^\s/@"']*)@/gi))
    yield { user: decoded(user), password: decoded(password) };
  if (/^\s*[[{]/.test(text)) {
    const parsed = json(text);
    if (parsed !== undefined) {
      yield* inValue(parsed);
      return;
    }
  }
  const entries = [...text.matchAll(/(?:^|[\n;?&])\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(["']?)([^\n;&"']*)\2/g)].map(
    ([line = "", key = "", , value = ""]) => ({ line, entry: [key, value.trim()] as const }),
  );
  // In YAML an empty value is the head of what stands below it.
  yield* amongEntries(
    entries.filter(({ line, entry }) => entry[1] !== "" || line.includes("=")).map(({ entry }) => entry),
  );
}

/** The credentials among entries that belong together: each password, with the user if there is exactly one. */
export function* amongEntries(entries: readonly (readonly [string, string])[]): Iterable<FoundCredential> {
  const users = entries.filter(([key]) => isUserKey(key)).map(([, value]) => value);
  for (const [key, password] of entries)
    if (isPasswordKey(key)) yield { user: users.length === 1 ? users[0] : undefined, password };
}

function* inValue(value: unknown): Iterable<FoundCredential> {
  if (typeof value !== "object" || value === null) return;
  const entries = Object.entries(value);
  yield* amongEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  for (const [, part] of entries) yield* inValue(part);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
