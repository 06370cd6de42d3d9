import { setTimeout } from 'node:timers/promises';
import { query, upload } from '../client.ts';
import { makePicture } from '../pictures.ts';
import { contentOf, KeyHistory, type Content } from './key-history.ts';

export interface TrafficOptions {
  /** Undefined while nobody is there to be asked. */
  readonly url: () => string | undefined;
  readonly keyCount?: number;
  readonly readerCount?: number;
}

export interface TrafficReport {
  /** Each read that gave what it must not give, in words. */
  readonly faults: readonly string[];
  /** Statuses other than 200 and 404, and broken connections, by their kind. */
  readonly errors: ReadonlyMap<string, number>;
  readonly reads: number;
  readonly writes: number;
  /** Of the reads before the first mark, between it and the next, and so on: the time that 99 % of them took at the most, in ms. */
  readonly p99s: readonly number[];
}

/** Uploads, overwrites, deletions and reads of a few keys at the same time, each read checked against what was acknowledged. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #keys: { readonly name: string; readonly history: KeyHistory }[];
  readonly #faults: string[] = [];
  readonly #errors = new Map<string, number>();
  readonly #latencies: number[] = [];
  readonly #marks: number[] = [0];
  #writeCount = 0;
  #isStopping = false;
  #loops: Promise<void>[] = [];
  #picture: Buffer = Buffer.alloc(0);

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#keys = Array.from({ length: options.keyCount ?? 8 }, (_, index) => ({
      name: `traffic/${index}`,
      history: new KeyHistory(),
    }));
  }

  async start(): Promise<void> {
    this.#picture = (await makePicture({ name: 'base.jpg', width: 64, height: 64 })).bytes;
    this.#loops = [
      ...this.#keys.map((key) => this.#write(key)),
      ...Array.from({ length: this.#options.readerCount ?? 12 }, () => this.#read()),
    ];
  }

  get readCount(): number {
    return this.#latencies.length;
  }

  /** What comes now is reported apart from what came before. */
  mark(): void {
    this.#marks.push(this.#latencies.length);
  }

  /** Ends the traffic, then reads every key once more. */
  async stop(): Promise<TrafficReport> {
    this.#isStopping = true;
    await Promise.all(this.#loops);
    for (const { name, history } of this.#keys) await this.#check(name, history, undefined);
    return {
      faults: this.#faults,
      errors: this.#errors,
      reads: this.#latencies.length,
      writes: this.#writeCount,
      p99s: this.#marks.map((start, index) => p99Of(this.#latencies.slice(start, this.#marks[index + 1]))),
    };
  }

  async #write({ name, history }: { name: string; history: KeyHistory }): Promise<void> {
    for (let round = 0; !this.#isStopping; round++) {
      const url = await this.#awaitUrl();
      const isDeletion = Math.random() < 0.25;
      const bytes = withComment(this.#picture, `${name} ${round}`);
      const acknowledge = history.begin(isDeletion ? 'absent' : contentOf(bytes), performance.now());
      try {
        const answer = isDeletion
          ? await query(url, 'mutation ($key: String!) { deleteImage(key: $key) { key } }', {
              key: name,
            })
          : await upload(url, name, bytes, { overwrite: true });
        if (answer.errors !== undefined) throw new Error(answer.errors[0]!.message);
        const uploaded = (answer.data as { uploadImage?: { version: string } }).uploadImage;
        acknowledge(performance.now(), uploaded?.version);
        this.#writeCount++;
      } catch (error) {
        this.#count(`write: ${(error as Error).message}`);
        await setTimeout(50);
      }
      await setTimeout(5 + Math.random() * 40);
    }
  }

  async #read(): Promise<void> {
    while (!this.#isStopping) {
      const { name, history } = this.#keys[Math.floor(Math.random() * this.#keys.length)]!;
      const version = Math.random() < 0.5 ? history.versionToRead(Math.random) : undefined;
      await this.#check(name, history, version);
      await setTimeout(1 + Math.random() * 4);
    }
  }

  async #check(name: string, history: KeyHistory, version: string | undefined): Promise<void> {
    const url = await this.#awaitUrl();
    const beganAt = performance.now();
    let seen: Content | undefined;
    try {
      seen = await this.#get(url, name, version);
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      this.#count(`read: ${cause?.code ?? (error as Error).message}`);
    }
    const endedAt = performance.now();
    if (seen === undefined) return;
    this.#latencies.push(endedAt - beganAt);
    const fault =
      version === undefined
        ? history.faultOf(seen, beganAt, endedAt)
        : history.faultOfVersion(version, seen, beganAt);
    if (fault !== undefined) this.#faults.push(`${name}${version === undefined ? '' : '?v='}: ${fault}`);
  }

  async #get(url: string, name: string, version: string | undefined): Promise<Content | undefined> {
    const query = version === undefined ? '' : `?v=${version}`;
    const response = await fetch(`${url}/images/${name}${query}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status === 404) return 'absent';
    if (response.status === 200) return contentOf(bytes);
    this.#count(`read: status ${response.status}`);
    return undefined;
  }

  async #awaitUrl(): Promise<string> {
    for (;;) {
      const url = this.#options.url();
      if (url !== undefined) return url;
      await setTimeout(20);
    }
  }

  #count(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }
}

function p99Of(latencies: readonly number[]): number {
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0;
}

/** The same JPEG with a comment behind its first marker, so that its bytes are of one upload alone. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const text = Buffer.from(comment);
  const marker = Buffer.from([0xff, 0xfe, 0, 0]);
  marker.writeUInt16BE(text.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, text, jpeg.subarray(2)]);
}
