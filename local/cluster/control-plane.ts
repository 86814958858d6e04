import { mkdirSync } from "node:fs";
import type { Report } from "../../console/steps";
import { answersOk } from "./api-client";
import {
  type CertificateSubject,
  clusterAuthority,
  clusterSubjects,
  etcdAuthority,
  etcdSubjects,
  keyPairFiles,
  serviceAccountKeyFile,
} from "./certificates";
import { kubeconfigFile } from "./kubeconfigs";
import {
  apiServerPort,
  apiServerUrl,
  clusterDomain,
  controllerManagerPort,
  etcdClientPort,
  etcdPeerPort,
  hostAddress,
  podCidr,
  schedulerPort,
  serviceCidr,
} from "./network";
import { clusterPaths } from "./paths";
import { type Daemon, ensureRunning } from "./processes";

const loopback = "127.0.0.1";
const issuer = `https://kubernetes.default.svc.${clusterDomain}`;

/** etcd on loopback, open only to holders of a certificate of its own authority. */
export function etcdDaemon(program: string): Daemon {
  const client = `https://${loopback}:${etcdClientPort}`;
  const peer = `https://${loopback}:${etcdPeerPort}`;
  const server = keyPairFiles(etcdSubjects.server);
  const authority = keyPairFiles(etcdAuthority).certificate;
  return {
    name: "etcd",
    command: program,
    args: [
      "etcd",
      "--name=hamilton",
      `--data-dir=${clusterPaths.etcd()}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=hamilton=${peer}`,
      "--client-cert-auth",
      `--trusted-ca-file=${authority}`,
      `--cert-file=${server.certificate}`,
      `--key-file=${server.key}`,
      "--peer-client-cert-auth",
      `--peer-trusted-ca-file=${authority}`,
      `--peer-cert-file=${server.certificate}`,
      `--peer-key-file=${server.key}`,
      // One member elects itself; the usual second of waiting for rivals is lost time.
      "--heartbeat-interval=50",
      "--election-timeout=500",
      // Kubernetes compacts; the space is given back here.
      "--auto-compaction-mode=periodic",
      "--auto-compaction-retention=1h",
      "--log-level=warn",
    ],
    listens: [
      { purpose: "etcd", protocol: "tcp", address: loopback, port: etcdClientPort },
      { purpose: "etcd", protocol: "tcp", address: loopback, port: etcdPeerPort },
    ],
    ready: () => answersOk(`${client}/health`, etcdAuthority, etcdSubjects.client),
  };
}

/** The API server on the host's end of the veth pair; Node and RBAC authorisation, the usual admission plugins. */
export function apiServerDaemon(program: string): Daemon {
  const serving = keyPairFiles(clusterSubjects.apiServer);
  const atKubelet = keyPairFiles(clusterSubjects.apiServerAtKubelet);
  const atEtcd = keyPairFiles(etcdSubjects.client);
  const authority = keyPairFiles(clusterAuthority).certificate;
  return {
    name: "kube-apiserver",
    command: program,
    args: [
      "kube-apiserver",
      `--bind-address=${hostAddress}`,
      // Becomes the end point of the Service `kubernetes`, so pods must be able to reach it.
      `--advertise-address=${hostAddress}`,
      `--secure-port=${apiServerPort}`,
      `--tls-cert-file=${serving.certificate}`,
      `--tls-private-key-file=${serving.key}`,
      `--client-ca-file=${authority}`,
      `--etcd-servers=https://${loopback}:${etcdClientPort}`,
      `--etcd-cafile=${keyPairFiles(etcdAuthority).certificate}`,
      `--etcd-certfile=${atEtcd.certificate}`,
      `--etcd-keyfile=${atEtcd.key}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
      `--service-cluster-ip-range=${serviceCidr}`,
      `--service-account-issuer=${issuer}`,
      `--service-account-key-file=${serviceAccountKeyFile()}`,
      `--service-account-signing-key-file=${serviceAccountKeyFile()}`,
      // The node's name is in no DNS that the host asks; without this, logs and exec would look it up.
      "--kubelet-preferred-address-types=InternalIP",
      `--kubelet-certificate-authority=${authority}`,
      `--kubelet-client-certificate=${atKubelet.certificate}`,
      `--kubelet-client-key=${atKubelet.key}`,
      "--profiling=false",
    ],
    listens: [{ purpose: "the API server", protocol: "tcp", address: hostAddress, port: apiServerPort }],
    ready: () => answersOk(`${apiServerUrl}/readyz`),
    readyTimeoutSeconds: 120,
  };
}

/** The controllers, each with a service account of its own. */
export function controllerManagerDaemon(program: string): Daemon {
  const authority = keyPairFiles(clusterAuthority);
  return {
    name: "kube-controller-manager",
    command: program,
    args: [
      "kube-controller-manager",
      ...asApiUser(clusterSubjects.controllerManager, controllerManagerPort),
      `--root-ca-file=${authority.certificate}`,
      `--cluster-signing-cert-file=${authority.certificate}`,
      `--cluster-signing-key-file=${authority.key}`,
      `--service-account-private-key-file=${serviceAccountKeyFile()}`,
      "--use-service-account-credentials=true",
      `--cluster-cidr=${podCidr}`,
      "--allocate-node-cidrs=false",
    ],
    listens: [{ purpose: "the controller manager", protocol: "tcp", address: loopback, port: controllerManagerPort }],
    ready: () => serves(controllerManagerPort),
  };
}

/** The scheduler. */
export function schedulerDaemon(program: string): Daemon {
  return {
    name: "kube-scheduler",
    command: program,
    args: ["kube-scheduler", ...asApiUser(clusterSubjects.scheduler, schedulerPort)],
    listens: [{ purpose: "the scheduler", protocol: "tcp", address: loopback, port: schedulerPort }],
    ready: () => serves(schedulerPort),
  };
}

/** Flags that controller manager and scheduler share. */
function asApiUser(subject: CertificateSubject, port: number): string[] {
  const kubeconfig = kubeconfigFile(subject);
  const serving = keyPairFiles(clusterSubjects.apiServer);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${loopback}`,
    `--secure-port=${port}`,
    // A health end point on loopback; the API server's certificate names that address.
    `--tls-cert-file=${serving.certificate}`,
    `--tls-private-key-file=${serving.key}`,
    // There is one of each, so nobody to elect a leader against.
    "--leader-elect=false",
    "--profiling=false",
  ];
}

function serves(port: number): Promise<boolean> {
  return answersOk(`https://${loopback}:${port}/healthz`);
}

/** Starts etcd and the API server; returns once the API answers. */
export async function startApiServer(program: string, report: Report): Promise<void> {
  mkdirSync(clusterPaths.etcd(), { recursive: true, mode: 0o700 });
  await ensureRunning(etcdDaemon(program), report);
  await ensureRunning(apiServerDaemon(program), report);
}

/** Starts the controller manager and the scheduler. */
export async function startControllers(program: string, report: Report): Promise<void> {
  await Promise.all([
    ensureRunning(controllerManagerDaemon(program), report),
    ensureRunning(schedulerDaemon(program), report),
  ]);
}
