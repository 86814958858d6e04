import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ValueFault } from "../core/errors";
import { seconds } from "../core/quantities";
import type { SecureContainerArgs } from "../core/pod-security";
import type { LoginArgs, LoginParts, OidcLogin } from "./login";
import { proxySize } from "./notebook-size";
import { emailsText, proxyConfiguration, proxyFiles, proxyPort } from "./oauth2-proxy";
import { folders, jupyterPort } from "./settings";

const volumes = { configuration: "login-configuration", secrets: "login-secrets" } as const;
const secretsFolder = `${folders.login}-secrets`;

/**
 * The login at a service of the site: a proxy in the pod asks it, and the notebook server listens on the pod's loopback
 * address only, without a login of its own.
 *
 * @throws ValueFault if the issuer or who is let in is faulty.
 */
export function createOidcLogin(login: OidcLogin, args: LoginArgs, parent: pulumi.ComponentResource): LoginParts {
  const { label, notebook, namespace, labels, basePath, protect } = args;
  const issuer = issuerOf(login);
  const metadata = { name: `${notebook}-login`, namespace: namespace.name, labels: { ...labels } };
  const cookieSecret = new random.RandomPassword(
    `${label}-cookie-password`,
    // 32 letters and digits are a key of 24 bytes to the proxy, which reads them as base64.
    { length: 32, special: false },
    { parent, protect, additionalSecretOutputs: ["result", "bcryptHash"] },
  ).result;
  const data = configurationFiles(login, basePath, notebook);
  const configuration = new kubernetes.core.v1.ConfigMap(`${label}-login`, { metadata, data }, { parent });
  const secret = new kubernetes.core.v1.Secret(
    `${label}-login-secrets`,
    {
      metadata: { ...metadata, name: `${notebook}-login-secrets` },
      stringData: {
        [proxyFiles.clientSecret]: pulumi.secret(login.clientSecret),
        [proxyFiles.cookieSecret]: cookieSecret,
      },
    },
    { parent },
  );
  return {
    port: proxyPort,
    environment: [{ name: "HAMILTON_LOGIN", value: "proxy" }],
    mounts: [],
    volumes: [
      { name: volumes.configuration, configMap: { name: configuration.metadata.name } },
      { name: volumes.secrets, secret: { secretName: secret.metadata.name } },
    ],
    sidecars: [sidecar(login.image)],
    // From outside the pod only the proxy answers, and that it does is another question.
    probe: { exec: { command: ["python3", "-c", askServer, `http://127.0.0.1:${jupyterPort}${basePath}api`] } },
    // The client's secret is read anew at each login.
    startsWith: [cookieSecret, ...Object.values(data)],
    service: { cidrs: login.issuerCidrs, port: { port: issuer.port === "" ? 443 : Number(issuer.port) } },
  };
}

const askServer = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=8)";

function issuerOf({ issuerUrl, allowed }: OidcLogin): URL {
  const url = URL.canParse(issuerUrl) ? new URL(issuerUrl) : undefined;
  if (url?.protocol !== "https:" || url.username !== "" || url.search !== "" || url.hash !== "")
    throw new ValueFault({
      field: "login.issuerUrl",
      got: issuerUrl.replace(/\/\/[^/]*@/, "//…@"),
      expected: 'an https URL such as "https://login.example.com/realms/harp"',
    });
  const names = "emails" in allowed ? allowed.emails : allowed.groups;
  if (names.length === 0)
    throw new ValueFault({ field: "login.allowed", got: names, expected: "at least one group or e-mail address" });
  return url;
}

function configurationFiles(login: OidcLogin, basePath: string, notebook: string): Record<string, string> {
  const { issuerUrl, clientId, allowed, groupsClaim = "groups", emailClaim = "email", pageUrl, certificates } = login;
  const emails = emailsText(allowed);
  return {
    [proxyFiles.configuration]: proxyConfiguration({
      ...{ notebook, issuerUrl, clientId, allowed, groupsClaim, emailClaim, pageUrl, basePath },
      durationSeconds: seconds("login.duration", login.duration ?? "12h"),
      ownCertificates: certificates !== undefined,
      folder: folders.login,
      secretsFolder,
    }),
    ...(emails === undefined ? {} : { [proxyFiles.emails]: emails }),
    ...(certificates === undefined ? {} : { [proxyFiles.certificates]: certificates }),
  };
}

function sidecar(image: string): SecureContainerArgs {
  const probe = (path: string) => ({ httpGet: { path, port: proxyPort }, periodSeconds: 10, timeoutSeconds: 5 });
  return {
    name: "login",
    image,
    command: ["oauth2-proxy"],
    args: [`--config=${folders.login}/${proxyFiles.configuration}`],
    ports: [{ name: "web", containerPort: proxyPort }],
    resources: {
      requests: { cpu: proxySize.cpu, memory: proxySize.memory },
      limits: { memory: proxySize.memoryLimit },
    },
    startupProbe: { ...probe("/ping"), periodSeconds: 2, failureThreshold: 30 },
    livenessProbe: { ...probe("/ping"), failureThreshold: 5 },
    readinessProbe: probe("/ready"),
    volumeMounts: [
      { name: volumes.configuration, mountPath: folders.login, readOnly: true },
      { name: volumes.secrets, mountPath: secretsFolder, readOnly: true },
    ],
  };
}
