import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A folder with a cache and a `PATH` of its own, which the process uses until it is removed. */
export interface Sandbox {
  readonly root: string;
  /** The toolchain's folder inside the sandbox's cache. */
  readonly toolchain: string;
  /** Puts an executable shell script on the sandbox's `PATH`. */
  program(name: string, body: string): string;
  /** Puts a `go` on `PATH` that answers as version and "compiles" small scripts; what it is called with is recorded. */
  compiler(options?: { version?: string; held?: boolean; fails?: readonly string[] }): void;
  /** Lets a compiler go on that was put there as `held`. */
  letCompile(): void;
  /** The builds that the compiler was asked for: the last argument of each `go build`. */
  builds(): string[];
  /** The environment for a process of its own that shall use this sandbox. */
  environment(): NodeJS.ProcessEnv;
  remove(): void;
}

const changed = ["HAMILTON_CACHE", "PATH", "HAMILTON_PULUMI_RELEASES", "HAMILTON_KEEP_BUILD_CACHE"] as const;

/** The host's folders of everyday programs (`sh`, `tar`), for scripts; tests that need a bare `PATH` leave them out. */
const everyday = ["/usr/bin", "/bin"];

export function makeSandbox(options: { bare?: boolean } = {}): Sandbox {
  const root = mkdtempSync(join(tmpdir(), "toolchain-test-"));
  const bin = join(root, "bin");
  const record = join(root, "builds.txt");
  const gate = join(root, "may-compile");
  const patchable = join(root, "module");
  mkdirSync(bin);
  mkdirSync(join(patchable, "providers", "dns"), { recursive: true });
  writeFileSync(join(patchable, "providers", "dns", "zz_gen_dns_providers.go"), "package dns\n", { mode: 0o444 });
  const before = Object.fromEntries(changed.map((name) => [name, process.env[name]]));
  process.env.HAMILTON_CACHE = join(root, "cache");
  process.env.PATH = [bin, ...(options.bare ? [] : everyday)].join(delimiter);
  delete process.env.HAMILTON_KEEP_BUILD_CACHE;
  const program = (name: string, body: string) => {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return path;
  };
  return {
    root,
    toolchain: join(root, "cache", "toolchain"),
    program,
    compiler: ({ version = "1.26.0", held = false, fails } = {}) => {
      const ending = fails
        ? [...fails.map((line) => `echo '${line}' >&2`), "exit 1"]
        : [`printf '#!/bin/sh\\necho compiled\\n' > "$out"`];
      program(
        "go",
        [
          `if [ "$1 $2" = "env GOVERSION" ]; then echo go${version}; exit; fi`,
          `if [ "$1 $2" = "env GOPROXY" ]; then echo https://modules.example,direct; exit; fi`,
          // A module of which Traefik's build replaces a file.
          `if [ "$1 $2" = "mod download" ]; then echo '{"Dir":"${patchable}"}'; exit; fi`,
          `for argument; do if [ "$previous" = -o ]; then out=$argument; fi; previous=$argument; done`,
          `echo "$previous in $PWD with $GOPROXY $GOFLAGS" >> ${record}`,
          // In short pieces, and no longer than the sandbox stands, so that nothing outlives a killed compiler.
          ...(held ? [`while [ -d ${root} ] && [ ! -e ${gate} ]; do sleep 0.1; done`] : []),
          ...ending,
        ].join("\n"),
      );
    },
    letCompile: () => writeFileSync(gate, ""),
    builds: () => (existsSync(record) ? readFileSync(record, "utf8").trim().split("\n") : []),
    environment: () => ({ ...process.env }),
    remove: () => {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A Pulumi release as its host serves it: an archive of a `pulumi` that can tell its version and install plugins. */
export function releaseArchive(root: string, version: string): Buffer {
  const folder = join(root, "release", "pulumi");
  mkdirSync(folder, { recursive: true });
  const body = [
    "#!/bin/sh",
    `if [ "$1" = version ]; then echo v${version}; exit; fi`,
    'plugin="$PULUMI_HOME/plugins/resource-$4-v$5"',
    'mkdir -p "$plugin" && printf "#!/bin/sh\\n" > "$plugin/pulumi-resource-$4" && chmod +x "$plugin/pulumi-resource-$4"',
  ].join("\n");
  writeFileSync(join(folder, "pulumi"), `${body}\n`, { mode: 0o755 });
  writeFileSync(join(folder, "pulumi-language-nodejs"), "#!/bin/sh\n", { mode: 0o755 });
  return execFileSync("/bin/tar", ["-czf", "-", "-C", join(root, "release"), "pulumi"]);
}
