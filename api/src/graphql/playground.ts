import type { FastifyInstance } from 'fastify';

const FIRST_OPERATION = `# Try any operation of Shoal here. The book at the left documents every field.
# Uploads need a file, which this page can't send: use the gallery, or curl as the README shows.
query Images {
  images(first: 10, order: NEWEST) {
    edges {
      node {
        key
        contentType
        bytes
        width
        height
        thumbnailUrl(width: 320)
      }
    }
  }
  pool {
    epoch
    nodes {
      name
      state
      items
      hits
      misses
    }
  }
}
`;

/** Serves GraphiQL at `/playground`, one page that asks no other host for anything. Loaded when it is first asked for: it is large. */
export function servePlayground(fastify: FastifyInstance): void {
  let page: Promise<string> | undefined;
  fastify.get('/playground', async (_request, reply) => {
    page ??= renderPage();
    await reply.type('text/html; charset=utf-8').send(await page);
  });
}

async function renderPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    title: 'Shoal playground',
    defaultQuery: FIRST_OPERATION,
  });
}
