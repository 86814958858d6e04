import type { StackConfig } from "../../infra/config";
import { certificateEnd, judgeCertificate } from "../../infra/config/certificates";
import { webPages } from "../../infra/config/web-pages";
import { StepError } from "../../console/errors";
import { fail, notChecked, ok, type Row, warn } from "./row";

const check = "certificate of pages";

/** How long before its end a certificate is worth a warning, in days. */
const soon = 21;

/**
 * Whether the certificate that the stack file supplies would be taken by `pulumi up` today, and for how long it will be;
 * no row where none is supplied.
 *
 * @param secret The value of an entry of `hamilton:secrets`; it may throw a StepError.
 */
export async function pageCertificateRows(
  config: StackConfig,
  secret: (name: string) => Promise<string>,
  now: Date,
): Promise<readonly Row[]> {
  const { ingress } = config;
  if (ingress?.tls.kind !== "secret") return [];
  let certificate: string;
  let key: string;
  try {
    certificate = await secret(ingress.tls.certificate);
    key = await secret(ingress.tls.key);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return [notChecked(check, error.message, error.fix)];
  }
  const hosts = webPages(config).map(({ host }) => host);
  const faults = judgeCertificate({ certificate, key, hosts, now });
  if (faults.length > 0)
    return faults.map(({ of, state, expected }) =>
      fail(check, `the ${of} ${state}`, `set ${expected}, as the entry that hamilton:ingress.tls.${of} names`),
    );
  const end = certificateEnd(certificate);
  const days = Math.floor((end.getTime() - now.getTime()) / 86_400_000);
  const found = `for ${hosts.join(", ") || "no page yet"}, until ${end.toISOString().slice(0, 10)}`;
  return [days < soon ? warn(check, `${found}: ${days} days left`, "renew the certificate") : ok(check, found)];
}
