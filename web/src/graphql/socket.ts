import { createClient, type Client } from 'graphql-ws';
import type { SignInGate } from './sign-in-exchange.ts';

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5000;
/** As the api closes the socket of who is not signed in. */
const UNAUTHORIZED = 4401;

/**
 * The websocket for subscriptions, open while one is active. A silent server counts as a lost connection after 15 seconds. It doesn't
 * reconnect: whoever subscribes sees the end and decides. It opens only while somebody is signed in.
 */
export function createSocket(
  url: string,
  options: { webSocketImpl?: unknown; gate?: SignInGate } = {},
): Client {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: async () => {
      await options.gate?.whenIn();
      return url;
    },
    retryAttempts: 0,
    keepAlive: PING_EVERY_MS,
    webSocketImpl: options.webSocketImpl,
    // The subscriber is told by its sink.
    onNonLazyError: () => {},
    on: {
      ping: (isReceived) => {
        if (!isReceived) overdue = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(overdue);
      },
      closed: (event) => {
        clearTimeout(overdue);
        if ((event as CloseEvent).code === UNAUTHORIZED) options.gate?.expire();
      },
    },
  });
  return client;
}

/** The address of the api's socket beside the page's own address. */
export function socketUrl(pageUrl: string): string {
  const url = new URL('/graphql', pageUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
