/** Things in a row as a sentence has them: "a", "a and b", "a, b and c"; beyond `most` the rest as a number. */
export function listText(items: readonly string[], most = 8): string {
  const shown = items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : items;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
