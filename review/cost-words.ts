import type { Manifest } from "../kubernetes/manifest";
import { costOf, type Ceiling, type Cost } from "./cost";

/** One figure of an environment's cost, before and after a change, in the units that people read. */
export interface CostFigure {
  /** "CPU", "memory", "storage", "CPU of Spark at most". */
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Whether every environment has it: the rest is told of where it changes. */
  readonly always: boolean;
}

/**
 * What a change does to the cost of an environment: requested CPU, memory and storage always, what each node, Jobs and
 * the quotas add where it changes.
 */
export function costFigures(before: readonly Manifest[], after: readonly Manifest[]): readonly CostFigure[] {
  const [was, becomes] = [costOf(before), costOf(after)];
  const always = [
    figure("CPU", was.cpu, becomes.cpu, cpuText),
    figure("memory", was.memory, becomes.memory, bytesText),
    figure("storage", was.storage, becomes.storage, bytesText),
  ];
  return [
    ...always.map((one) => ({ ...one, always: true })),
    ...besides(was, becomes).filter((one) => one.before !== one.after),
  ];
}

/** A figure in one piece: "CPU 1 → 4", or "CPU 1" where it stays. */
export function figureText({ name, before, after }: CostFigure): string {
  return before === after ? `${name} ${after}` : `${name} ${before} → ${after}`;
}

function besides(was: Cost, becomes: Cost): readonly CostFigure[] {
  return [
    figure("CPU on every node", was.perNode.cpu, becomes.perNode.cpu, cpuText),
    figure("memory on every node", was.perNode.memory, becomes.perNode.memory, bytesText),
    figure("CPU while Jobs run", was.jobs.cpu, becomes.jobs.cpu, cpuText),
    figure("memory while Jobs run", was.jobs.memory, becomes.jobs.memory, bytesText),
    ...ceilingFigures(was.ceilings, becomes.ceilings),
  ];
}

function ceilingFigures(was: readonly Ceiling[], becomes: readonly Ceiling[]): readonly CostFigure[] {
  const namespaces = [...new Set([...was, ...becomes].map(({ namespace }) => namespace))];
  return namespaces.flatMap((namespace) => {
    const [old, now] = [was, becomes].map((ceilings) => ceilings.find((one) => one.namespace === namespace));
    const whose = (now ?? old)?.spark === true ? "Spark" : namespace;
    return [
      figure(`CPU of ${whose} at most`, old?.cpu, now?.cpu, cpuText),
      figure(`memory of ${whose} at most`, old?.memory, now?.memory, bytesText),
      figure(`storage of ${whose} at most`, old?.storage, now?.storage, bytesText),
      figure(`pods of ${whose} at most`, old?.pods, now?.pods, String),
    ];
  });
}

function figure(
  name: string,
  before: number | undefined,
  after: number | undefined,
  text: (value: number) => string,
): CostFigure {
  const shown = (value: number | undefined) => (value === undefined ? "no quota" : text(value));
  return { name, before: shown(before), after: shown(after), always: false };
}

/** CPUs to the thousandth: "0.35", "12". */
function cpuText(cpus: number): string {
  return String(Math.round(cpus * 1000) / 1000);
}

/** Bytes in the largest unit of 1024 that they fill, to the tenth: "512Mi", "22.4Gi". */
function bytesText(bytes: number): string {
  const units = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Math.round((bytes / 1024 ** power) * 10) / 10}${units[power] ?? ""}`;
}
