/** Takes what an operator should know, as pino's logger does. */
export interface TroubleLog {
  warn(fields: object, message: string): void;
}

/** What goes wrong again and again, logged once for each change of its message. */
export class Troubles {
  readonly #log: TroubleLog;
  readonly #messages = new Map<string, string>();

  constructor(log: TroubleLog) {
    this.#log = log;
  }

  /** @param topic what fails, in words: they begin the line that is logged */
  report(topic: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#messages.get(topic) === message) return;
    this.#messages.set(topic, message);
    this.#log.warn({ err: error }, `${topic}: ${message}`);
  }

  clear(topic: string): void {
    this.#messages.delete(topic);
  }
}
