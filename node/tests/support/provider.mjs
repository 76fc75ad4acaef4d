// A provider of OpenID Connect for `node/tests/sign_in.rs`: the certified package oidc-provider, and people who sign in by
// saying who they are.
//
//   node provider.mjs FOLDER CONFIG
//
// FOLDER: where node_modules with the package lies. CONFIG: JSON with `port`, `clients`, and `people`: by subject, their
// `claims`, and `forged`: whether the signature of their token is broken.
//
//   GET  /interaction/UID?subject=SUBJECT   signs in;  ?cancel=1 cancels
//   POST /people                            replaces people, in the same form

import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, text] = process.argv.slice(2);
const config = JSON.parse(text);
const people = config.people;
const { Provider } = await import(pathToFileURL(join(folder, 'node_modules/oidc-provider/lib/index.js')).href);

const provider = new Provider(`http://127.0.0.1:${config.port}`, {
  clients: config.clients,
  cookies: { keys: ['practice'] },
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'id_number'], phone: ['phone_number'] },
  features: { devInteractions: { enabled: false } },
  async findAccount(_, subject) {
    const claims = async () => ({ ...people[subject]?.claims, sub: subject });
    return { accountId: subject, claims };
  },
  // Nobody is asked whether this node may know who they are.
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile phone');
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  await next();
  const subject = ctx.oidc?.entities?.Account?.accountId;
  if (ctx.body?.id_token && people[subject]?.forged) {
    const [head, claims, signature] = ctx.body.id_token.split('.');
    const other = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    ctx.body = { ...ctx.body, id_token: [head, claims, other].join('.') };
  }
});

async function interact(request, response, query) {
  await provider.interactionDetails(request, response);
  const subject = query.get('subject');
  if (!subject && !query.has('cancel')) {
    response.end('Who are you?');
    return;
  }
  const result = subject ? { login: { accountId: subject } } : { error: 'access_denied' };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function replace(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  Object.assign(people, JSON.parse(body));
  response.end();
}

const serve = provider.callback();

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, provider.issuer);
  const fail = (error) => { response.statusCode = 500; response.end(`${error}`); };
  if (pathname.startsWith('/interaction/')) interact(request, response, searchParams).catch(fail);
  else if (pathname === '/people') replace(request, response).catch(fail);
  else serve(request, response);
}).listen(config.port, '127.0.0.1');
