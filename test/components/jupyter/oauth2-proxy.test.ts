import { describe, expect, it } from "vitest";
import { emailsText, proxyConfiguration, type ProxySource } from "../../../components/jupyter/oauth2-proxy";

const source: ProxySource = {
  notebook: "harp",
  issuerUrl: "https://login.example.com/realms/harp",
  clientId: 'hamilton "harp"',
  allowed: { groups: ["b", "a"] },
  groupsClaim: "groups",
  emailClaim: "email",
  durationSeconds: 43200,
  pageUrl: "https://notebook-harp.example.com",
  basePath: "/",
  ownCertificates: false,
  folder: "/etc/login",
  secretsFolder: "/etc/secrets",
};
const lines = (changes: Partial<ProxySource> = {}) =>
  proxyConfiguration({ ...source, ...changes })
    .trimEnd()
    .split("\n");
const keys = (changes?: Partial<ProxySource>) => lines(changes).map((line) => line.split(" = ")[0]);

describe("the proxy's configuration", () => {
  it("is sorted, so that a preview shows no difference that isn't one", () => {
    expect(keys()).toEqual([...keys()].sort());
  });

  it("asks the issuer as the client, and takes people back to the page", () => {
    expect(lines()).toEqual(
      expect.arrayContaining([
        'provider = "oidc"',
        'oidc_issuer_url = "https://login.example.com/realms/harp"',
        String.raw`client_id = "hamilton \"harp\""`,
        'code_challenge_method = "S256"',
        'redirect_url = "https://notebook-harp.example.com/oauth2/callback"',
      ]),
    );
  });

  it("lets in members of the groups, whatever their address", () => {
    expect(lines()).toEqual(expect.arrayContaining(['allowed_groups = ["a","b"]', 'email_domains = ["*"]']));
    expect(keys()).not.toContain("authenticated_emails_file");
  });

  it("lets in by address those of the file alone", () => {
    const allowed = { emails: ["b@example.com", "a@example.com"] };
    expect(lines({ allowed })).toContain('authenticated_emails_file = "/etc/login/emails"');
    expect(keys({ allowed })).not.toContain("email_domains");
    expect(keys({ allowed })).not.toContain("allowed_groups");
    expect(emailsText(allowed)).toBe("a@example.com\nb@example.com\n");
    expect(emailsText({ groups: ["a"] })).toBeUndefined();
  });

  it("names secrets by their files only", () => {
    expect(lines().filter((line) => line.includes("secret"))).toEqual([
      'client_secret_file = "/etc/secrets/client-secret"',
      'cookie_secret_file = "/etc/secrets/cookie-secret"',
    ]);
  });

  it("makes a cookie for this host alone, over https, without the service's tokens", () => {
    expect(lines()).toEqual(
      expect.arrayContaining([
        'cookie_name = "__Host-hamilton-harp"',
        "cookie_secure = true",
        "cookie_httponly = true",
        'cookie_samesite = "lax"',
        'cookie_expire = "43200s"',
        "session_cookie_minimal = true",
      ]),
    );
  });

  it("lets nobody pass without a login, and believes no header about where a request comes from", () => {
    for (const key of keys()) expect(key).not.toMatch(/skip_auth|skip_jwt|trusted|insecure|htpasswd/);
    expect(lines()).toContain("reverse_proxy = false");
  });

  it("answers scripts of a page with 401 once the login is over", () => {
    expect(lines()).toContain('api_routes = ["^/(api|lab/api)/"]');
  });

  it("hands requests to the server on loopback, under the path that it has", () => {
    expect(lines()).toContain('upstreams = ["http://127.0.0.1:8888/"]');
    expect(lines({ basePath: "/harp/" })).toEqual(
      expect.arrayContaining([
        'proxy_prefix = "/harp/oauth2"',
        'redirect_url = "https://notebook-harp.example.com/harp/oauth2/callback"',
        'api_routes = ["^/harp/(api|lab/api)/"]',
      ]),
    );
  });

  it("trusts a site's own authorities beside the public ones, where they are given", () => {
    expect(keys()).not.toContain("provider_ca_files");
    expect(lines({ ownCertificates: true })).toEqual(
      expect.arrayContaining(['provider_ca_files = ["/etc/login/issuer.pem"]', "use_system_trust_store = true"]),
    );
  });
});
