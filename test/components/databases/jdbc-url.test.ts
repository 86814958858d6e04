import { describe, expect, it } from "vitest";
import { jdbcUrl, type DatabaseServer } from "../../../components/databases/jdbc-url";

const sqlserver = { kind: "sqlserver", host: "sql.example.com", port: 1433, database: "harp" } as const;
const postgresql = { kind: "postgresql", host: "pg.example.com", port: 5432, database: "harp" } as const;
const checked = "encrypt=true;trustServerCertificate=false;loginTimeout=15";
const ends = "connectTimeout=10&loginTimeout=15&tcpKeepAlive=true";
const javaTrust = "sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory";

describe("the JDBC URL", () => {
  it.each<[string, DatabaseServer, string]>([
    [
      "of SQL Server encrypts and checks the certificate",
      sqlserver,
      `jdbc:sqlserver://sql.example.com:1433;databaseName=harp;${checked}`,
    ],
    [
      "of SQL Server has the name that its certificate is for",
      { ...sqlserver, port: 1500, hostNameInCertificate: "*.example.com" },
      "jdbc:sqlserver://sql.example.com:1500;databaseName=harp;encrypt=true;hostNameInCertificate=*.example.com;trustServerCertificate=false;loginTimeout=15",
    ],
    [
      "of SQL Server takes any certificate where it is told to",
      { ...sqlserver, trustServerCertificate: true },
      "jdbc:sqlserver://sql.example.com:1433;databaseName=harp;encrypt=true;trustServerCertificate=true;loginTimeout=15",
    ],
    [
      "of SQL Server has values in braces that would end early, closing ones doubled",
      { ...sqlserver, database: "a;encrypt=false;{b}" },
      `jdbc:sqlserver://sql.example.com:1433;databaseName={a;encrypt=false;{b}}};${checked}`,
    ],
    [
      "of SQL Server keeps blanks at the ends of a value",
      { ...sqlserver, database: "harp " },
      `jdbc:sqlserver://sql.example.com:1433;databaseName={harp };${checked}`,
    ],
    [
      "of SQL Server leaves other values as they are",
      { ...sqlserver, database: "Harp Test_1" },
      `jdbc:sqlserver://sql.example.com:1433;databaseName=Harp Test_1;${checked}`,
    ],
    [
      "of PostgreSQL checks certificate and host by what Java trusts",
      postgresql,
      `jdbc:postgresql://pg.example.com:5432/harp?sslmode=verify-full&${javaTrust}&${ends}`,
    ],
    [
      "of PostgreSQL names the file of the authorities given, after the database's own name",
      { ...postgresql, certificates: "PEM" },
      `jdbc:postgresql://pg.example.com:5432/harp?sslmode=verify-full&sslrootcert=%2Fetc%2Fhamilton%2Fdatabase-certificates%2Flake.crt&${ends}`,
    ],
    [
      "of PostgreSQL encrypts without a check",
      { ...postgresql, tls: "require" },
      `jdbc:postgresql://pg.example.com:5432/harp?sslmode=require&${ends}`,
    ],
    [
      "of PostgreSQL may be in the clear",
      { ...postgresql, tls: "disable" },
      `jdbc:postgresql://pg.example.com:5432/harp?sslmode=disable&${ends}`,
    ],
    [
      "of PostgreSQL escapes what would end the database's name",
      { ...postgresql, database: "a/b?sslmode=disable&c d" },
      `jdbc:postgresql://pg.example.com:5432/a%2Fb%3Fsslmode%3Ddisable%26c%20d?sslmode=verify-full&${javaTrust}&${ends}`,
    ],
  ])("%s", (_, server, url) => {
    expect(jdbcUrl("lake", server)).toBe(url);
  });
});
