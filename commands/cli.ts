import { Command, InvalidArgumentError, Option } from "commander";
import { seconds } from "../components/core/quantities";
import { failureText } from "./failure";
import type { DiffOptions } from "./diff";
import type { EnvCheckOptions } from "./env-check";
import type { RenderCommandOptions } from "./render";
import type { EnvNewOptions } from "./env-new";
import type { SubmitCommandOptions } from "./submit";

/**
 * The commands of `npm run …`. Each loads its own room when it runs, so that `--help` and pass-through commands start
 * without the rest; a dynamic import names the compiled file, as Node would look for it.
 */
const program = new Command("hamilton")
  .description("Spark on Kubernetes for Harp's files: the embedded cluster and the commands around it")
  .showHelpAfterError()
  .enablePositionalOptions();

program
  .command("start")
  .description("bring up the embedded cluster and the platform on it, then run the sample job")
  .option("--yes", "install missing host packages without asking")
  .option("--no-job", "stop once the platform is up; run no sample job")
  .option("--rows <number>", "rows in the sample day of Harp's files", positiveInteger, 200_000)
  .option("--context <name>", "provision this context of your kubeconfig instead of an embedded cluster; needs no root")
  .option("--stack <name>", "with --context: the environment to provision", "dev")
  .action(async (options: { yes?: boolean; job: boolean; rows: number; context?: string; stack: string }) => {
    if (options.context !== undefined) {
      const { provisionExisting } = await import("./existing-cluster.js");
      return provisionExisting({ context: options.context, stack: options.stack });
    }
    const { start } = await import("./start.js");
    await start({ assumeYes: options.yes ?? false, runJob: options.job, rows: options.rows });
  });

program
  .command("stop")
  .description("take the embedded cluster down; data and caches stay")
  .action(async () => (await import("./stop.js")).stop());

program
  .command("purge")
  .description("take the embedded cluster down and remove its data and all caches")
  .option("--keep-cache", "keep the built tools and images")
  .action(async (options: { keepCache?: boolean }) =>
    (await import("./stop.js")).purge({ keepCache: options.keepCache ?? false }),
  );

program
  .command("doctor")
  .description("list each tool and host package: version, where it came from, what is missing")
  .action(async () => (await import("./doctor.js")).doctor());

program
  .command("kubectl")
  .description("run kubectl on the embedded cluster")
  .argument("[args...]")
  .allowUnknownOption()
  .passThroughOptions()
  .helpOption(false)
  .action(async (args: string[]) => (await import("./pass-through.js")).kubectl(args));

program
  .command("pulumi")
  .description("run pulumi on stack local, with its backend, plugins and stack file")
  .argument("[args...]")
  .allowUnknownOption()
  .passThroughOptions()
  .helpOption(false)
  .action(async (args: string[]) => (await import("./pass-through.js")).pulumi(args));

program
  .command("submit")
  .description("spark-submit from outside the cluster; streams the driver's log and exits with its status")
  .argument("<application>", "a file of this machine, or a URL that the driver can read")
  .argument("[args...]", "the application's own arguments")
  .option("--stack <name>", "the environment to submit to", "local")
  .option("--conf <setting>", "a further Spark setting, spark.NAME=VALUE; may be repeated", collect, [])
  .option("--detach", "return once the driver is made, without following it")
  .option("--start-timeout <seconds>", "how long the driver may wait for its start", positiveInteger, 300)
  .option("--token-file <file>", "use the token in this file instead of a new one")
  .option("--bundle <folder>", "use a folder written by `npm run submitter` instead of the stack's outputs")
  .passThroughOptions()
  .action(async (application: string, args: string[], options: SubmitCommandOptions) =>
    (await import("./submit.js")).submitCommand(application, args, options),
  );

program
  .command("submitter")
  .description("write a folder with which another machine can submit: kubeconfig, short-lived token, Spark properties")
  .argument("<folder>")
  .option("--stack <name>", "the environment to submit to", "local")
  .option("--duration <duration>", "the token's life, such as 30m or 2h; the stack file's by default", durationSeconds)
  .action(async (folder: string, options: { stack: string; duration?: number }) =>
    (await import("./submit.js")).submitterCommand(folder, options.stack, options.duration),
  );

program
  .command("harp-data")
  .description("make a day of Harp's files and write them to the share over SMB")
  .requiredOption("--date <day>", "the day, YYYY-MM-DD")
  .option("--rows <number>", "rows of the day, wrong ones included", positiveInteger, 200_000)
  .option("--seed <number>", "which of all possible days", positiveInteger, 1)
  .action(async (options: { date: string; rows: number; seed: number }) =>
    (await import("./harp-data.js")).dropDay(options, (line) => console.log(line)),
  );

program
  .command("images")
  .description("print the lines that build the platform's images and push them to a registry")
  .argument("<registry>", "host and perhaps a path, as hamilton:images.registry has it")
  .action(async (registry: string) => console.log((await import("./image-lines.js")).imageLines(registry).join("\n")));

program
  .command("images:lock")
  .description(
    "pin the Python packages of the notebooks' image: their versions in infra/versions.ts, and what pip adds",
  )
  .action(async () => (await import("./images-lock.js")).imagesLock());

