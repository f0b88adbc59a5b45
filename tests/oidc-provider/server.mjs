// The npm package oidc-provider on loopback: a real OAuth 2.0 and OpenID Connect server, for the
// end-to-end tests. It signs in and consents by itself (an approving page), rotates refresh
// tokens, and revokes the whole family when a replaced one is sent again, as it does anywhere. It
// takes pushed authorization requests (RFC 9126), device codes (RFC 8628) and clients that authorize
// themselves (RFC 6749 section 4.4).
//
// Started as `node server.mjs '{"accessTokenSeconds": 3}'`; `"pushedOnly": true` refuses every
// authorization request that was not pushed. The first line on standard output is
// `{"issuer": "http://127.0.0.1:PORT", "control": "http://127.0.0.1:PORT"}`.
//
// The control address (its own port, so that nothing of it can be mistaken for the provider):
//   GET  /counts       requests to the token endpoint by grant and outcome:
//                      {"authorization_code": {"ok": 1, "failed": 0}, ...}
//   GET  /log          every request to the provider, without bodies: [{at, method, path, status, grant?, error?}]
//   GET  /grants       the grants in force: [{id, account, client}]
//   GET  /live         how many access tokens have not expired: {"access": 1, "client": 0, "refresh": 1}
//   POST /clients      registers a client: any metadata of RFC 7591, `client_id` included
//   POST /settings     changes {accessTokenSeconds, refreshTokenSeconds, codeSeconds, account, approve, byHand,
//                      slowDown}: codeSeconds is the life of device codes; with byHand the approving page waits
//                      for somebody to press Sign in; slowDown is how many polls for a device code are still
//                      told to slow down
//   POST /revoke-all   takes back every grant and everything issued under it

import { createServer } from 'node:http';
import { once } from 'node:events';
import { Provider, errors } from 'oidc-provider';

const settings = {
  accessTokenSeconds: 3600,
  refreshTokenSeconds: 14 * 24 * 3600,
  codeSeconds: 600,
  account: 'mina',
  approve: true,
  byHand: false,
  pushedOnly: false,
  slowDown: 0,
  ...JSON.parse(process.argv[2] ?? '{}'),
};

const accounts = {
  mina: { name: 'Mina Provider', email: 'mina@provider.example' },
  noor: { name: 'Noor Provider', email: 'noor@provider.example' },
};

// Everything the provider stores, by model and id. Its own in-memory store cannot be listed,
// which the counts and the revocation of everything need.
const store = new Map();

class Store {
  constructor(model) {
    this.model = model;
  }

  #key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload, seconds) {
    const until = seconds === undefined ? Infinity : Date.now() + seconds * 1000;
    store.set(this.#key(id), { model: this.model, id, payload, until });
  }

  async find(id) {
    // The provider leaves it to whoever runs it how often is too often.
    if (this.model === 'DeviceCode' && settings.slowDown > 0) {
      settings.slowDown -= 1;
      throw new errors.SlowDown();
    }
    const entry = store.get(this.#key(id));
    if (!entry) return undefined;
    if (entry.until <= Date.now()) {
      store.delete(this.#key(id));
      return undefined;
    }
    return entry.payload;
  }

  async findByUid(uid) {
    return this.#findBy('uid', uid);
  }

  async findByUserCode(code) {
    return this.#findBy('userCode', code);
  }

  #findBy(field, value) {
    for (const { model, payload, until } of store.values()) {
      if (model === this.model && payload[field] === value && until > Date.now()) return payload;
    }
    return undefined;
  }

  async consume(id) {
    const entry = store.get(this.#key(id));
    if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    store.delete(this.#key(id));
  }

  async revokeByGrantId(grant) {
    for (const [key, { payload }] of store) {
      if (payload.grantId === grant) store.delete(key);
    }
  }
}

function live(model) {
  const now = Date.now();
  return [...store.values()].filter(
    (entry) => entry.model === model && entry.until > now && !entry.payload.consumed,
  );
}

function page(ctx, text, form) {
  ctx.body = `<!doctype html><meta charset="utf-8"><title>Device</title><p>${text}</p>${form}`;
}

// The pages for a device's code. The provider gives the form, without its buttons.
const codes = {
  async userCodeInputSource(ctx, form, _out, error) {
    const text = error ? 'This did not work.' : 'Enter the code of your device.';
    const labeled = form.replace('name="user_code"', 'id="code" name="user_code"');
    const rest = '<label for="code">Code</label><button type="submit">Continue</button></form>';
    page(ctx, text, labeled.replace('</form>', rest));
  },
  async userCodeConfirmSource(ctx, form, _client, _device, code) {
    const rest =
      '<button type="submit">Allow</button>' +
      '<button type="submit" name="abort" value="yes">Deny</button></form>';
    page(ctx, `The device shows ${code}.`, form.replace('</form>', rest));
  },
  async successSource(ctx) {
    page(ctx, 'The device is signed in.', '');
  },
};

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  adapter: Store,
  clients: [],
  clockTolerance: 0,
  cookies: { keys: ['a test server signs with this'] },
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true, ...codes },
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: settings.pushedOnly,
    },
    introspection: { enabled: true, allowedPolicy: async () => true },
  },
  interactions: { url: (_ctx, interaction) => `/approving/${interaction.uid}` },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: () => settings.accessTokenSeconds,
    RefreshToken: () => settings.refreshTokenSeconds,
    AuthorizationCode: 60,
    ClientCredentials: () => settings.accessTokenSeconds,
    DeviceCode: () => settings.codeSeconds,
    Grant: 14 * 24 * 3600,
    IdToken: 3600,
    Interaction: 600,
    Session: 600,
  },
  async findAccount(_ctx, id) {
    const account = accounts[id];
    return account && { accountId: id, claims: async () => ({ sub: id, ...account }) };
  },
});

