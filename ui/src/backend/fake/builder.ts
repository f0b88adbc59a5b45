// The builder of connectors in the fake program: drafts in memory, with the same words about what is
// wrong as the real one has, for the few things it looks at.
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { BARE_OAUTH, bareQuestion, field, keysOf, revokeAt } from "../../screens/builder/sketch";
import type { BuilderView, Commands, ConnectionMark, Failure, FindingView, Locale, ServiceMark, Sketch, Way } from "../bindings";

type Names = Extract<keyof Commands, `connector_${string}`>;
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Around {
  locale: () => Locale;
  changed: () => void;
  /** A service's mark. */
  mark: (id: string) => ServiceMark;
}

const HASH = "9f2c4b7ad1e0835566aa01c3ffb2d4770a1e5b9c3d2f4e6a8b0c1d2e3f4051";
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFUlEQVR4nGNQcGhQcGhgUHBogLAAF7IDwUcbYRsAAAAASUVORK5CYII=";

function sketchOf(id: string, name: string, way: Way): Sketch {
  const keys = way === "basic" || way === "bearer" || way === "fields" ? keysOf(way) : keysOf("key");
  const oauth = way === "code" || way === "device" || way === "client_credentials" || way === "open_id";
  return {
    general: { id, name, category: "custom", description: { en: name, ja: name }, monogram: { text: name.slice(0, 2).toUpperCase(), hue: 125 }, logo: null, kinds: way === "client_credentials" ? ["admin"] : ["admin", "logged_in_user"] },
    security: oauth ? { oauth: { ...BARE_OAUTH, grant: way === "client_credentials" ? "client_credentials" : "code", device: way === "device" ? "" : null } } : { keys },
    api: { base: "", header: "Bearer {token}", header_name: "Authorization", headers: {}, errors: [], drop: [] },
    scopes: [], presets: [], whoami: null, verify: null, parameters: [], hosts: null, doubled: [], rest: {},
  };
}

function kura(): Sketch {
  const sketch = sketchOf("kura_archive", "Kura Archive", "code");
  sketch.general.description = { en: "Contracts, sealed and searchable.", ja: "契約書の保管と検索。" };
  sketch.general.monogram.text = "KA";
  sketch.security = { oauth: { ...BARE_OAUTH, authorize: "https://id.kura.example/auth", token: "https://id.kura.example/token", revoke: revokeAt("https://id.kura.example/revoke"), client_auth: "basic", issuer: "https://id.kura.example", jwks: "https://id.kura.example/jwks" } };
  sketch.presets = [{ id: "read_only", name: { en: "Read only", ja: "読み取りのみ" }, scopes: ["openid", "files.read"] }];
  sketch.api.base = "https://api.kura.example/v1";
  sketch.scopes = ["openid", "files.read", "files.write"].map((name) => ({ name, about: { en: name, ja: name }, default: name !== "files.write", source: null }));
  sketch.whoami = { ...bareQuestion("https://api.kura.example/v1/me"), id: "/id", email: "/email" };
  sketch.rest = { sources: ["https://docs.kura.example/oauth"] };
  return sketch;
}

function ledger(): Sketch {
  const sketch = sketchOf("ledger", "Ledger", "fields");
  sketch.security = { keys: { fields: [field("merchant_id", "Merchant ID", "加盟店 ID", false), field("api_key", "API key", "API キー")], attach: [{ in: "header", name: "X-Merchant", value: "{key.merchant_id}" }, { in: "header", name: "X-API-Key", value: "{key.api_key}" }] } };
  sketch.api.base = "https://api.ledger.example";
  sketch.parameters = [{ name: "region", label: { en: "Region", ja: "リージョン" }, pattern: "eu|us", default: "eu", example: null, automatic: false }];
  return sketch;
}