program
  .command("diff")
  .description("what the working tree does to each environment, object by object, against another revision")
  .option("--base <revision>", "the branch, tag or commit to compare with; in CI the merge base of the request", "main")
  .option("--environment <name>", "this environment only; may be repeated", collect, [])
  .addOption(
    new Option("--format <format>", "how to write the report").choices(["text", "markdown", "json"]).default("text"),
  )
  .option("--out <file>", "write the report to this file instead of the terminal")
  .option("--preview <file>", "report a document of `pulumi preview --json --show-sames` instead; - is standard input")
  .option("--allow-refused", "exit 0 even where a protected object would be deleted or replaced")
  .addHelpText(
    "after",
    `
Uncommitted changes count. It compares what two states of the repository ask for, and asks no cluster; with --preview and
one --environment it reports what the engine says of a cluster, in the same form.
Exit codes: 0 no refused change, 2 a protected object would be deleted or replaced, 1 anything else that went wrong.`,
  )
  .action(async (options: DiffOptions) => (await import("./diff.js")).diff(options));

program
  .command("env:check")
  .description("check an environment: its stack file alone, then, with a cluster at hand, what the cluster has for it")
  .argument("<name>", "the environment, whose stack file is Pulumi.NAME.yaml")
  .option("--offline", "check the file alone; ask no cluster")
  .option("--no-probe", "make no pods on the cluster: image, network and servers stay unchecked")
  .option("--context <name>", "the kubeconfig context to ask, instead of the stack file's")
  .option("--folder <folder>", "where the stack files are, instead of this project")
  .option(
    "--probe-timeout <seconds>",
    "how long a probe pod may take, the pull of its image included",
    positiveInteger,
    180,
  )
  .option("--json", "print the result as JSON")
  .addHelpText(
    "after",
    "\nExit codes: 0 in order (warnings allowed), 1 faults in the stack file, 2 the preflight failed.",
  )
  .action(async (name: string, options: EnvCheckOptions) => (await import("./env-check.js")).envCheck(name, options));

program
  .command("render")
  .description("the plain manifests that an environment amounts to, offline: one YAML stream, or a folder for GitOps")
  .argument("<environment>", "the environment, by the name of its stack file")
  .option(
    "--out <folder>",
    "write a file for each object, a kustomization.yaml, and Secrets with references for values",
  )
  .option("--force", "replace a folder that an earlier render wrote")
  .action(async (environment: string, options: RenderCommandOptions) =>
    (await import("./render.js")).renderCommand(environment, options),
  );

program
  .command("manifests:check")
  .description("run kubeconform and kube-score over what environments amount to; exits 1 on an error or a critical")
  .argument("[environments...]", "the environments to check; all of them without one")
  .action(async (names: string[]) => (await import("./manifests-check.js")).checkManifests(names));

program
  .command("versions")
  .description("show each version and what it must agree with; exits with 1 where two don't fit")
  .action(async () => (await import("./versions.js")).versions());

program
  .command("env:new")
  .description("make a new environment like another one: its stack file, its stack, its secrets encrypted")
  .argument("<name>", "the environment's name; its stack file is Pulumi.<name>.yaml")
  .requiredOption("--like <environment>", "the environment whose values it takes over")
  .option("--context <name>", "the context of the kubeconfig; that of the other environment by default")
  .option("--prefix <prefix>", "put before its namespaces; its name by default")
  .option("--set <path=value>", "a value in YAML, as in objectStore.buckets.lake=my-lake; may be repeated", collect, [])
  .option("--secrets <source>", "ask, later, or a file with lines `name: value` (- for standard input)", "ask")
  .option("--generate <secret>", "give this secret a random value; may be repeated", collect, [])
  .option("--secrets-provider <provider>", "what encrypts secrets, as `pulumi stack init` takes it")
  .option("--dry-run", "print the stack file and write nothing")
  .addHelpText(
    "after",
    "\nExit codes: 0 made (or printed), 1 refused or failed, and nothing was written. Secrets: docs/operations.md.",
  )
  .action(async (name: string, options: EnvNewOptions) => (await import("./env-new.js")).envNew(name, options));

program
  .command("policy")
  .description("judge environments by the house's rules, offline; exits with 1 if there are faults")
  .argument("[environments...]", "the environments to judge; every one that has a stack file without one")
  .option("--table", "print the rules as the Markdown table of docs/policies.md instead")
  .action(async (names: string[], { table = false }: { table?: boolean }) => {
    const { judgeEnvironments, printRules } = await import("./policy.js");
    if (table) return printRules();
    process.exitCode = (await judgeEnvironments(names)) > 0 ? 1 : 0;
  });

program
  .command("e2e")
  .description("bring the platform up and run the end-to-end suites")
  .argument("[suites...]", "the suites to run; all of them without one")
  .action(async (names: string[]) => {
    process.exitCode = await (await import("./e2e.js")).runSuites(names);
  });

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

function durationSeconds(text: string): number {
  try {
    return seconds("--duration", text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError(`"${text}" is not a whole number of at least 1.`);
  }
  return value;
}

program.parseAsync().catch((error: unknown) => {
  const text = failureText(error);
  console.error(text === undefined ? error : `\n${text}`);
  process.exitCode = 1;
});
