// The ways to get in, as the form offers them.
import type { Attach, KeyField, Keys, OAuthSketch, Question, Revoke, Security, Way } from "../../backend/bindings";

/** As the buttons have them; a device code is a way to sign in too, beside the page or instead of it. */
export type AuthKind = "code" | "client_credentials" | "key" | "basic" | "bearer" | "fields";
export const AUTH_KINDS: readonly AuthKind[] = ["code", "client_credentials", "key", "basic", "bearer", "fields"];

/** What a draft of a kind begins with. */
export const WAY_OF: Record<AuthKind | "device", Way> = {
  code: "code",
  device: "device",
  client_credentials: "client_credentials",
  key: "key_in_header",
  basic: "basic",
  bearer: "bearer",
  fields: "fields",
};

export const BARE_OAUTH: OAuthSketch = {
  grant: "code", authorize: null, token: "", refresh: null, revoke: null, device: null, par: null, grant_word: null, device_token: null, device_auth: null, device_client_id: false, scope_param: null, scope_repeats: false, callback_hmac: null, error_statuses: {}, metadata: null, jwks: null, issuer: null,
  iss_required: false, userinfo: null, pkce: null, client_auth: "post", scope_separator: " ", authorize_params: {}, token_params: {},
  refresh_params: {}, exchange_sends_scopes: false, refresh_sends_scopes: false, token_lifetime_seconds: null,
  refresh_lifetime_seconds: null, refresh_tokens_max: null, rotates: false, grace_seconds: null, body: "form", headers: {}, answer_at: null, scope_at: null,
  expires_at: null, refresh_expires_at: null, answers: [], error_at: [], error_words: {},
};

/** Whether PKCE is used, and why it is not, as a file has it. */
export const PKCE = { used: true, refused: false, undocumented: "undocumented" } as const;

/** Where a file does not say it, it is used. */
export function pkceOf(oauth: OAuthSketch): keyof typeof PKCE {
  return oauth.pkce === false ? "refused" : oauth.pkce === "undocumented" ? "undocumented" : "used";
}

export const field = (name: string, en: string, ja: string, secret = true): KeyField => ({ name, label: { en, ja }, help: null, secret, pattern: null, example: null });

export function bareQuestion(url: string): Question {
  return { method: "GET", url, headers: {}, json: null, form: {}, good: null, id: null, name: null, email: null };
}

/** RFC 7009, which the address alone stands for. */
export const revokeAt = (url: string): Revoke => ({ method: "POST", url, headers: {}, auth: null, body: "form", fields: { token: "{token}", token_type_hint: "{hint}" }, tokens: ["refresh", "access"] });

export function keysOf(kind: AuthKind): Keys {
  switch (kind) {
    case "basic":
      return { fields: [field("user", "User name", "ユーザー名", false), field("password", "Password", "パスワード")], attach: [{ in: "basic", user: "{key.user}", password: "{key.password}" }] };
    case "bearer":
      return { fields: [field("token", "Token", "トークン")], attach: [{ in: "header", name: "Authorization", value: "Bearer {key.token}" }] };
    default:
      return { fields: [field("key", "API key", "API キー")], attach: [{ in: "header", name: "X-API-Key", value: "{key.key}" }] };
  }
}

/** Which of the buttons a draft is. */
export function kindOf(security: Security): AuthKind {
  if ("oauth" in security) return security.oauth.grant === "code" ? "code" : "client_credentials";
  const { fields, attach } = security.keys;
  const [first] = attach;
  if (first && attach.length === 1) {
    if (first.in === "basic" && fields.length === 2) return "basic";
    if (first.in !== "basic" && first.in !== "form_json" && fields.length === 1) {
      if (first.value === `Bearer {key.${fields[0]?.name}}`) return "bearer";
      if (first.value === `{key.${fields[0]?.name}}`) return "key";
    }
  }
  return "fields";
}

/** The only thing a credential goes with, where it has a name. */
export function named(attach: Attach[]): Extract<Attach, { value: string; name: string }> | null {
  const [first] = attach;
  return first && first.in !== "basic" ? first : null;
}
