/** What went wrong, in one line, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix?: string;
}

/** What `spark-submit` printed, and what it means. The first that matches counts; `$1` is the pattern's first group. */
const known: readonly (readonly [pattern: RegExp, message: string, fix?: string])[] = [
  [
    /exceeded quota: (.+?)(?:\. Received status|, metadata=|$)/m,
    "The namespace's quota has no room for the driver: $1",
    "wait for other jobs to end, or ask for less: --conf spark.driver.memory=…, or raise spark.quota in the stack file",
  ],
  [
    /NoSuchBucket|UnknownStoreException|PUT .*Status Code: 404|[Bb]ucket (\S+ )?does not exist/m,
    "The bucket for uploads does not exist",
    "bring the platform up again (`npm start` or `pulumi up`), or mend objectStore.buckets.uploads of the stack file",
  ],
  [
    /InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|AWS_ACCESS_KEY_ID.*not set|No AWS Credentials|Status Code: 403/m,
    "The object store refuses the submitter's keys",
    "bring the platform up again: it makes the store's users anew",
  ],
  [
    /Unable to execute HTTP request: (?:Connect to )?(\S+ ?(?:\[[^\]]*\])?)/m,
    "The object store can't be reached: $1",
    "check objectStore.externalEndpoint of the stack file, and that the store runs",
  ],
  [
    /(?:Unauthorized|code=401)/m,
    "The API server refuses the submitter's login: it has expired or was revoked",
    "submit again: a new one is made each time",
  ],
  [/message=([^\n]*? is forbidden: [^\n]*?)(?:, metadata=|$)/m, "The API server refuses: $1"],
  [
    /UnknownHostException: ([^\s:]+)/m,
    "The host $1 has no address here",
    "check cluster and objectStore.externalEndpoint of the stack file",
  ],
  [
    /Failed to connect to \/?(\S+)|Connection refused/m,
    "The API server can't be reached: $1",
    "check that the cluster runs",
  ],
  [/Exception in thread "main" (.+)/m, "spark-submit failed: $1"],
];

/** The reason for which a submission failed, from what `spark-submit` printed; nothing where it isn't recognised. */
export function explainRefusal(output: string): Refusal | undefined {
  for (const [pattern, message, fix] of known) {
    const match = pattern.exec(output);
    if (match) return { message: message.replace("$1", match[1]?.trim() ?? "").replace(/[: ]+$/, ""), fix };
  }
  return undefined;
}

/** The reason for which a call of the API server failed. */
export function explainApiFailure(error: unknown, server: string): Refusal | undefined {
  const { code, cause, message } = error as { code?: unknown; cause?: { code?: unknown }; message?: string };
  if (code === 401) return { message: `The API server at ${server} refuses the login: it has expired or was revoked` };
  if (code === 403) {
    const said = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec((message ?? "").replaceAll('\\"', '"'))?.[1];
    return { message: `The API server at ${server} refuses: ${said ?? "this login may not do that"}` };
  }
  const network = [cause?.code, code].find((value) => typeof value === "string") ?? "";
  if (
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ECONNRESET)$/.test(network) ||
    /aborted|timed? ?out/i.test(message ?? "")
  ) {
    return {
      message: `The API server at ${server} can't be reached${network === "" ? "" : ` (${network})`}`,
      fix: "check that the cluster runs (`npm start`) and that this machine has a way to it",
    };
  }
  if (/CERT|certificate/i.test(`${network} ${message ?? ""}`)) {
    return {
      message: `The certificate of the API server at ${server} isn't signed by the authority in the kubeconfig: ${message ?? network}`,
    };
  }
  return undefined;
}