// Every request and how it ended. Bodies, queries and headers are left out: the log is no place
// for what the requests carry.
const log = [];
const counts = {};
provider.use(async (ctx, next) => {
  const entry = { at: Date.now(), method: ctx.method, path: ctx.path };
  log.push(entry);
  try {
    await next();
  } finally {
    entry.status = ctx.status;
    if (ctx.method === 'POST' && ctx.path === '/token') {
      entry.grant = ctx.oidc?.params?.grant_type ?? 'none';
      const count = (counts[entry.grant] ??= { ok: 0, failed: 0 });
      if (ctx.status === 200) count.ok += 1;
      else count.failed += 1;
      if (typeof ctx.body?.error === 'string') entry.error = ctx.body.error;
    }
  }
});

// The approving page: signs the configured account in (by itself, or once somebody presses a
// button), grants what was asked, and goes on.
async function approve(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (!settings.approve) {
    await provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description: 'the person said no',
    });
    return;
  }
  if (settings.byHand && prompt.name === 'login' && request.method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><title>Sign in</title><p>Sign in as ${settings.account}?</p>` +
        `<form method="post" action="${request.url}"><button type="submit">Sign in</button></form>`,
    );
    return;
  }
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: settings.account } });
    return;
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}

const answer = provider.callback();
server.on('request', (request, response) => {
  if (request.url.startsWith('/approving/')) {
    approve(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(`approving failed: ${error.message}`);
    });
    return;
  }
  answer(request, response);
});

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

const routes = {
  'GET /counts': () => counts,
  'GET /log': () => log,
  'GET /live': () => ({
    access: live('AccessToken').length,
    client: live('ClientCredentials').length,
    refresh: live('RefreshToken').length,
  }),
  'GET /grants': () =>
    live('Grant').map(({ id, payload }) => ({
      id,
      account: payload.accountId,
      client: payload.clientId,
    })),
  'POST /clients': async (metadata) => {
    await new Store('Client').upsert(metadata.client_id, metadata);
    const client = await provider.Client.find(metadata.client_id);
    return { client_id: client.clientId };
  },
  'POST /settings': (changed) => Object.assign(settings, changed),
  'POST /revoke-all': () => {
    const kept = new Set(['Client', 'Session']);
    let revoked = 0;
    for (const [key, { model }] of store) {
      if (kept.has(model)) continue;
      store.delete(key);
      revoked += 1;
    }
    return { revoked };
  },
};

const control = createServer(async (request, response) => {
  const route = routes[`${request.method} ${request.url}`];
  response.setHeader('content-type', 'application/json');
  try {
    if (!route) throw Object.assign(new Error('no such route'), { status: 404 });
    response.end(JSON.stringify(await route(await body(request))));
  } catch (error) {
    response.statusCode = error.status ?? 400;
    response.end(JSON.stringify({ error: error.message, description: error.error_description }));
  }
});
control.listen(0, '127.0.0.1');
await once(control, 'listening');

// Whoever started this server holds its standard input; when that closes, the server ends too.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

process.stdout.write(
  `${JSON.stringify({ issuer, control: `http://127.0.0.1:${control.address().port}` })}\n`,
);
