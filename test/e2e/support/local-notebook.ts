import { readFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { request as plainRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { namespaceRole, pageName } from "../../../components/jupyter/settings";
import { keyPairFilesIn } from "../../../local/certificates/key-pairs";
import { pageAuthority, pageCertificateFolder } from "../../../local/ingress/certificate";
import { localPages } from "../../../local/ingress/pages";
import { kubernetesObject, mustRun } from "./commands";
import { JupyterApi } from "./jupyter-api";

/** The notebook of stack `local`, as its users know it. */
export interface LocalNotebook {
  readonly name: string;
  readonly namespace: string;
  /** The address of its page. */
  readonly page: string;
  readonly token: string;
  /** PEM of the authority that signed the page's certificate. */
  readonly authority: string;
}

/** The notebook `harp` of stack `local`. */
export async function localNotebook(): Promise<LocalNotebook> {
  const outputs = JSON.parse(await mustRun("pulumi", ["stack", "output", "--json", "--show-secrets"])) as {
    readonly pages: Readonly<Record<string, string>>;
    readonly notebookTokens: Readonly<Record<string, string>>;
  };
  const name = "harp";
  const page = outputs.pages[pageName(name)];
  const token = outputs.notebookTokens[name];
  const pages = localPages();
  if (page === undefined || token === undefined || pages === undefined)
    throw new Error(`stack local has no notebook "${name}", or no ingress that leads to it`);
  const authority = readFileSync(keyPairFilesIn(pageCertificateFolder(), pageAuthority(pages)).certificate, "utf8");
  return { name, namespace: namespaceRole(name), page, token, authority };
}

/** Jupyter's API of a notebook, through the ingress. */
export function apiOf({ page, token, authority }: LocalNotebook): JupyterApi {
  const hosts = { [new URL(page).hostname]: "127.0.0.1" };
  return new JupyterApi(page, token, { certificateAuthority: authority, hosts });
}

/** What the ingress answers to a request without a browser. */
export interface PageAnswer {
  readonly status: number;
  readonly location?: string;
  readonly body: string;
}

/** Asks for a page of the ingress on this host, its certificate checked; redirects aren't followed. */
export function askPage(address: string, authority: string, headers: Record<string, string> = {}): Promise<PageAnswer> {
  const url = new URL(address);
  // No name server knows these names; the port is the loopback's.
  const options: RequestOptions = {
    ...{ host: "127.0.0.1", port: url.port, path: `${url.pathname}${url.search}`, timeout: 20_000 },
    headers: { Host: url.host, ...headers },
    ...(url.protocol === "https:" ? { ca: authority, servername: url.hostname } : {}),
  };
  return new Promise((resolve, reject) => {
    const call = (url.protocol === "https:" ? request : plainRequest)(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }),
      );
    });
    call.on("timeout", () => call.destroy(new Error(`${address} is silent`)));
    call.on("error", reject);
    call.end();
  });
}

/** The executors in a namespace that haven't ended, by name. */
export async function executorsIn(namespace: string): Promise<readonly string[]> {
  const { items } = await kubernetesObject<{
    items: readonly { readonly metadata: { readonly name: string }; readonly status: { readonly phase: string } }[];
  }>(...["-n", namespace, "pods", "-l", "spark-role=executor"]);
  return items
    .filter(({ status }) => status.phase === "Running" || status.phase === "Pending")
    .map(({ metadata }) => metadata.name);
}

/** Asks every second until something holds. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(1000)) if (await holds()) return;
  throw new Error(`waited ${seconds} s in vain until ${what}`);
}
