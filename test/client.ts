import { createHash } from 'node:crypto';

/** Of every Shoal that tests start. */
export const ADMIN_TOKEN = 'admin-of-the-tests-0123456789abcdef';
export const AS_ADMIN: Record<string, string> = { authorization: `Bearer ${ADMIN_TOKEN}` };

/** A result of GraphQL over HTTP as it came, with the status. */
export interface Answer<Data = Record<string, unknown>> {
  readonly status: number;
  readonly data?: Data | null;
  readonly errors?: { message: string; extensions: { code: string } }[];
}

export async function query<Data = Record<string, unknown>>(
  url: string,
  text: string,
  variables: Record<string, unknown> = {},
  headers: Record<string, string> = AS_ADMIN,
): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: text, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

export interface UploadedImage {
  readonly key: string;
  readonly version: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly thumbHash: string;
  readonly url: string;
  readonly thumbnailUrl: string;
}

export const IMAGE_FIELDS =
  'key version contentType bytes width height sha256 thumbHash url thumbnailUrl(width: 320)';

/** Uploads by the GraphQL multipart request specification. */
export async function upload(
  url: string,
  key: string,
  file: Uint8Array | Blob,
  { overwrite, headers }: { overwrite?: boolean; headers?: Record<string, string> } = {},
): Promise<Answer<{ uploadImage: UploadedImage }>> {
  const form = new FormData();
  const text = `mutation ($input: UploadImageInput!) { uploadImage(input: $input) { ${IMAGE_FIELDS} } }`;
  const input = { key, file: null, ...(overwrite !== undefined && { overwrite }) };
  form.set('operations', JSON.stringify({ query: text, variables: { input } }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', file instanceof Blob ? file : new Blob([Uint8Array.from(file)]), 'picture');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: headers ?? { 'apollo-require-preflight': 'true', ...AS_ADMIN },
    body: form,
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** Uploads a picture that must be taken. */
export async function uploaded(
  url: string,
  key: string,
  file: Uint8Array,
  overwrite = false,
): Promise<UploadedImage> {
  const answer = await upload(url, key, file, { overwrite });
  if (!answer.data) throw new Error(`The upload was refused: ${JSON.stringify(answer.errors)}`);
  return answer.data.uploadImage;
}

/** Uploads in three steps: createUpload, a PUT to the address that it gives, completeUpload. */
export async function uploadedDirectly(url: string, key: string, file: Uint8Array): Promise<UploadedImage> {
  const created = await query<{
    createUpload: { id: string; url: string; method: string; headers: { name: string; value: string }[] };
  }>(
    url,
    'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { id url method headers { name value } } }',
    {
      input: {
        key,
        bytes: file.length,
        contentType: 'image/png',
        sha256: createHash('sha256').update(file).digest('hex'),
      },
    },
  );
  if (!created.data) throw new Error(`createUpload was refused: ${JSON.stringify(created.errors)}`);
  const { createUpload: upload } = created.data;
  const sent = await fetch(new URL(upload.url, url), {
    method: upload.method,
    headers: Object.fromEntries(upload.headers.map(({ name, value }) => [name, value])),
    body: Uint8Array.from(file),
  });
  if (!sent.ok) throw new Error(`The bytes were refused: ${sent.status} ${await sent.text()}`);
  const completed = await query<{ completeUpload: UploadedImage }>(
    url,
    `mutation ($id: ID!) { completeUpload(id: $id) { ${IMAGE_FIELDS} } }`,
    { id: upload.id },
  );
  if (!completed.data) throw new Error(`completeUpload was refused: ${JSON.stringify(completed.errors)}`);
  return completed.data.completeUpload;
}
