/** A stage of a Containerfile: its name, and its lines without comments. */
interface Stage {
  readonly name: string;
  readonly text: string;
}

/** What decides the content of one target of a Containerfile. */
export interface Recipe {
  /** What stands before the first stage, then the target's stage and every stage that it is made from, in file order. */
  readonly text: string;
  /** The paths of the files that those stages may take from the context. */
  readonly files: readonly string[];
}

/**
 * The part of a Containerfile that a target is made by, so that a change of one image leaves the tags of the others.
 *
 * A file of the context counts where the stages name its first folder or itself as a word: rather one too many than one
 * too few.
 *
 * @param files paths relative to the context
 * @throws Error where the Containerfile has no such target
 */
export function recipeOf(target: string, containerfile: string, files: readonly string[]): Recipe {
  const [preamble = "", ...parts] = withoutComments(containerfile).split(/^(?=FROM )/m);
  const stages = parts.map((text): Stage => ({ name: / AS (\S+)/.exec(text)?.[1] ?? "", text }));
  const wanted = new Set<string>();
  const add = (name: string) => {
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage === undefined || wanted.has(name)) return;
    wanted.add(name);
    for (const [, from] of stage.text.matchAll(/(?:^FROM |--from=|from=)([\w.-]+)/gm))
      if (from !== undefined) add(from);
  };
  add(target);
  if (!wanted.has(target)) throw new Error(`the Containerfile has no target "${target}"`);
  const text = [preamble, ...stages.filter(({ name }) => wanted.has(name)).map((stage) => stage.text)].join("");
  const words = new Set(text.split(/[\s,=/"]+/));
  return { text, files: files.filter((path) => words.has(path.split("/")[0] ?? "")) };
}

function withoutComments(containerfile: string): string {
  return containerfile
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n");
}
