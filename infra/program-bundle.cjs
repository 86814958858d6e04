// The program's sources as one JavaScript file. Loading fifty TypeScript files one by one, each transformed and looked up
// on its own, takes longer than everything else that the program does before it declares its first resource.
const { createHash } = require("node:crypto");
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

/** The rooms that the program consists of: a bundle of anything else would not notice that it has changed. */
const rooms = ["components", "infra"];

/** How many bundles stay: those of other branches and of a colleague's clone on the same node_modules. */
const keptBundles = 8;

/**
 * The program, `infra/index.ts`, as a function of the folder's `require` and `__dirname`, which give it the packages and
 * the place that its sources have. Its file is named by everything that it is made of, and made where it is missing.
 *
 * @param root The project's root folder.
 * @param folder Where bundles are kept.
 * @returns nothing where the bundle can't be made, kept or read: load the sources themselves then, which also tells best
 * what is wrong with them.
 */
function loadBundle(root, folder = join(root, "node_modules", ".cache", "hamilton")) {
  let file;
  try {
    file = join(folder, `program-${sourcesKey(root)}.cjs`);
    if (!isFile(file)) writeBundle(root, folder, file);
    return require(file);
  } catch {
    if (file !== undefined) removeDamaged(file);
    return undefined;
  }
}

/** A damaged bundle would stay for ever. Where it can't be removed, the sources are loaded: slower, and no reason to fail. */
function removeDamaged(file) {
  try {
    rmSync(file, { force: true, recursive: true });
  } catch {
    // Nobody can write there.
  }
}

/** One hash of where the project stands, of the names and contents of all sources, of what bundles them and of how. */
function sourcesKey(root) {
  const hash = createHash("sha256").update(`${root}\0${require("esbuild/package.json").version}\0`);
  const sources = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  for (const file of [__filename, join(root, "tsconfig.json"), ...sources.sort()]) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 32);
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Makes the bundle, whole or not at all: two runs at once write the same file. */
function writeBundle(root, folder, file) {
  const { outputFiles, metafile } = require("esbuild").buildSync({
    absWorkingDir: root,
    entryPoints: [join(root, "infra", "index.ts")],
    // Sources are named from here. The bundle's own place says nothing: node_modules may be a link to another project's.
    outfile: join(root, "infra", "bundle.cjs"),
    sourceRoot: `${join(root, "infra")}/`,
    bundle: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    platform: "node",
    target: "node20",
    format: "cjs",
    // Packages stay where they are: Pulumi's own must be the copy that runs the program.
    packages: "external",
    sourcemap: "inline",
    sourcesContent: false,
    banner: { js: "module.exports = (require, __dirname) => { const module = { exports: {} };" },
    footer: { js: "return module.exports; };" },
  });
  const foreign = Object.keys(metafile.inputs).filter((input) => !rooms.includes(input.split(/[\\/]/)[0]));
  if (foreign.length > 0) throw new Error(`the program reaches beyond ${rooms.join(" and ")}: ${foreign.join(", ")}`);
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, outputFiles[0].contents);
  renameSync(unfinished, file);
  removeOldBundles(folder);
}

function removeOldBundles(folder) {
  const age = (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const bundles = readdirSync(folder).filter((name) => name.startsWith("program-"));
  for (const name of bundles.sort((a, b) => age(b) - age(a)).slice(keptBundles))
    rmSync(join(folder, name), { force: true });
}

module.exports = { loadBundle };
