import {
  buildJupyterImage,
  buildProgramImage,
  buildSparkImage,
  prefetch,
  type BuiltImage,
} from "../local/images/build";
import { startCluster, type RunningCluster } from "../local/cluster/cluster";
import { hasImage, importImage } from "../local/cluster/images";
import { cacheDirectory, stateDirectory } from "../local/directories";
import { StepError } from "../console/errors";
import { dropSample } from "./harp-data";
import { hostValues } from "../local/stack/host-values";
import { guardState } from "../local/stack/guard-state";
import { installOfflinePlugins } from "../local/plugins/install";
import { formatDuration, runPlan, type Plan } from "../console/progress";
import { type Engine, prepareStack, stackOutputs, updateStack } from "../local/stack/engine";
import { localNotebooks } from "../local/stack/stack-file";
import { giveSecrets } from "../local/stack/given-secrets";
import { keepStartTimes, writeStartRecord } from "../local/stack/record";
import { ensurePageCertificate, type PageCertificate } from "../local/ingress/certificate";
import { startLoopback } from "../local/ingress/loopback";
import { localPages } from "../local/ingress/pages";
import { startShare } from "../local/share/share";
import { submitSample } from "../local/submit/submit-from-stack";
import { installHostPackages } from "../local/toolchain/install-host-packages";
import { missingHostPackages } from "../local/toolchain/host-packages";
import { resolveToolchain, type Toolchain } from "../local/toolchain/resolve";
import { join } from "node:path";

/** What the person at the terminal asked for. */
export interface StartOptions {
  /** Install missing host packages without a question. */
  readonly assumeYes: boolean;
  /** Run the sample job once the platform is up. */
  readonly runJob: boolean;
  /** Rows of the sample day that is put on the share, unless it holds that day already. */
  readonly rows: number;
}

/** The day whose files the sample job reads. */
export const sampleDate = "2026-01-15";

/** What the steps find out and hand on. */
interface StartContext {
  toolchain?: Toolchain;
  engine?: Engine;
  spark?: BuiltImage;
  jupyter?: BuiltImage;
  minio?: BuiltImage;
  traefik?: BuiltImage;
  cluster?: RunningCluster;
  certificate?: PageCertificate;
  outcome?: string;
}

/**
 * Brings everything up on this host and runs the sample job. Each step finds out first what is there already, so a start
 * that was broken off is taken up where it stopped.
 *
 * @throws StepError of the step that failed
 */
export async function start(options: StartOptions): Promise<void> {
  requireRootOnLinux();
  const missing = missingHostPackages();
  if (missing.length > 0) {
    // Asked before the live list of steps begins: a question can't be answered inside it.
    await installHostPackages(missing, { assumeYes: options.assumeYes }, (line) => console.log(line));
  }
  const context: StartContext = {};
  const began = Date.now();
  const times = await runPlan(plan(options), context);
  const total = Date.now() - began;
  if (options.runJob) keepStartTimes({ total, steps: Object.fromEntries(times) });
  console.log(await summary(context, total));
}

function requireRootOnLinux(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw new StepError("The embedded cluster needs root on Linux", {
    fix: "run it as root on a Linux host, or provision a cluster that exists: npm start -- --context NAME",
  });
}

