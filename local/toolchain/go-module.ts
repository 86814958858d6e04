/**
 * The version that a `go.mod` requires of a module, without the leading `v`; `undefined` where it requires none. Only
 * `require` lines count: a `replace` line names modules too.
 */
export function requiredVersion(goMod: string, modulePath: string): string | undefined {
  let block: string | undefined;
  for (const raw of goMod.split("\n")) {
    const line = raw.replace(/\/\/.*$/, "").trim();
    const opening = /^(\w+)\s*\($/.exec(line);
    if (opening) {
      block = opening[1];
      continue;
    }
    if (line === ")") {
      block = undefined;
      continue;
    }
    const requirement =
      block === "require" ? line : block === undefined ? /^require\s+(.*)$/.exec(line)?.[1] : undefined;
    const [path, version] = requirement?.split(/\s+/) ?? [];
    if (path === modulePath && version !== undefined) return version.replace(/^v/, "");
  }
  return undefined;
}

/**
 * The oldest Go that may compile the module: its `go` line, as `major.minor.patch`.
 *
 * @throws Error where the text has no `go` line
 */
export function goDirective(goMod: string): string {
  const found = /^go\s+(\d+)\.(\d+)(?:\.(\d+))?\s*$/m.exec(goMod);
  if (!found) throw new Error("this go.mod has no `go` line");
  return `${found[1]}.${found[2]}.${found[3] ?? "0"}`;
}
