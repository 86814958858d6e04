import type { Allowed } from "./login";
import { jupyterPort } from "./settings";

/** The port of the proxy. */
export const proxyPort = 4180;

/** The files that the proxy reads, by name in one folder. */
export const proxyFiles = {
  configuration: "oauth2-proxy.cfg",
  emails: "emails",
  certificates: "issuer.pem",
  clientSecret: "client-secret",
  cookieSecret: "cookie-secret",
} as const;

/** Everything that the proxy's configuration follows from, in plain values; no secret. */
export interface ProxySource {
  /** The notebook's name. */
  readonly notebook: string;
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly allowed: Allowed;
  readonly groupsClaim: string;
  readonly emailClaim: string;
  /** How long a login lasts, in seconds. */
  readonly durationSeconds: number;
  /** The notebook's address in the browser, without a slash at the end. */
  readonly pageUrl: string;
  /** The path of the page, with a slash at both ends. */
  readonly basePath: string;
  /** Whether the issuer's certificate is signed by authorities of the site. */
  readonly ownCertificates: boolean;
  /** The folders of the files: those that may be read by everybody, and the secrets. */
  readonly folder: string;
  readonly secretsFolder: string;
}

type Value = string | boolean | readonly string[];

/** The text of the proxy's configuration file (TOML), keys sorted. */
export function proxyConfiguration(source: ProxySource): string {
  const settings = { ...loginSettings(source), ...cookieSettings(source), ...serverSettings(source) };
  return Object.entries<Value>(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join("");
}

/** The addresses of those who are let in by address, as the file that the proxy reads: one a line. */
export function emailsText(allowed: Allowed): string | undefined {
  return "emails" in allowed
    ? [...allowed.emails]
        .sort()
        .map((email) => `${email}\n`)
        .join("")
    : undefined;
}

function loginSettings(source: ProxySource): Record<string, Value> {
  const { allowed, folder, secretsFolder } = source;
  return {
    provider: "oidc",
    oidc_issuer_url: source.issuerUrl,
    oidc_groups_claim: source.groupsClaim,
    oidc_email_claim: source.emailClaim,
    client_id: source.clientId,
    client_secret_file: `${secretsFolder}/${proxyFiles.clientSecret}`,
    code_challenge_method: "S256",
    redirect_url: `${source.pageUrl}${source.basePath}oauth2/callback`,
    // Somebody is let in by address or by group, never by both lists at once: the proxy would ask for both.
    ...("emails" in allowed
      ? { authenticated_emails_file: `${folder}/${proxyFiles.emails}` }
      : { email_domains: ["*"], allowed_groups: [...allowed.groups].sort() }),
    ...(source.ownCertificates
      ? { provider_ca_files: [`${folder}/${proxyFiles.certificates}`], use_system_trust_store: true }
      : {}),
    skip_provider_button: true,
    // A page that was left open learns that its login is over, instead of being sent to another site by a script.
    api_routes: [`^${source.basePath}(api|lab/api)/`],
  };
}

function cookieSettings({ notebook, durationSeconds, secretsFolder }: ProxySource): Record<string, Value> {
  return {
    // With this prefix browsers take the cookie from this very host only, never from another notebook's beside it.
    cookie_name: `__Host-hamilton-${notebook}`,
    cookie_secret_file: `${secretsFolder}/${proxyFiles.cookieSecret}`,
    cookie_secure: true,
    cookie_httponly: true,
    cookie_samesite: "lax",
    cookie_expire: `${durationSeconds}s`,
    // Who it is and until when, without the service's own tokens, which nobody behind the proxy needs.
    session_cookie_minimal: true,
  };
}

function serverSettings({ basePath }: ProxySource): Record<string, Value> {
  return {
    http_address: `:${proxyPort}`,
    proxy_prefix: `${basePath}oauth2`,
    upstreams: [`http://127.0.0.1:${jupyterPort}/`],
    // Until the server begins to answer: a large file is first read, a kernel first started.
    upstream_timeout: "5m",
    // Jupyter compares the page's host with the one that scripts come from.
    pass_host_header: true,
    pass_basic_auth: false,
    pass_user_headers: false,
    // Headers of the request are nobody's word for where it comes from.
    reverse_proxy: false,
    silence_ping_logging: true,
  };
}
