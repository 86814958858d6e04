import { ConfigError, parseStackFile, type StackConfig } from "../infra/config";
import { projectDirectory } from "../infra/project";
import { environmentsIn, stackFileText } from "../review/environments";

/** The stack files of a folder, parsed. */
export interface StackFiles {
  /** Those without a fault, sorted by name. */
  readonly configs: readonly StackConfig[];
  /** Those that can't be used, each with all its faults. */
  readonly faulty: readonly ConfigError[];
}

/** Parses every stack file of a folder; one that is faulty hides no other. @default folder the project's own */
export function parseStackFiles(folder: string = projectDirectory): StackFiles {
  const configs: StackConfig[] = [];
  const faulty: ConfigError[] = [];
  for (const environment of environmentsIn(folder))
    try {
      configs.push(parseStackFile(stackFileText(environment, folder), environment).config);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faulty.push(error);
    }
  return { configs, faulty };
}
