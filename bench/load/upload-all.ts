import type { Picture } from './pictures.ts';
import type { ShoalClient, StoredImage } from './shoal-client.ts';

const AT_ONCE = 4;

export interface UploadPlan {
  readonly client: ShoalClient;
  readonly pictures: readonly Picture[];
  readonly prefix: string;
  readonly count: number;
  readonly signal: AbortSignal;
  onProgress(done: number): void;
}

/** Uploads what is not there yet. Resolves with the path of each image, in order. */
export async function uploadAll(plan: UploadPlan): Promise<string[]> {
  const { client, pictures, prefix, count, signal } = plan;
  const stored = await listAll(client, prefix);
  const paths = new Array<string>(count);
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let index = next++; index < count && !signal.aborted; index = next++) {
      const key = keyOf(prefix, index);
      const picture = pictures[index % pictures.length]!;
      const before = stored.get(key);
      const image = before?.sha256 === picture.sha256 ? before : await client.upload(key, picture.bytes);
      paths[index] = image.url;
      plan.onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return paths;
}

async function listAll(client: ShoalClient, prefix: string): Promise<Map<string, StoredImage>> {
  const stored = new Map<string, StoredImage>();
  for (let after: string | null | undefined; after !== null;) {
    const page = await client.list(prefix, after ?? null);
    for (const image of page.images) stored.set(image.key, image);
    after = page.next;
  }
  return stored;
}

function keyOf(prefix: string, index: number): string {
  return `${prefix}${String(index).padStart(6, '0')}`;
}
