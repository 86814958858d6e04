import { Listr, PRESET_TIMER, type ListrTask } from "listr2";
import type { Report } from "./steps";

/** One step of a long command, as the terminal shows it. */
export interface Step<Context> {
  readonly title: string;
  /** Does the step's work; what it reports stands beside the title. Its result is ignored. */
  readonly run: (context: Context, report: Report) => Promise<unknown>;
  /** Tells, from what earlier steps found, that there is nothing to do; the text says why. */
  readonly skip?: (context: Context) => string | false;
}

/** Steps that run one after another, or, in an inner array, beside each other. */
export type Plan<Context> = readonly (Step<Context> | readonly Step<Context>[])[];

/** How long each step took, in milliseconds, by title, in the order in which they ended. */
export type StepTimes = Map<string, number>;

/**
 * Runs a plan and shows each step with its time: as a live list on a terminal, as plain lines elsewhere.
 *
 * @throws what the first failing step threw; steps after it do not start, steps beside it end first
 */
export async function runPlan<Context extends object>(plan: Plan<Context>, context: Context): Promise<StepTimes> {
  const times: StepTimes = new Map();
  const toTask = (step: Step<Context>): ListrTask<Context> => ({
    title: step.title,
    skip: (current: Context) => step.skip?.(current) ?? false,
    task: async (current, task) => {
      const began = Date.now();
      await step.run(current, (line) => {
        task.output = line;
      });
      times.set(step.title, Date.now() - began);
    },
  });
  const tasks = plan.map((entry): ListrTask<Context> => {
    if (!isBranch(entry)) return toTask(entry);
    return {
      title: entry.map((step) => step.title).join(" · "),
      task: (_, task) => task.newListr(entry.map(toTask), { concurrent: true, exitOnError: true }),
    };
  });
  await new Listr<Context, "default", "simple">(tasks, {
    concurrent: false,
    exitOnError: true,
    collectErrors: false,
    rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER },
  }).run(context);
  return times;
}

function isBranch<Context>(entry: Step<Context> | readonly Step<Context>[]): entry is readonly Step<Context>[] {
  return Array.isArray(entry);
}

/** A duration for people: `840 ms`, `12.3 s`, `4 min 05 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
