import { existsSync } from "node:fs";

/** What a site sets so that images build behind its mirrors and certificates. All of it comes from the environment. */
export interface SiteOptions {
  /** The image to start from instead of the pinned one: `HAMILTON_BASE_IMAGE`. */
  readonly baseImage?: string;
  /** Base URL of a Debian mirror: `HAMILTON_APT_MIRROR`. */
  readonly aptMirror?: string;
  /** URL of a Python package index: `PIP_INDEX_URL`, pip's own variable. */
  readonly pipIndex?: string;
  /** Base URL of a Maven repository: `HAMILTON_MAVEN_MIRROR`. */
  readonly mavenMirror?: string;
  /** The host's file of certificate authorities; mounted for the downloads of a build, never part of an image. */
  readonly caBundle?: string;
}

/** Where the families of Linux keep the bundle of certificate authorities. */
const caBundlePaths = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
];

/**
 * The site options that an environment holds.
 *
 * @param exists tells whether a file is there; for tests
 */
export function siteOptions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  exists: (path: string) => boolean = existsSync,
): SiteOptions {
  const given = (name: string) => environment[name] || undefined;
  const caBundle = [given("SSL_CERT_FILE"), ...caBundlePaths].find((path) => path !== undefined && exists(path));
  return {
    baseImage: given("HAMILTON_BASE_IMAGE"),
    aptMirror: given("HAMILTON_APT_MIRROR"),
    pipIndex: given("PIP_INDEX_URL"),
    mavenMirror: given("HAMILTON_MAVEN_MIRROR"),
    caBundle,
  };
}
