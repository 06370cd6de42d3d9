import type { FastifyInstance } from 'fastify';
import { refuseAccess } from '../access/refuse-access.ts';
import { sendError } from '../http/problem.ts';
import { policyOfPage } from '../http/security-headers.ts';
import type { IdentifyCaller } from './context.ts';
import { PLAYGROUND_TABS } from './playground-examples.ts';

/**
 * Serves GraphiQL at `/playground`, one page that asks no other host for anything, to those who have signed in unless it is public;
 * others are sent to where they can. Loaded when it is first asked for: it is large.
 */
export function servePlayground(
  fastify: FastifyInstance,
  { identify, isPublic }: { readonly identify: IdentifyCaller; readonly isPublic: boolean },
): void {
  let page: Promise<string> | undefined;
  fastify.get('/playground', async ({ headers }, reply) => {
    const caller = await identify(headers);
    const refusal = refuseAccess(caller, isPublic ? ['EVERYBODY'] : ['VIEWER', 'AUTOSCALER']);
    if (refusal !== undefined) {
      const isNavigation = (headers.accept ?? '').includes('text/html');
      if (isNavigation) return await reply.redirect('/sign-in?next=/playground', 302);
      reply.hijack();
      sendError(reply.raw, refusal);
      return reply;
    }
    page ??= renderPage();
    const html = await page;
    return await reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policyOfPage(html))
      .send(html);
  });
}

async function renderPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    title: 'Shoal playground',
    defaultTabs: [...PLAYGROUND_TABS],
    // Headers are kept in the browser otherwise, and a token may be among them.
    shouldPersistHeaders: false,
  });
}
