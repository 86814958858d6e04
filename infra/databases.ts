import type * as pulumi from "@pulumi/pulumi";
import { databaseConnection } from "../components/databases/connection";
import type { DatabaseConnection } from "../components/core/contracts";
import type { StackConfig } from "./config";

/** The databases of `hamilton:databases`, sorted by name. */
export function databaseConnections({ databases, secrets }: StackConfig): readonly DatabaseConnection[] {
  return Object.entries(databases)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, database]) =>
      databaseConnection(name, { ...database, password: secrets[database.password] as pulumi.Output<string> }),
    );
}
