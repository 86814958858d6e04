/** What a failed build said, and what its reader should do about it. The first pattern that any line matches counts. */
const knownFailures: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    "free at least 12 GB on the disk that holds the cache, or set HAMILTON_CACHE to a folder on a larger one, and start again: finished steps are kept",
  ],
  [
    /certificate verify failed|self-signed certificate|unable to get local issuer|PKIX path building failed|certificate .*not trusted/i,
    "put your site's certificate authority into the host's bundle (update-ca-certificates), or point SSL_CERT_FILE at a PEM file that has it",
  ],
  [
    /do not match the hashes|FAILED$|checksum did NOT match|hash sum mismatch/i,
    "a download is not the pinned file: a mirror or proxy changed it. Check PIP_INDEX_URL, HAMILTON_MAVEN_MIRROR and HAMILTON_APT_MIRROR, and start again",
  ],
  [
    /temporary failure resolving|could not resolve|no such host|name or service not known|network is unreachable|connection (refused|timed out|reset)|could not connect|failed to establish a new connection|UnknownHost/i,
    "check that the package registries can be reached, or name your site's mirrors: HAMILTON_APT_MIRROR, PIP_INDEX_URL, HAMILTON_MAVEN_MIRROR",
  ],
  [
    /UNRESOLVED DEPENDENCIES|No matching distribution found|unable to locate package|Failed getting release file/i,
    "the registry in use doesn't hold that version: check HAMILTON_APT_MIRROR, PIP_INDEX_URL and HAMILTON_MAVEN_MIRROR",
  ],
  [
    /requirements\.txt has another|goes with another/i,
    "images/requirements.txt and images/jars.lock must hold the versions of infra/versions.ts: bring them in step",
  ],
  [
    /operation not permitted|must be (run as )?root|permission denied/i,
    "building images needs root on this host; a container without CAP_SYS_ADMIN can't do it",
  ],
];

/** What to do about a failed image build, from what it said; a general line where nothing is recognised. */
export function fixForBuildFailure(lines: readonly string[]): string {
  const known = knownFailures.find(([pattern]) => lines.some((line) => pattern.test(line)));
  return known?.[1] ?? "mend what the lines above name and start again: finished steps are kept";
}

/** Lines of a build worth showing as progress: its steps, shortened; nothing for the rest. */
export function buildProgress(line: string): string | undefined {
  const step = /^(?:\[\d+\/\d+\] )?STEP (\d+\/\d+): (.*)$/.exec(line.trim());
  if (step === null) return undefined;
  const what = (step[2] ?? "").replace(/--mount=\S+\s*/g, "").replace(/\s+/g, " ");
  return `step ${step[1]}: ${what.length > 90 ? `${what.slice(0, 89)}…` : what}`;
}
