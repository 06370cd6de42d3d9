/** Who asks. */
export interface Caller {
  /** It has shown the autoscaler's token. */
  readonly isAutoscaler: boolean;
}

/** What resolvers are told besides their arguments. */
export interface Context {
  readonly caller: Caller;
}
