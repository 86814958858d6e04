import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa, type ResultPromise } from "execa";
import { ensureKeyPairs, keyPairFilesIn } from "../../../local/certificates/key-pairs";
import { findHostPart, missingHostPackages, type HostPart } from "../../../local/toolchain/host-packages";
import { installHostPackages } from "../../../local/toolchain/install-host-packages";
import { pathFolders } from "../../../local/toolchain/search-path";

/** Debian keeps each release's programs in a folder of its own, which is on nobody's `PATH`. */
const releases = [18, 17, 16, 15, 14, 13].map((release) => `/usr/lib/postgresql/${release}/bin`);

/** What the tests of databases need of the host beside what the platform does. */
const server: HostPart = {
  name: "initdb",
  lookup: { anyFile: [...releases, ...pathFolders()].map((folder) => join(folder, "initdb")) },
  debianPackage: "postgresql",
  purpose: "the database of tests",
};

/** A certificate, its key and the authority that vouches for it, all as PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** Where the server listens, and for whom. */
export interface PostgresOptions {
  /** The one address of this host that it listens on. Pods of the embedded cluster reach `hostAddress`. */
  readonly address: string;
  readonly port: number;
  /** The one user, who may do everything. */
  readonly user: string;
  readonly password: string;
  /** The one database, beside those that every server has. */
  readonly database: string;
  /** @default one for the address, by an authority made for this server alone */
  readonly certificate?: ServerCertificate;
}

/** Who asks, and how, where that isn't the server's own user over checked TLS. */
export interface QueryOptions {
  readonly password?: string;
  readonly database?: string;
  /** Of something that hands connections on to it. */
  readonly port?: number;
  /** As in libpq's `sslmode`. @default verify-full */
  readonly sslMode?: "verify-full" | "require" | "disable";
}

/**
 * A real database outside the cluster: PostgreSQL of the host's distribution, with data of its own in a temporary folder,
 * as an unprivileged user, over TLS with a password only.
 */
export class PostgresServer {
  private readonly log: string[] = [];

  private constructor(
    private readonly options: PostgresOptions,
    private readonly folder: string,
    private readonly programs: string,
    private readonly process: ResultPromise<{ reject: false; all: true; buffer: false }>,
  ) {}

