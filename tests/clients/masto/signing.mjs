// How both scripts of masto.js sign in: the code flow with PKCE, as the library has it.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import { createOAuthAPIClient, createRestAPIClient } from "masto";

import { consent, OOB, ORIGIN, SCOPES } from "./steps.mjs";

// Let a person use a registered app as an account; return the client, its token and who it is.
export async function signIn(app, username, handle) {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL("/oauth/authorize", ORIGIN);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: app.clientId,
    redirect_uri: OOB,
    scope: SCOPES,
    force_login: "true",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const code = await consent(url.href, username, handle);
  const token = await createOAuthAPIClient({ url: ORIGIN }).token.create({
    grantType: "authorization_code",
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: OOB,
    scope: SCOPES,
    code,
    codeVerifier: verifier,
  });
  assert.equal(token.tokenType, "Bearer");
  assert.equal(token.scope, SCOPES);
  const client = createRestAPIClient({ url: ORIGIN, accessToken: token.accessToken });
  const me = await client.v1.accounts.verifyCredentials();
  assert.equal(me.acct, handle);
  return { v1: client.v1, v2: client.v2, token: token.accessToken, me };
}
