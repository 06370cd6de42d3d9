import { cacheExchange } from '@urql/exchange-graphcache';
import { Client, fetchExchange, subscriptionExchange } from '@urql/vue';
import type { Client as SocketClient } from 'graphql-ws';
import { cacheUpdates } from './cache-updates.ts';
import { type SignInGate, signInExchange } from './sign-in-exchange.ts';

/**
 * The way to the api: queries and mutations by POST, subscriptions over the given socket, results normalised by key. What is
 * refused because nobody is signed in waits until somebody is.
 */
export function createGraphqlClient(socket: SocketClient, gate: SignInGate): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: { headers: { 'apollo-require-preflight': 'true' } },
    exchanges: [
      cacheExchange({
        keys: {
          Image: (image) => image['key'] as string,
          CacheNode: (node) => node['id'] as string,
          // What exists once or has no identity lives inside of what refers to it.
          Pool: () => null,
          CacheConfig: () => null,
          ScalingPolicy: () => null,
          Stats: () => null,
          StatsPoint: () => null,
          NodeStats: () => null,
          NodeStatsPoint: () => null,
          NodeStatsPointNow: () => null,
          StatsUpdate: () => null,
          DecisionConnection: () => null,
          DecisionEdge: () => null,
          AllImagesDeletion: () => null,
          CreatedToken: () => null,
          DeleteAllImagesResult: () => null,
          ImageChange: () => null,
          ImagePlace: () => null,
          ImagePlacement: () => null,
          ImageConnection: () => null,
          ImageEdge: () => null,
          PageInfo: () => null,
        },
        updates: cacheUpdates,
      }),
      signInExchange(gate),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query: request.query ?? '', variables: request.variables }, sink),
          }),
        }),
      }),
    ],
  });
}
