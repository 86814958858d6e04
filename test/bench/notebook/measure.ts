import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { readStartRecord } from "../../../local/stack/record";
import { TestBrowser } from "../../e2e/support/browser";
import { localNotebook, until } from "../../e2e/support/local-notebook";
import { ExecutorPods } from "./executor-pods";
import { measureFloor } from "./floor";
import { NotebookTab } from "./notebook-tab";
import { earliest, latest, type Moments, since, within } from "./phases";
import { type Round, ways } from "./round";
import { ServerPod } from "./server-pod";
import { applications } from "./spark-pages";
import { executorEntries } from "./spark-log";

/** Measures a round of first and later answers in a browser, and the same line in `local[1]` on this host. */
export async function measureRound(report: (line: string) => void): Promise<Round> {
  const { name, namespace, page, token, authority } = await localNotebook();
  const config = new KubeConfig();
  config.loadFromFile(readStartRecord().engine.kubeconfig);
  const pod = new ServerPod(config, namespace, `${name}-0`);
  const load = loadavg()[0] ?? 0;

  report("restarting the notebook's pod");
  await pod.restart();
  const executors = await ExecutorPods.follow(config, namespace);
  const hosts = { [new URL(page).hostname]: "127.0.0.1" };
  const browser = await TestBrowser.start({ certificateAuthority: authority, hosts });
  const opened: NotebookTab[] = [];
  const open = async () => {
    const tab = await NotebookTab.open(browser.context, page, token);
    opened.push(tab);
    return tab;
  };
  const close = async (tab: NotebookTab) => {
    opened.splice(opened.indexOf(tab), 1);
    await tab.close();
  };
  /** Adds what Spark and Kubernetes tell to what the page showed. */
  const completed = async (tab: NotebookTab, shown: Moments, asksForExecutors: boolean): Promise<Moments> => {
    // Spark's page is a moment behind.
    await sleep(2000);
    const { run = 0, answered = 0 } = shown;
    const log = executorEntries(await pod.sparkLogs());
    const [application] = await applications(tab.get);
    // Adaptive execution runs a job for each stage.
    const jobs = (application?.jobs ?? []).filter(({ submitted }) => submitted >= run && submitted <= answered);
    const found: Moments = {
      contextBegan: application?.began,
      jobSubmitted: earliest(jobs.map(({ submitted }) => submitted)),
      jobCompleted: latest(jobs.map(({ completed }) => completed)),
      ...(asksForExecutors
        ? {
            executorAskedFor: earliest(since(run, log.askedFor)),
            ...executors.firstSince(run),
            executorRegistered: earliest(since(run, log.registered)),
          }
        : {}),
    };
    return { ...shown, ...within(found, run, answered) };
  };
  try {
    const kept = await open();
    report(ways.cold);
    const cold = await completed(kept, await kept.firstCount(), true);
    // Further executors, asked for while the first one started, would disturb.
    await sleep(6000);
    report(ways.second);
    const second = await completed(kept, await kept.count(), false);

    report("waiting until executors are given back");
    const givenBack = () => until("executors are given back", 180, () => Promise.resolve(executors.count === 0));
    await givenBack();
    report(ways.returned);
    const returned = await completed(kept, await kept.count(), true);

    // The quota has room for the executors of one kernel at a time.
    await close(kept);
    await givenBack();
    const other = await open();
    report(ways.warm);
    const warm = await completed(other, await other.firstCount(), true);
    await close(other);
    await givenBack();

    report("the same line in local[1]");
    const floor = await measureFloor();
    return { moments: { cold, second, returned, warm }, floor, load: [load, loadavg()[0] ?? 0] };
  } finally {
    executors.stop();
    // Whatever went wrong, the home is left as it was.
    await Promise.allSettled(opened.map((tab) => tab.close()));
    await browser.stop();
  }
}