/** A service with ways of its own: everything that few need is set. */
function press(): Sketch {
  const sketch = sketchOf("press_office", "Press Office", "code");
  sketch.security = {
    oauth: {
      ...BARE_OAUTH, authorize: "https://id.press.example/auth", token: "https://id.press.example/token", client_auth: "basic", body: "json",
      authorize_params: { access_type: "offline", prompt: "consent" }, token_params: { audience: "https://api.press.example" },
      answers: [{ name: "realmId", at: null, host: false, default: null, example: "9130355377388383", told_by: null }, { name: "instance_url", at: "/instance_url", host: true, default: null, example: "https://eu1.press.example", told_by: null }, { name: "region", at: null, host: false, default: null, example: null, told_by: { answer: "instance_url", values: { "https://eu1.press.example": "eu" }, setting: null, ends: null } }],
      error_words: { invalid_code: "invalid_grant" }, error_at: ["/error/code"], token_lifetime_seconds: 3600, rotates: true,
    },
  };
  sketch.api.base = "https://api.press.example/v2";
  sketch.api.errors = [{ status: 400, at: "/error/code", field: null, is: "token_expired", starts: null, means: "expired" }];
  sketch.whoami = { ...bareQuestion("https://api.press.example/graphql"), method: "POST", json: '{ "query": "{ me { id email } }" }', id: "/data/me/id" };
  sketch.scopes = ["papers.read", "papers.write"].map((name) => ({ name, about: { en: name, ja: name }, default: true, source: null }));
  sketch.rest = { rate: { refreshes: 5, seconds: 60 }, notes: [{ en: "Papers are kept for a year.", ja: "記事は 1 年間保存されます。" }] };
  return sketch;
}

const hostOf = (address: string | null | undefined): string | null => /^https?:\/\/[^/?#]+/.exec(address ?? "")?.[0] ?? null;

/** The fields that are looked at, by JSON pointer; `true` where they are needed. */
function addresses(sketch: Sketch): [string, string | null, boolean][] {
  const asked: [string, string | null, boolean][] = [["/api/base", sketch.api.base, true], ["/whoami/url", sketch.whoami?.url ?? null, false], ["/verify/url", sketch.verify?.url ?? null, sketch.verify !== null]];
  if (!("oauth" in sketch.security)) return asked;
  const { oauth } = sketch.security;
  return [["/oauth/authorize", oauth.authorize, oauth.grant === "code" && oauth.device === null], ["/oauth/token", oauth.token, true], ["/oauth/device", oauth.device, oauth.device !== null], ["/oauth/refresh", oauth.refresh, false], ["/oauth/revoke", oauth.revoke?.url ?? null, false], ["/oauth/userinfo", oauth.userinfo, false], ["/oauth/jwks", oauth.jwks, false], ...asked];
}

const hosts = (sketch: Sketch): string[] => sketch.hosts ?? [...new Set(addresses(sketch).flatMap(([at, address]) => (at === "/oauth/authorize" || at === "/oauth/jwks" ? [] : (hostOf(address) ?? []))))];
const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^[^a-z]+|_+$/g, "") || "custom";

const toml = (sketch: Sketch): string => {
  const { general, security } = sketch;
  const lines = [`id = "${general.id}"`, `name = "${general.name}"`, `kinds = ${JSON.stringify(general.kinds)}`, `hosts = ${JSON.stringify(hosts(sketch))}`, "", "[description]", `en = "${general.description.en}"`, `ja = "${general.description.ja}"`, ""];
  if ("oauth" in security) {
    lines.push("[oauth]");
    for (const [at, address] of addresses(sketch)) if (at.startsWith("/oauth/") && address) lines.push(`${at.slice(7)} = "${address}"`);
    lines.push(`client_auth = "${security.oauth.client_auth}"`, "");
    for (const name of ["authorize_params", "token_params", "refresh_params", "headers", "error_words", "error_statuses"] as const) {
      const entries = Object.entries(security.oauth[name]);
      if (entries.length > 0) lines.push(`[oauth.${name}]`, ...entries.map(([key, value]) => `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)} = ${JSON.stringify(value)}`), "");
    }
    for (const one of security.oauth.answers) lines.push("[[oauth.answers]]", ...Object.entries(one).filter(([, value]) => value !== null && value !== false).map(([key, value]) => `${key} = ${JSON.stringify(value)}`), "");
  } else {
    for (const one of security.keys.fields) lines.push("[[keys.fields]]", `name = "${one.name}"`, "");
  }
  lines.push("[api]", `base = "${sketch.api.base}"`, "");
  for (const [name, asked] of [["whoami", sketch.whoami], ["verify", sketch.verify]] as const) {
    if (!asked) continue;
    lines.push(`[${name}]`, `url = "${asked.url}"`);
    if (asked.method !== "GET") lines.push(`method = "${asked.method}"`);
    if (asked.json !== null) lines.push(`json = ${JSON.stringify(asked.json)}`);
    for (const [key, value] of Object.entries(asked.form)) lines.push(`form.${JSON.stringify(key)} = ${JSON.stringify(value)}`);
    lines.push("");
  }
  for (const scope of sketch.scopes) lines.push("[[scopes]]", `name = "${scope.name}"`, "");
  for (const preset of sketch.presets) lines.push("[[presets]]", `id = "${preset.id}"`, `scopes = ${JSON.stringify(preset.scopes)}`, "");
  return lines.join("\n");
};

