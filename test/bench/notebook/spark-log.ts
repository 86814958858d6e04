/** When a driver asked the cluster for executors and when they came, in milliseconds since 1970, by the driver's own log. */
export interface ExecutorEntries {
  readonly askedFor: readonly number[];
  readonly registered: readonly number[];
}

/** A line of `images/jupyter/etc/hamilton/log4j2.properties`, which gives milliseconds. */
const entry = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)) [A-Z]+ ([\w$]+): (.*)$/;

/** What the log of a kernel's Spark says of its executors. */
export function executorEntries(log: string): ExecutorEntries {
  const entries = log.split("\n").flatMap((line) => {
    const [, time, logger, text = ""] = entry.exec(line) ?? [];
    return time === undefined ? [] : [{ time: Date.parse(time), logger, text }];
  });
  const timesOf = (pattern: RegExp) => entries.filter(({ text }) => pattern.test(text)).map(({ time }) => time);
  return {
    askedFor: timesOf(/^Going to request \d+ executors from Kubernetes\b/),
    registered: timesOf(/^Registered executor\b/),
  };
}
