import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { namespaceRole, pageName } from "../../../components/jupyter/settings";
import { keyPairFilesIn } from "../../../local/certificates/key-pairs";
import { pageAuthority, pageCertificateFolder } from "../../../local/ingress/certificate";
import { localPages } from "../../../local/ingress/pages";
import { stackOutputs } from "../../../local/stack/engine";
import { readStartRecord } from "../../../local/stack/record";
import { makeScratch } from "../../cluster/workloads/notebook/in-image";
import { TestBrowser } from "../../e2e/support/browser";
import { ExecutorPods } from "./executor-pods";
import { measureFloor } from "./floor";
import { NotebookTab } from "./notebook-tab";
import { earliest, latest, type Moments, since, within } from "./phases";
import { type Round, ways } from "./round";
import { ServerPod } from "./server-pod";
import { applications } from "./spark-pages";
import { executorEntries } from "./spark-log";

/** The notebook of the embedded cluster that is measured. */
const notebook = "harp";

/** Measures a round of first and later answers in a browser, and the same line in `local[1]` on this host. */
export async function measureRound(report: (line: string) => void): Promise<Round> {
  const { engine } = readStartRecord();
  const outputs = (await stackOutputs(engine)) as Record<string, Record<string, string>>;
  const page = outputs.pages?.[pageName(notebook)] ?? "";
  const token = outputs.notebookTokens?.[notebook] ?? "";
  const namespace = outputs.namespaces?.[namespaceRole(notebook)] ?? "";
  const config = new KubeConfig();
  config.loadFromFile(engine.kubeconfig);
  const pod = new ServerPod(config, namespace, `${notebook}-0`);
  const load = loadavg()[0] ?? 0;

  report("restarting the notebook's pod");
  await pod.restart();
  const executors = await ExecutorPods.follow(config, namespace);
  const browser = await startBrowser();
  const open = () => NotebookTab.open(browser.context, page, token);
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

    const other = await open();
    report(ways.warm);
    const warm = await completed(other, await other.firstCount(), true);
    await other.close();

    report("waiting until executors are given back");
    for (const until = Date.now() + 180_000; executors.count > 0; await sleep(1000))
      if (Date.now() > until) throw new Error("executors are still there 3 minutes after their last work");
    report(ways.returned);
    const returned = await completed(kept, await kept.count(), true);
    await kept.close();

    report("the same line in local[1]");
    const floor = await measureFloor(makeScratch());
    return { moments: { cold, second, warm, returned }, floor, load: [load, loadavg()[0] ?? 0] };
  } finally {
    executors.stop();
    await browser.stop();
  }
}

async function startBrowser(): Promise<TestBrowser> {
  const pages = localPages();
  if (pages === undefined) throw new Error("the embedded cluster has no pages");
  const authority = keyPairFilesIn(pageCertificateFolder(), pageAuthority(pages)).certificate;
  return TestBrowser.start({
    certificateAuthority: readFileSync(authority, "utf8"),
    hosts: { [`*.${pages.domain}`]: "127.0.0.1" },
  });
}
