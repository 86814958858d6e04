/** A text as inline code, whatever backticks are in it. Line breaks become spaces. */
export function inlineCode(text: string): string {
  const fence = "`".repeat(longestRun(text) === 0 ? 1 : longestRun(text) + 1);
  const padding = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${padding}${text.replaceAll(/\s*\n\s*/g, " ")}${padding}${fence}`;
}

/** Lines as a fenced block of a language, whatever backticks are in them. */
export function codeBlock(language: string, lines: readonly string[]): string {
  const fence = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
  return `${fence}${language}\n${lines.join("\n")}\n${fence}`;
}

/** A sentence as Markdown: a word that would mean something there (markup, a mention, a link) stands as code. */
export function plainText(sentence: string): string {
  const word = (text: string) => (/[`*_<>|[\]\\~@#$&]|:\/\//.test(text) ? inlineCode(text) : text);
  return sentence.split(" ").map(word).join(" ");
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
