import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import { StepError } from "../../console/errors";
import { projectDirectory } from "../../infra/project";
import type { Report } from "../../console/steps";
import { clusterSubjects } from "./certificates";
import { createNodeCgroup } from "./cgroups";
import { writeIfChanged } from "./configuration-files";
import { runInNodeNetwork } from "./host-command";
import { ctr } from "./images";
import { rememberKernelSettings } from "./kernel-settings";
import { kubeconfigFile } from "./kubeconfigs";
import { kubeProxyHealthPort, kubeletHealthPort, nodeAddress } from "./network";
import { policyTable, renderPolicyTable } from "./network-policy/nftables";
import {
  announcePlugin,
  cniNetworkFolder,
  cniPluginFolder,
  kubeProxyArguments,
  kubeletArguments,
  renderCniNetwork,
  renderContainerdConfig,
  renderKubeletConfiguration,
  renderNodeResolvConf,
} from "./node-configuration";
import { clusterPaths } from "./paths";
import { ensureRunning } from "./processes";
import { ensureSandboxImage, sandboxImageName } from "./sandbox-image";

/** Where distributions put the CNI plugins: Debian and Ubuntu, then everybody else. */
const cniPluginFolders = ["/usr/lib/cni", "/opt/cni/bin"];
const cniPlugins = ["ptp", "host-local", "portmap", "loopback"];

/** Starts containerd and sees to it that it has the sandbox image. */
export async function startContainerd(pauseProgram: string, report: Report): Promise<void> {
  linkCniPlugins();
  writeIfChanged(join(cniNetworkFolder(), "hamilton.conflist"), renderCniNetwork());
  const file = join(clusterPaths.configuration(), "containerd.toml");
  const configuration = writeIfChanged(file, renderContainerdConfig(sandboxImageName(pauseProgram)));
  mkdirSync(clusterPaths.containerd(), { recursive: true, mode: 0o711 });
  await ensureRunning(
    {
      name: "containerd",
      command: "containerd",
      args: ["--config", file],
      configuration: [configuration],
      inNodeNetwork: true,
      ready: () => ctr("version").then(() => true),
    },
    report,
  );
  await ensureSandboxImage(pauseProgram, report);
}

/** The container runtime looks in one folder only, and one of our plugins is our own. */
function linkCniPlugins(): void {
  const folder = cniPluginFolder();
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const plugin of cniPlugins) {
    const source = cniPluginFolders.map((place) => join(place, plugin)).find((path) => existsSync(path));
    if (!source) {
      throw new StepError(`the CNI plugin ${plugin} is in none of ${cniPluginFolders.join(", ")}`, {
        fix: "install the package containernetworking-plugins (npm run doctor lists what else is missing)",
      });
    }
    rmSync(join(folder, plugin), { force: true });
    symlinkSync(source, join(folder, plugin));
  }
  const program = join(folder, `${announcePlugin}.cjs`);
  const source = readFileSync(join(projectDirectory, "local/cluster/network-policy/announce-plugin.ts"), "utf8");
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
  writeIfChanged(program, transpileModule(source, { compilerOptions }).outputText);
  // The runtime starts plugins by name; a script of two lines finds the same Node that runs this.
  writeIfChanged(join(folder, announcePlugin), `#!/bin/sh\nexec '${process.execPath}' '${program}'\n`, 0o755);
}

/** Starts the network policy controller; until its first table stands, one that knows no pod refuses everything. */
export async function startNetworkPolicyController(report: Report): Promise<void> {
  const standing = await runInNodeNetwork("nft", ["list", "table", "ip", policyTable]).then(
    () => true,
    () => false,
  );
  if (!standing) {
    const closed = renderPolicyTable({ namespaces: new Map(), pods: [], policies: [] });
    await runInNodeNetwork("nft", ["-f", "-"], { input: closed });
  }
  const socket = clusterPaths.networkPolicySocket();
  await ensureRunning(
    {
      name: "network-policy",
      command: process.execPath,
      args: [
        "--import",
        `file://${join(projectDirectory, "node_modules/tsx/dist/loader.mjs")}`,
        join(projectDirectory, "local/cluster/network-policy/main.ts"),
        kubeconfigFile(clusterSubjects.networkPolicy),
        socket,
      ],
      configuration: [readFileSync(kubeconfigFile(clusterSubjects.networkPolicy), "utf8")],
      inNodeNetwork: true,
      ready: () => answersOn(socket),
    },
    report,
  );
}

/** Starts the kubelet and kube-proxy; the API server, containerd and the network policy controller must run. */
export async function startKubelet(program: string, report: Report): Promise<void> {
  createNodeCgroup();
  rememberKernelSettings();
  const resolvConf = join(clusterPaths.configuration(), "resolv.conf");
  const file = join(clusterPaths.configuration(), "kubelet.yaml");
  const configuration = [
    writeIfChanged(resolvConf, renderNodeResolvConf(), 0o644),
    writeIfChanged(file, renderKubeletConfiguration(resolvConf)),
  ];
  await Promise.all([
    ensureRunning(
      {
        name: "kubelet",
        command: program,
        args: ["kubelet", ...kubeletArguments(file)],
        configuration,
        inNodeNetwork: true,
        ready: () => healthy(`http://${nodeAddress}:${kubeletHealthPort}/healthz`),
      },
      report,
    ),
    ensureRunning(
      {
        name: "kube-proxy",
        command: program,
        args: ["kube-proxy", ...kubeProxyArguments()],
        inNodeNetwork: true,
        ready: () => healthy(`http://${nodeAddress}:${kubeProxyHealthPort}/livez`),
      },
      report,
    ),
  ]);
}

/** Whether a health end point answers 200. */
async function healthy(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
}

function answersOn(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
