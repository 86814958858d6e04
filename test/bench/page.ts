/** A section of the page: a heading and its lines. */
export type Section = readonly [string, ...string[]];

/**
 * The page with some of its sections replaced: each takes the place of the one of its heading, the text before the first
 * heading is the new one, and sections that are new come last.
 */
export function pageWith(page: string, introduction: string, sections: readonly Section[]): string {
  const kept = page.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const headingOf = (part: string) => /^## (.*)$/m.exec(part)?.[1];
  const texts = sections.map(([heading, ...lines]) => [heading, `## ${heading}\n\n${lines.join("\n")}\n`] as const);
  const replaced = kept.map((part) => texts.find(([heading]) => heading === headingOf(part))?.[1] ?? part);
  const added = texts.filter(([heading]) => !kept.some((part) => headingOf(part) === heading));
  return [
    `${introduction}\n`,
    ...[...replaced, ...added.map(([, text]) => text)].map((part) => `${part.trim()}\n`),
  ].join("\n");
}
