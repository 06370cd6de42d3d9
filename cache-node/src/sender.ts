/** Hands bytes to the socket of one client. They must stay as they are until they are sent. */
export interface Sender {
  /** What has been handed over and is not sent yet, in bytes, or a little more than that. */
  readonly unsentBytes: number;
  send(bytes: Buffer): void;
  sendAll(parts: Buffer[]): void;
  /** Calls `sent` once, when nothing is unsent any more; never if the connection fails before. */
  whenSent(sent: () => void): void;
}
