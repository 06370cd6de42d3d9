import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the api leaves in its data folder for the autoscaler beside it. Read anew each time, as the api may be started, or started
 * anew, while this process runs.
 */
export class ApiFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the api listens: http://HOST:PORT */
  async url(): Promise<string> {
    return await this.#read('api.url', 'SHOAL_URL');
  }

  /** What shows the api that it is the autoscaler who asks. */
  async token(): Promise<string> {
    return await this.#read('autoscaler.token', 'AUTOSCALER_TOKEN');
  }

  async #read(name: string, setting: string): Promise<string> {
    try {
      return (await readFile(join(this.#folder, name), 'utf8')).trim();
    } catch (error) {
      throw new Error(`There is no ${name} in DATA_DIR. Set DATA_DIR to that of the api, or ${setting}`, {
        cause: error,
      });
    }
  }
}
