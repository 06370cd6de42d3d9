/** Who asks. */
export interface Caller {
  /** It has shown the autoscaler's token. */
  readonly isAutoscaler: boolean;
}

/** What resolvers are told besides their arguments. */
export interface Context {
  readonly caller: Caller;
}

/** Finds out who asks from an Authorization header, or from what stands for one on a websocket. */
export type IdentifyCaller = (authorization: unknown) => Caller;
