/** What a check of the preflight comes to. */
export type Verdict = "ok" | "warn" | "fail" | "not checked";

/** One line of the preflight's table. */
export interface Row {
  /** What was looked at: `StorageClass fast-ssd`. */
  readonly check: string;
  /** What was found there. */
  readonly found: string;
  readonly verdict: Verdict;
  /** What to do about it; only beside a verdict other than `ok`. */
  readonly fix?: string;
}

export const ok = (check: string, found: string): Row => ({ check, found, verdict: "ok" });

/** `pulumi up` would work, and something about it should be known. */
export const warn = (check: string, found: string, fix: string): Row => ({ check, found, verdict: "warn", fix });

/** `pulumi up`, or the first job after it, would fail. */
export const fail = (check: string, found: string, fix: string): Row => ({ check, found, verdict: "fail", fix });

/** Nobody knows: the reason stands under what was found. */
export const notChecked = (check: string, reason: string, fix?: string): Row => ({
  check,
  found: reason,
  verdict: "not checked",
  ...(fix === undefined ? {} : { fix }),
});
