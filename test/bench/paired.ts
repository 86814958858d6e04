/** Wall-clock times of one command, in seconds, in the order in which they were taken. */
export type Times = readonly number[];

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("the median of no values");
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** What a paired measurement gave: each command's times and the ratio A/B of each pair. */
export interface Paired {
  readonly a: Times;
  readonly b: Times;
  readonly ratios: readonly number[];
}

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

/**
 * Times two commands in turn, A B A B, so that a host whose speed drifts slows both: the ratio of a pair can be trusted
 * where a single time can't.
 */
export async function paired(rounds: number, a: () => Promise<unknown>, b: () => Promise<unknown>): Promise<Paired> {
  await a();
  await b();
  const timesA: number[] = [];
  const timesB: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    timesA.push(await seconds(a));
    timesB.push(await seconds(b));
  }
  return { a: timesA, b: timesB, ratios: timesA.map((time, index) => time / (timesB[index] ?? time)) };
}

/** `min / median / max` with two decimals. */
export function spread(values: readonly number[]): string {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(2)).join(" / ");
}