function plan(options: StartOptions): Plan<StartContext> {
  return [
    [
      { title: "Toolchain", run: async (context, report) => void (context.toolchain = await resolveToolchain(report)) },
      {
        title: "Spark image",
        run: async (context, report) => {
          await prefetch(report);
          context.spark = await buildSparkImage(report);
        },
      },
    ],
    [
      {
        title: "MinIO and Traefik images",
        run: async (context, report) => {
          const { minio, mc, traefik } = tools(context);
          context.minio = await buildProgramImage("minio", { minio, mc }, report);
          context.traefik = await buildProgramImage("traefik", { traefik }, report);
        },
      },
      {
        title: "Jupyter image",
        skip: () => (localNotebooks() === 0 ? "Pulumi.local.yaml has no notebooks" : false),
        run: async (context, report) => void (context.jupyter = await buildJupyterImage(report)),
      },
      {
        title: "Cluster",
        run: async (context, report) => void (context.cluster = await startCluster(tools(context), report)),
      },
    ],
    [
      { title: "Images on the node", run: importImages },
      {
        title: "Windows share",
        run: async (_, report) => {
          await startShare(report);
          await dropSample({ date: sampleDate, rows: options.rows }, report);
        },
      },
    ],
    {
      title: "Platform (pulumi up)",
      run: async (context, report) => {
        const engine = await makeEngine(tools(context), report);
        context.engine = engine;
        // Before the update, so that `npm run kubectl` and `npm run pulumi` can look into one that fails.
        writeStartRecord({ engine, kubectl: [tools(context).kubectl] });
        await prepareStack(engine, hostValues());
        await guardState(engine);
        await preparePages(context, engine, report);
        await updateStack(engine, report);
      },
    },
    {
      title: `Job harp_daily for ${sampleDate}`,
      skip: () => (options.runJob ? false : "not asked for"),
      run: async (context, report) => {
        if (context.engine) context.outcome = await submitSample(context.engine, sampleDate, report);
      },
    },
  ];
}

/** What pages need of this host: a certificate, given to the stack, and ports of the node on its own address. */
async function preparePages(context: StartContext, engine: Engine, report: (line: string) => void): Promise<void> {
  const pages = localPages();
  await startLoopback(pages?.nodePorts ?? [], report);
  if (pages?.secrets === undefined) return;
  context.certificate = await ensurePageCertificate(pages);
  const { certificate, key } = context.certificate;
  await giveSecrets(engine, { [pages.secrets.certificate]: certificate, [pages.secrets.key]: key });
}

function tools(context: StartContext): Toolchain {
  if (!context.toolchain) throw new Error("the toolchain step has not run");
  return context.toolchain;
}

async function importImages(context: StartContext, report: (line: string) => void): Promise<void> {
  for (const image of [context.minio, context.traefik, context.spark, context.jupyter]) {
    if (image && !(await hasImage(image.reference))) await importImage(image.archive, image.reference, report);
  }
}

/** The engine with whichever plugins this host can have; the offline ones are announced, never silent. */
async function makeEngine(toolchain: Toolchain, report: (line: string) => void): Promise<Engine> {
  const { plugins, pulumi, searchPath } = toolchain;
  const path = [...searchPath];
  if (plugins.kind === "offline") {
    report(`using the offline plugins: ${plugins.reason}`);
    path.unshift(await installOfflinePlugins(join(cacheDirectory(), "plugins")));
  }
  return { pulumi, path, plugins: plugins.kind, kubeconfig: join(stateDirectory(), "kubeconfig") };
}

async function summary(context: StartContext, total: number): Promise<string> {
  const outputs = context.engine ? await stackOutputs(context.engine) : {};
  const store = outputs.objectStore as { externalEndpoint?: string } | undefined;
  const pages = Object.values((outputs.pages ?? {}) as Record<string, string>);
  const offline = context.toolchain?.plugins.kind === "offline" ? context.toolchain.plugins.reason : undefined;
  return [
    ...(context.outcome === undefined ? [] : ["", context.outcome]),
    "",
    `The platform is up; that took ${formatDuration(total)}.`,
    ...(offline === undefined ? [] : [`Pulumi ran with the offline plugins of local/plugins: ${offline}.`]),
    "",
    `  object store   ${store?.externalEndpoint ?? ""}`,
    ...pages.map((url, index) => `  ${index === 0 ? "pages" : "     "}          ${url}`),
    ...(pages.length === 0 || context.certificate === undefined
      ? []
      : [`  trust them by  ${context.certificate.authority} (the authority of their certificate)`]),
    `  kubeconfig     ${context.cluster?.kubeconfig ?? ""} (context ${context.cluster?.context ?? ""})`,
    "",
    "Look further:",
    "  npm run kubectl -- get pods -A",
    "  npm run pulumi -- preview --diff",
    `  npm run submit -- workloads/jobs/harp_daily.py --date ${sampleDate}`,
    ...(localNotebooks() === 0 ? [] : ["  npm run pulumi -- stack output --show-secrets notebookTokens"]),
    "  npm stop",
  ].join("\n");
}