  /**
   * Starts it, and waits until it answers; installs PostgreSQL first where the host has none.
   *
   * @throws Error with its last lines if it doesn't come up, for one where its port is taken
   */
  static async start(options: PostgresOptions): Promise<PostgresServer> {
    await installHostPackages(missingHostPackages([server]), { assumeYes: true }, (line) => console.log(line));
    const programs = dirname(findHostPart(server).path ?? "");
    const owner = await unprivilegedUser();
    const folder = mkdtempSync(join(tmpdir(), "hamilton-postgresql-"));
    const { authority, certificate, key } = options.certificate ?? (await makeCertificate(folder, options.address));
    const files = { "authority.crt": authority, "server.crt": certificate, "server.key": key, "hba.conf": hostRules };
    for (const [name, text] of Object.entries({ ...files, password: `${options.password}\n` })) {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      chown(join(folder, name), owner);
    }
    chmodSync(folder, 0o700);
    chown(folder, owner);
    // No data here outlives a test, so nothing waits for the disk.
    const cluster = ["--pgdata", join(folder, "data"), "--encoding", "UTF8", "--locale", "C", "--no-sync"];
    const login = ["--username", options.user, "--pwfile", join(folder, "password"), "--auth", "scram-sha-256"];
    await execa(join(programs, "initdb"), [...cluster, ...login], { ...owner, cwd: folder });
    const process = execa(join(programs, "postgres"), serverArguments(folder, options), {
      ...{ ...owner, cwd: folder, reject: false, all: true, buffer: false, killSignal: "SIGQUIT" },
    });
    const started = new PostgresServer(options, folder, programs, process);
    try {
      await started.untilItAnswers();
      await started.query(`create database "${options.database}"`, { database: "postgres" });
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** PEM of the authority that vouches for its certificate. */
  get authority(): string {
    return readFileSync(join(this.folder, "authority.crt"), "utf8");
  }

  /**
   * Runs statements by `psql` over TCP, and gives the rows of those that have any, each value as a text.
   *
   * @throws ExecaError with psql's words where one fails, or it isn't let in
   */
  async query(statements: string, asked: QueryOptions = {}): Promise<readonly (readonly string[])[]> {
    const { address, port, user, password, database } = this.options;
    const env = {
      ...{ PGHOST: address, PGPORT: String(asked.port ?? port), PGUSER: user, PGPASSWORD: asked.password ?? password },
      ...{ PGDATABASE: asked.database ?? database, PGCONNECT_TIMEOUT: "10", PGGSSENCMODE: "disable" },
      ...{ PGSSLMODE: asked.sslMode ?? "verify-full", PGSSLROOTCERT: join(this.folder, "authority.crt") },
    };
    const rows = ["--tuples-only", "--no-align", "--field-separator", separator];
    const args = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", ...rows, "--file", "-"];
    const { stdout } = await execa(join(this.programs, "psql"), args, { env, input: statements });
    return stdout === "" ? [] : stdout.split("\n").map((line) => line.split(separator));
  }

  /** Ends it at once, and removes all its data. */
  async stop(): Promise<void> {
    // PostgreSQL's immediate shutdown: it ends whoever is connected.
    this.process.kill("SIGQUIT");
    await this.process;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private async untilItAnswers(): Promise<void> {
    const { address, port } = this.options;
    const record = join(this.folder, "data", "postmaster.pid");
    this.process.all.on("data", (text) => this.log.push(String(text)));
    for (let tries = 0; tries < 150; tries++) {
      if (this.process.exitCode !== null) break;
      // The server's own word: on its port somebody else may answer.
      if (existsSync(record) && readFileSync(record, "utf8").split("\n")[7]?.trim() === "ready") return;
      await sleep(200);
    }
    throw new Error(
      `PostgreSQL doesn't answer on ${address}:${port}; its last lines:\n${this.log.slice(-20).join("")}`,
    );
  }
}

/** Stands in no value that tests ask for. */
const separator = "\u001f";

/** Who may connect (`pg_hba.conf`): whoever reaches the address, over TLS and with the password. */
const hostRules = "hostssl all all 0.0.0.0/0 scram-sha-256\n";

function serverArguments(folder: string, { address, port }: PostgresOptions): string[] {
  const settings = {
    ...{ listen_addresses: address, port, unix_socket_directories: "", hba_file: join(folder, "hba.conf") },
    ...{ ssl: "on", ssl_cert_file: join(folder, "server.crt"), ssl_key_file: join(folder, "server.key") },
    ...{ password_encryption: "scram-sha-256", fsync: "off", shared_buffers: "16MB", max_connections: 30 },
  };
  return [
    "-D",
    join(folder, "data"),
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

/** PostgreSQL refuses to run as root; its package brings a user for it. */
async function unprivilegedUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (which: string) => Number((await execa("id", [which, "postgres"])).stdout);
  return { uid: await id("--user"), gid: await id("--group") };
}

function chown(path: string, { uid, gid }: { uid?: number; gid?: number }): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

async function makeCertificate(folder: string, address: string): Promise<ServerCertificate> {
  const keys = join(folder, "keys");
  mkdirSync(keys);
  const authority = { file: "authority", commonName: "hamilton tests' database authority" };
  const subject = { file: "server", commonName: "hamilton tests' database", addresses: [address] };
  await ensureKeyPairs(keys, authority, [subject]);
  const { certificate, key } = keyPairFilesIn(keys, subject);
  const made = {
    certificate: readFileSync(certificate, "utf8"),
    key: readFileSync(key, "utf8"),
    authority: readFileSync(keyPairFilesIn(keys, authority).certificate, "utf8"),
  };
  rmSync(keys, { recursive: true });
  return made;
}
