import { median } from "../paired";
import { type Round, type Way, ways } from "./round";
import { type Moments, moments, phasesOf, rowsOf, wholeOf } from "./phases";

/** `median (least–most)` in seconds. */
export function medianAndRange(values: readonly number[]): string {
  const digits = (value: number) => value.toFixed(value < 1 ? 2 : 1);
  return `${digits(median(values))} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;
}

const columns = Object.keys(ways) as Way[];

/** What rounds of notebooks gave, as lines of Markdown below a heading. */
export function notebookLines(rounds: readonly Round[]): string[] {
  const of = (way: Way): readonly Moments[] => rounds.map((round) => round.moments[way]);
  const rows = rowsOf(columns.flatMap(of));
  const cell = (way: Way, row: (typeof rows)[number]) => {
    const values = of(way).flatMap((times) => phasesOf(times)[row] ?? []);
    return values.length === 0 ? "" : medianAndRange(values);
  };
  const floors: Readonly<Record<Way, "first" | "second">> = {
    cold: "first",
    warm: "first",
    second: "second",
    returned: "second",
  };
  const ratio = (way: Way) =>
    median(rounds.map(({ moments: taken, floor }) => wholeOf(taken[way]) / floor[floors[way]])).toFixed(1);
  const floor = (way: Way) => medianAndRange(rounds.map((round) => round.floor[floors[way]]));
  const line = (heading: string, value: (way: Way) => string) => `| ${heading} | ${columns.map(value).join(" | ")} |`;
  const loads = rounds.flatMap(({ load }) => load);
  return [
    `A person's first \`spark.range(10).count()\` in a browser: from the click on the launcher's tile (for a kernel that runs: from the keys that run the line) to the answer on the page, through the ingress over TLS; seconds, median (least–most) of ${rounds.length} rounds, each of which takes the ways in the order of the columns. Against the same line in \`local[1]\` in the same image on this host, from the start of Python, and once more in the same Python. Load of the host: ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}.`,
    "",
    line("spent on", (way) => ways[way]),
    `| ${["", ...columns].map(() => "---").join(" | ")} |`,
    ...rows.map((row) => line(moments[row], (way) => cell(way, row))),
    line("**whole**", (way) => `**${medianAndRange(of(way).map(wholeOf))}**`),
    line("`local[1]`", floor),
    line("**ratio, median**", (way) => `**${ratio(way)}**`),
    "",
    "What is done beside an earlier line counts from that one's end. Times of pods are when a watch told of them.",
  ];
}
