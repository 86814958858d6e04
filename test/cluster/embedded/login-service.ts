import { generateKeyPairSync, sign } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Somebody who has logged in at the service. */
export interface Person {
  readonly email: string;
  readonly groups: readonly string[];
}

/** A login service of OpenID Connect, as small as it can be: whoever comes is the one person that it knows. */
export interface LoginService {
  readonly issuer: string;
  /** Who logs in next. */
  person: Person;
  /** The secret with which the client last asked for a token. */
  clientSecret: string;
  close(): void;
}

/** Starts a login service with TLS on a free port of this host. */
export async function startLoginService(
  tls: { certificate: string; key: string },
  client: string,
): Promise<LoginService> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let nonce: string | null = null;
  const server = createServer({ cert: tls.certificate, key: tls.key }, (request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}/realms/harp`;
  const service: LoginService = {
    ...{ issuer, person: { email: "nobody@example.com", groups: [] }, clientSecret: "" },
    close: () => server.close(),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", issuer);
    const json = (value: unknown) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
    if (pathname.endsWith("/.well-known/openid-configuration")) return void json(discovery());
    if (pathname.endsWith("/jwks"))
      return void json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] });
    if (pathname.endsWith("/authorize")) {
      nonce = searchParams.get("nonce");
      const back = new URL(searchParams.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({ code: "once", state: searchParams.get("state") ?? "" }).toString();
      return void response.writeHead(302, { location: back.href }).end();
    }
    const form = new URLSearchParams(await text(request));
    const [, basic = ""] = (request.headers.authorization ?? "").split(" ");
    // In the header both are encoded as in a form.
    const password = Buffer.from(basic, "base64").toString().split(":")[1] ?? "";
    service.clientSecret = form.get("client_secret") ?? decodeURIComponent(password);
    json({ access_token: "unused", token_type: "Bearer", expires_in: 300, id_token: idToken() });
  }

  function discovery() {
    return {
      ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
      ...{ jwks_uri: `${issuer}/jwks`, response_types_supported: ["code"], subject_types_supported: ["public"] },
      ...{ id_token_signing_alg_values_supported: ["RS256"], code_challenge_methods_supported: ["S256"] },
    };
  }

  function idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: client, sub: "one", iat: now, exp: now + 300, nonce, email_verified: true };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${part({ alg: "RS256", kid: "one" })}.${part({ ...claims, ...service.person })}`;
    return `${body}.${sign("sha256", Buffer.from(body), privateKey).toString("base64url")}`;
  }

  return service;
}
