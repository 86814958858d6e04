import { ConfigError } from "../infra/config";
import { StepError } from "../console/errors";
import { gitOpsSet } from "../review/gitops";
import { gitOpsFiles, gitOpsStream } from "../review/manifest-files";
import { writeRenderedFolder } from "../review/rendered-folder";
import { DerivedFromSecret } from "../review/secret-references";

/** What the command line gives. */
export interface RenderCommandOptions {
  /** The folder to write; without it one YAML stream goes to standard output. */
  readonly out?: string;
  /** Whether a folder of an earlier render is replaced. */
  readonly force?: boolean;
}

/** Runs `npm run render`: exits 1, with nothing written, where the environment or the folder won't do. */
export async function renderCommand(environment: string, { out, force = false }: RenderCommandOptions): Promise<void> {
  const set = await asStepErrors(() => gitOpsSet(environment));
  if (out === undefined) {
    process.stdout.write(gitOpsStream(set));
    return;
  }
  const files = gitOpsFiles(set);
  writeRenderedFolder(out, environment, files, { force });
  console.error(
    `${out}: ${set.objects.length} objects of ${environment} and, under secrets/, ${set.secrets.length} Secrets to fill`,
  );
}

/** Faults of the stack file, and of a program that shows a secret, as errors for people. */
export async function asStepErrors<T>(render: () => Promise<T>): Promise<T> {
  try {
    return await render();
  } catch (error) {
    if (error instanceof ConfigError)
      throw new StepError(`${error.fileName} can't be used:\n${error.message}`, { fix: `mend ${error.fileName}` });
    if (error instanceof DerivedFromSecret)
      throw new StepError(error.message, { fix: `hold that field of ${error.object} in a Secret of its own` });
    throw error;
  }
}
