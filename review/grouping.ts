/** Items with the same key together, in the order in which each key first comes. */
export function groupedBy<T>(items: readonly T[], key: (item: T) => unknown): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const text = JSON.stringify(key(item));
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
