import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { StepError } from "../../console/errors";
import type { SubmitterOutputs } from "./bundle";
import { explainApiFailure } from "./refusals";

/** Whose login mints the token. */
export interface OperatorLogin {
  /** The kubeconfig's path. @default `KUBECONFIG`, else `~/.kube/config` */
  readonly kubeconfig?: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
}

/**
 * Mints a short-lived token of the submitter's service account with the caller's own login.
 *
 * @param seconds its life; the API server may shorten it
 * @throws StepError where the API server can't be reached or refuses
 */
export async function mintToken(
  outputs: Pick<SubmitterOutputs, "namespace" | "serviceAccount">,
  seconds: number,
  login: OperatorLogin,
): Promise<string> {
  const config = new KubeConfig();
  if (login.kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(login.kubeconfig);
  if (login.context !== undefined) config.setCurrentContext(login.context);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new StepError("There is no login for a cluster here: the kubeconfig has no current context", {
      fix: "set KUBECONFIG, or submit with --token-file or --bundle",
    });
  }
  try {
    const { namespace, serviceAccount: name } = outputs;
    const body = { spec: { audiences: [], expirationSeconds: seconds } };
    const minted = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({ name, namespace, body });
    if (minted.status?.token) return minted.status.token;
  } catch (error) {
    const known = explainApiFailure(error, server);
    if (known === undefined) throw error;
    throw new StepError(known.message, { fix: known.fix, cause: error });
  }
  throw new StepError(`The API server at ${server} gave no token for ${outputs.serviceAccount}`);
}
