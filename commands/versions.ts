import { readFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";
import { satisfies } from "semver";
import { agreements, kubernetesAgreement, misfitSentence, type Agreement } from "../infra/compatibility";
import { projectDirectory } from "../infra/project";
import { minioVersion, oauth2ProxyVersion, traefikVersion } from "../infra/versions";
import { supportedNode } from "../local/toolchain/manifest";
import { toolVersion, type ToolName } from "../local/toolchain/tools";

/** Prints every version with what it must agree with; exits 1 where two don't fit. */
export function versions(): void {
  const all = [...agreements(), ...toolAgreements(), ...packageAgreements()];
  const head = ["what", "version", "must agree with", "verdict", "stands in"];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const { what, version, with: other, fits, place } of all)
    table.push([what, version, other, fits ? "fits" : "doesn't fit", place]);
  console.log(table.toString());
  const misfits = all.filter(({ fits }) => !fits);
  for (const misfit of misfits) console.error(`✖ ${misfitSentence(misfit)}`);
  process.exitCode = misfits.length === 0 ? 0 : 1;
}

/** The toolchain's Go modules against what the program is written for. */
function toolAgreements(): Agreement[] {
  const place = (name: ToolName) => `local/toolchain/modules/${name}/go.mod`;
  return [
    {
      ...{ what: "MinIO's sources", version: toolVersion("minio"), with: "the MinIO image" },
      ...{ fitting: minioVersion, fits: toolVersion("minio") === minioVersion, place: place("minio") },
    },
    {
      ...{ what: "Traefik's sources", version: toolVersion("traefik"), with: "the Traefik image" },
      ...{ fitting: traefikVersion, fits: toolVersion("traefik") === traefikVersion, place: place("traefik") },
    },
    {
      ...{ what: "oauth2-proxy's sources", version: toolVersion("oauth2-proxy"), with: "the login proxy's image" },
      ...{ fitting: oauth2ProxyVersion, fits: toolVersion("oauth2-proxy") === oauth2ProxyVersion },
      place: place("oauth2-proxy"),
    },
    kubernetesAgreement("Kubernetes of npm start", toolVersion("kubernetes"), place("kubernetes")),
  ];
}

/** Pulumi's packages against the engine, each other and Node. */
function packageAgreements(): Agreement[] {
  const own = manifest(projectDirectory);
  const sdk = own.dependencies?.["@pulumi/pulumi"] ?? "";
  const engine = toolVersion("pulumi");
  const language = toolVersion("pulumi-language-nodejs");
  const same = { fitting: "the same minor as @pulumi/pulumi", with: `@pulumi/pulumi ${sdk}` };
  const packages = Object.keys(own.dependencies ?? {}).filter((name) => /^@pulumi\/(?!pulumi$)/.test(name));
  return [
    {
      ...{ what: "Pulumi engine of npm start", version: engine, ...same },
      ...{
        fits: satisfies(engine, `~${sdk}`) || satisfies(sdk, `~${engine}`),
        place: "local/toolchain/modules/pulumi/go.mod",
      },
    },
    {
      ...{ what: "Node language host", version: language, with: "the host that Node finds" },
      ...{
        fitting: "3.x",
        fits: satisfies(language, "3"),
        place: "local/toolchain/modules/pulumi-language-nodejs/go.mod",
      },
    },
    ...packages.map((name) => {
      const wanted = manifest(join(projectDirectory, "node_modules", name)).dependencies?.["@pulumi/pulumi"] ?? "*";
      const version = own.dependencies?.[name] ?? "";
      return {
        ...{ what: name, version, with: `@pulumi/pulumi ${sdk}`, place: "package.json" },
        ...{ fitting: `@pulumi/pulumi ${wanted}`, fits: satisfies(sdk, wanted) },
      };
    }),
    nodeAgreement(sdk),
  ];
}

function nodeAgreement(sdk: string): Agreement {
  const wanted = manifest(join(projectDirectory, "node_modules", "@pulumi", "pulumi")).engines?.node ?? "*";
  const { node } = process.versions;
  return {
    ...{ what: "Node", version: node, with: `package.json and @pulumi/pulumi ${sdk}`, place: "this machine" },
    ...{
      fitting: `${supportedNode()} and ${wanted}`,
      fits: satisfies(node, supportedNode()) && satisfies(node, wanted),
    },
  };
}

interface PackageManifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
}

function manifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageManifest;
}
