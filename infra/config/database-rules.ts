import { BlockList } from "node:net";
import { certificatesFault } from "../../components/databases/connection";
import { valueFault, type ConfigFault } from "./faults";
import { isProduction } from "./production";
import type { Groups } from "./schema";

type DatabaseSettings = Groups["databases"][string];

const root = "hamilton:databases";

/** Everything that only several values together can get wrong about databases. */
export function databaseFaults(groups: Partial<Groups>, environment: string): readonly ConfigFault[] {
  const production = isProduction(groups.cluster, environment);
  return Object.entries(groups.databases ?? {}).flatMap(([name, database]) => {
    const key = `${root}.${name}`;
    return [
      ...addressFaults(key, database),
      ...certificateFaults(key, database),
      ...(production ? productionFaults(key, database) : []),
    ];
  });
}

/** An address can be compared with the ranges; what a name leads to only DNS knows. */
function addressFaults(key: string, { host, cidrs }: DatabaseSettings): readonly ConfigFault[] {
  if (!/^[\d.]+$/.test(host)) return [];
  const ranges = new BlockList();
  for (const range of cidrs) {
    const [base = "", bits] = range.split("/");
    ranges.addSubnet(base, Number(bits), "ipv4");
  }
  return ranges.check(host) ? [] : [valueFault(`${key}.cidrs`, cidrs, `ranges with the host's address (${host})`)];
}

function certificateFaults(key: string, database: DatabaseSettings): readonly ConfigFault[] {
  const fault = certificatesFault(database)?.fault;
  return fault === undefined ? [] : [valueFault(`${key}.${fault.field}`, fault.got, fault.expected)];
}

/** In production nothing crosses the network in the clear, and SQL Server is asked who it is. */
function productionFaults(key: string, database: DatabaseSettings): readonly ConfigFault[] {
  if (database.kind === "sqlserver")
    return database.trustServerCertificate
      ? [valueFault(`${key}.trustServerCertificate`, true, "false in production, with a certificate that Java trusts")]
      : [];
  return database.tls === "disable"
    ? [valueFault(`${key}.tls`, database.tls, '"verify-full" or "require" in production')]
    : [];
}
