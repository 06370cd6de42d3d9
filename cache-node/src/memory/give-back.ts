import { MessageChannel } from 'node:worker_threads';

/** Gives memory back to the system at once; the collector would do it when it gets round to it. Nobody may still use it. */
export function giveBack(memory: ArrayBuffer): void {
  // What is sent into a closed port is gone when the call returns.
  closedPort().postMessage(undefined, [memory]);
}

let port: MessageChannel['port1'] | undefined;

function closedPort(): MessageChannel['port1'] {
  if (port === undefined) {
    ({ port1: port } = new MessageChannel());
    port.close();
  }
  return port;
}
