/** The npm package against which the tests of the ring compare. */
declare module 'hashring' {
  export default class HashRing {
    constructor(servers: string[], algorithm?: string, options?: { 'default port'?: number });
    get(key: string): string;
  }
}