export function builderHandlers(around: Around): Handlers {
  /** What could not be stored, by file. */
  const unsaved = new Map<string, { sketch: Sketch; seen: string }>();
  const drafts = new Map<string, { sketch: Sketch; n: number; published: string | null }>();
  const open = (sketch: Sketch, published: string | null = null): string => {
    const file = `${sketch.general.id}.toml`;
    drafts.set(file, { sketch, n: 1, published });
    return file;
  };
  const first = kura();
  open(first, "published");
  open(ledger());
  open(sketchOf("depot", "Depot", "code"));
  open(press());
  open(sketchOf("warehouse", "Warehouse", "bearer"), "published");

  const say = (key: string, args: Record<string, string> = {}): string => {
    const table = (around.locale() === "ja" ? ja : en) as Record<string, string>;
    return Object.entries(args).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, table[`word.${name}.${value}`] ?? value), table[key] ?? key);
  };
  const refuse = (code: string, args: Record<string, string> = {}): never => {
    const failure: Failure = { code, message: say(`error.${code}`, args), help: say(`error.${code}.help`, args) };
    throw failure;
  };
  const finding = (at: string, code: string, args: Record<string, string> = {}): FindingView => ({ at, code, message: say(`why.${code}`, { field: at.slice(1).replaceAll("/", "."), ...args }) });

  function findings(sketch: Sketch): FindingView[] {
    const found: FindingView[] = [];
    for (const [at, address, needed] of addresses(sketch)) {
      if (address === "" || (address === null && needed)) found.push(finding(at, "field_empty"));
      else if (address !== null && !/^https?:\/\//.test(address)) found.push(finding(at, "field_address"));
      else if (address?.startsWith("http://")) found.push(finding(at, "address_insecure"));
    }
    const { id, name } = sketch.general;
    if (!/^[a-z][a-z0-9_-]{0,49}$/.test(id)) found.push(finding("/id", "id_form", { id, most: "50" }));
    if (["github", "salesforce", "zoho_crm"].includes(id)) found.push(finding("/id", "id_built_in", { id }));
    if (name === "") found.push(finding("/name", "field_empty"));
    if ("keys" in sketch.security && !sketch.verify) found.push(finding("/keys", "verify_missing"));
    if ("oauth" in sketch.security) {
      const { oauth } = sketch.security;
      for (const name of Object.keys(oauth.authorize_params)) {
        if (name === "") found.push(finding("/oauth/authorize_params/", "field_empty"));
        else if (["state", "scope", "client_id", "redirect_uri"].includes(name)) found.push(finding(`/oauth/authorize_params/${name}`, "param_own", { name }));
      }
      for (const name of Object.keys(oauth.error_words)) if (name === "") found.push(finding("/oauth/error_words/", "field_empty"));
      oauth.answers.forEach((one, i) => one.name === "" && found.push(finding(`/oauth/answers/${i}/name`, "field_empty")));
    }
    for (const [at, asked] of [["/whoami", sketch.whoami], ["/verify", sketch.verify]] as const) {
      if (asked?.json == null) continue;
      try {
        JSON.parse(asked.json);
      } catch {
        found.push(asked.json === "" ? finding(`${at}/json`, "field_empty") : finding(`${at}/json`, "not_json", { line: "1", column: String(asked.json.length), fault: "ends" }));
      }
    }
    sketch.parameters.forEach((one, i) => one.pattern.includes("[") && !one.pattern.includes("]") && found.push(finding(`/parameters/${i}/pattern`, "pattern_bad", { fault: "brackets" })));
    sketch.presets.forEach((preset, i) => preset.name.en === "" && found.push(finding(`/presets/${i}/name/en`, "field_empty")));
    sketch.scopes.forEach((scope, i) => scope.name === "" && found.push(finding(`/scopes/${i}/name`, "field_empty")));
    for (const { at, name } of sketch.doubled) found.push(finding(`${at}/${name}`, "name_twice", { name }));
    return found;
  }
  const view = (file: string): BuilderView => {
    const draft = drafts.get(file) ?? refuse("draft_changed", { file });
    const { sketch, n, published } = draft;
    return {
      file, sketch: structuredClone(sketch), hash: `${HASH}${String(n).padStart(2, "0")}`, toml: toml(sketch), hosts: hosts(sketch), findings: findings(sketch), mayManage: true, unsaved: null,
      state: published === null ? "draft" : published === "published" ? "published" : "changed",
      connections: file === "kura_archive.toml" ? 2 : 0, registrations: file === "kura_archive.toml" ? 1 : 0,
    };
  };
  const filled = (sketch: Sketch, issuer: string): Sketch => {
    if (!issuer.startsWith("https://")) return refuse("discovery_issuer_invalid");
    if (issuer.includes("liar")) return refuse("discovery_other_issuer", { got: "https://id.other.example", expected: issuer });
    const at = issuer.replace(/\/$/, "");
    const next = structuredClone(sketch);
    const before = "oauth" in next.security ? next.security.oauth : BARE_OAUTH;
    next.security = { oauth: { ...before, issuer, authorize: `${at}/auth`, token: `${at}/token`, revoke: revokeAt(`${at}/revoke`), device: before.device, par: `${at}/par`, jwks: `${at}/jwks`, userinfo: `${at}/me`, client_auth: "basic" } };
    for (const name of ["openid", "offline_access", "files.read"]) if (!next.scopes.some((scope) => scope.name === name)) next.scopes.push({ name, about: { en: name, ja: name }, default: name !== "files.read", source: null });
    if ("oauth" in next.security) next.security.oauth.authorize_params = { prompt: "consent", ...next.security.oauth.authorize_params };
    next.whoami ??= { ...bareQuestion(`${at}/me`), id: "/sub", name: "/name", email: "/email" };
    return next;
  };
  const marks: ConnectionMark[] = [
    { id: "contract_archive", name: "Contract archive", linkName: "contract_archive", service: around.mark("kura_archive") } as ConnectionMark,
    { id: "contract_search", name: "Contract search", linkName: "contract_search", service: around.mark("kura_archive") } as ConnectionMark,
  ];

  return {
    connector_begin: ({ start }) => {
      let sketch: Sketch;
      if (start.from === "scratch") sketch = sketchOf(slug(start.name), start.name, start.way);
      else if (start.from === "issuer") {
        const name = start.name || new URL(start.issuer).hostname;
        sketch = filled(sketchOf(slug(name), name, "code"), start.issuer);
      } else if (start.from === "toml") {
        if (!start.text.includes("name =")) return refuse("import_bad", { detail: `${start.file}:1: ${say("why.field_missing", { field: "name" })}` });
        sketch = sketchOf("imported", "Imported", "code");
      } else sketch = sketchOf("paper_mill", "Paper Mill", start.choice === 0 ? "code" : "key_in_header");
      return view(open(sketch));
    },
    connector_read_openapi: ({ file, text }) => {
      if (text.includes("swagger")) return refuse("import_bad", { detail: `${file}:1: ${say("why.swagger")}` });
      return {
        name: "Paper Mill", bases: ["https://api.mill.example/v1"],
        choices: [{ scheme: "signin", way: "code", discover: null, scopes: 2 }, { scheme: "key", way: "key_in_header", discover: null, scopes: 0 }],
        leftOut: [{ line: 13, code: "scheme_cookie", message: say("why.scheme_cookie") }],
      };
    },
    connector_draft: ({ file }) => {
      const kept = unsaved.get(file);
      return { ...view(file), unsaved: kept ? { ...structuredClone(kept), findings: findings(kept.sketch) } : null };
    },
    connector_discard: ({ file }) => {
      unsaved.delete(file);
      return view(file);
    },
    connector_save: ({ file, sketch, seen, settled }) => {
      const draft = drafts.get(file);
      unsaved.set(file, { sketch: structuredClone(sketch), seen });
      if (sketch.general.name.includes("elsewhere") && draft?.n === 1) draft.n += 1;
      if (!draft || view(file).hash !== seen) return refuse("draft_changed", { file });
      if (sketch.general.description.en.includes("No room")) return refuse("draft_unwritable", { path: file, detail: "No space left on device" });
      unsaved.delete(file);
      const own = `${sketch.general.id}.toml`;
      const moves = settled && own !== file && draft.published === null && findings(sketch).every((one) => one.at !== "/id") && !drafts.has(own);
      if (moves) drafts.delete(file);
      const to = moves ? own : file;
      drafts.set(to, { sketch: structuredClone(sketch), n: draft.n + 1, published: draft.published === null ? null : "before" });
      return view(to);
    },
    connector_fill: async ({ sketch, issuer }) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      const next = filled(sketch, issuer);
      return { sketch: next, document: `${issuer}/.well-known/oauth-authorization-server`, millis: 84, filled: ["/oauth/authorize", "/oauth/token", "/oauth/revoke", "/oauth/par", "/oauth/jwks", "/oauth/userinfo"], scopes: next.scopes.length - sketch.scopes.length, pkce: true, device: false, clientCredentials: true };
    },
    connector_logo: ({ file, data }) => {
      if (!data.startsWith("iVBOR")) return refuse("logo_bad", { detail: `${file}: ${say(atob(data.slice(0, 400)).includes("<svg") ? "why.logo_svg" : "why.logo_not_png")}` });
      return DOT;
    },
    connector_logos: () => ({}),
    connector_publish_impact: ({ file, hash }) => {
      const one = view(file);
      const heavy = file === "kura_archive.toml";
      const moved = "oauth" in one.sketch.security && hostOf(one.sketch.security.oauth.token) !== "https://id.kura.example";
      return {
        file, hash, replaces: one.state !== "draft", hostsAdded: heavy ? (moved ? ["https://login.kura.example"] : []) : one.hosts, hostsRemoved: [],
        addresses: heavy && moved ? [{ field: "/oauth/token", before: "https://id.kura.example/token", after: "https://login.kura.example/token" }] : [],
        scopesAdded: [], scopesRemoved: [],
        connections: heavy ? marks.map((connection) => ({ connection, uses: 2, asksAgain: moved ? ([{}] as never[]) : [], scopesGone: [] })) : [],
        secretsRemoved: heavy && moved ? [{ registration: "registration-kura", name: "Kumo Works, main", connections: marks }] : [],
      };
    },
    connector_publish: ({ file }) => {
      const draft = drafts.get(file);
      if (draft) draft.published = "published";
      around.changed();
      return view(file);
    },
    connector_uses: ({ id }) => (id === "kura_archive" ? { connections: marks.map((connection) => ({ connection, uses: 2 })), registrations: ["Kumo Works, main"] } : { connections: [], registrations: [] }),
    connector_withdraw: ({ id }) => {
      const draft = drafts.get(`${id}.toml`);
      if (draft) draft.published = null;
      return view(`${id}.toml`);
    },
    connector_delete: ({ id }) => {
      drafts.delete(`${id}.toml`);
      around.changed();
    },
    connector_export: ({ id }) => ({ path: `~/.local/share/tsunagi/exports/${id}.toml`, entries: 1, leftOut: 0 }),
  };
}
