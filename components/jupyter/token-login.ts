import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { loginVolume, type LoginArgs, type LoginParts, type TokenLogin } from "./login";
import { folders, jupyterPort } from "./settings";

const tokenFile = "token";

/** The login by a generated token, which the notebook server itself asks for. */
export function createTokenLogin(
  login: TokenLogin,
  { label, notebook, namespace, labels, basePath, protect }: LoginArgs,
  parent: pulumi.ComponentResource,
): LoginParts {
  const password = new random.RandomPassword(
    `${label}-token-password`,
    { length: 48, special: false, keepers: { version: login.version ?? "1" } },
    { parent, protect, additionalSecretOutputs: ["result", "bcryptHash"] },
  );
  const token = pulumi.secret(password.result);
  const secret = new kubernetes.core.v1.Secret(
    `${label}-token`,
    {
      metadata: { name: `${notebook}-token`, namespace: namespace.name, labels: { ...labels } },
      // Without a newline: Jupyter would take it for a part of the token.
      stringData: { [tokenFile]: token },
    },
    { parent },
  );
  return {
    port: jupyterPort,
    environment: [{ name: "JUPYTER_TOKEN_FILE", value: `${folders.login}/${tokenFile}` }],
    mounts: [{ name: loginVolume, mountPath: folders.login, readOnly: true }],
    volumes: [{ name: loginVolume, secret: { secretName: secret.metadata.name } }],
    sidecars: [],
    // The one page that is there without a login; it tells the server's version.
    probe: { httpGet: { path: `${basePath}api`, port: jupyterPort } },
    startsWith: [token],
    token,
  };
}
