import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface StoredImage {
  readonly key: string;
  readonly sha256: string;
  /** Path of the original in this version. */
  readonly url: string;
}

export interface ReadOutcome {
  readonly status: number;
  readonly isHit: boolean;
  readonly sizeBytes: number;
}

/** What the load generator asks of a Shoal that runs. */
export class ShoalClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;

  constructor(url: string, token: string | undefined) {
    this.#url = url;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const isSecure = url.startsWith('https:');
    this.#agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 256 });
    this.#request = isSecure ? httpsRequest : httpRequest;
  }

  /** @throws with the message of the first error */
  async query<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers },
      body: JSON.stringify({ query, variables }),
    });
    return dataOf<Data>(await response.json());
  }

  async list(prefix: string, after: string | null): Promise<{ images: StoredImage[]; next: string | null }> {
    const { images } = await this.query<{
      images: {
        edges: { node: StoredImage }[];
        pageInfo: { endCursor: string | null; hasNextPage: boolean };
      };
    }>(LIST, { prefix, after });
    const { endCursor, hasNextPage } = images.pageInfo;
    return { images: images.edges.map(({ node }) => node), next: hasNextPage ? endCursor : null };
  }

  async upload(key: string, bytes: Buffer): Promise<StoredImage> {
    const form = new FormData();
    const input = { key, file: null, overwrite: true };
    form.set('operations', JSON.stringify({ query: UPLOAD, variables: { input } }));
    form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
    form.set('0', new Blob([new Uint8Array(bytes)]), 'picture');
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { 'apollo-require-preflight': 'true', ...this.#headers },
      body: form,
    });
    return dataOf<{ uploadImage: StoredImage }>(await response.json()).uploadImage;
  }

  /** Reads to the end and throws the bytes away. */
  async read(path: string): Promise<ReadOutcome> {
    return await new Promise((resolve, reject) => {
      this.#request(
        this.#url + path,
        { agent: this.#agent, headers: { accept: 'image/webp', ...this.#headers } },
        (response: IncomingMessage) => {
          let sizeBytes = 0;
          response.on('data', (chunk: Buffer) => (sizeBytes += chunk.length));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              isHit: response.headers['x-cache'] === 'HIT',
              sizeBytes,
            }),
          );
        },
      )
        .on('error', reject)
        .end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const LIST = `query ($prefix: String, $after: String) {
  images(prefix: $prefix, first: 200, after: $after) {
    edges { node { key sha256 url } }
    pageInfo { endCursor hasNextPage }
  }
}`;
const UPLOAD = 'mutation ($input: UploadImageInput!) { uploadImage(input: $input) { key sha256 url } }';

function dataOf<Data>(answer: unknown): Data {
  const { data, errors } = answer as { data?: Data | null; errors?: { message: string }[] };
  if (data === undefined || data === null) throw new Error(errors?.[0]?.message ?? 'There was no answer.');
  return data;
}
