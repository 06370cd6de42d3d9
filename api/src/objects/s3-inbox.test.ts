import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Moto, motoMissing, startMoto } from '../../test/moto.ts';
import { openS3Inbox } from './s3-inbox.ts';
import { describeUploadInbox } from './upload-inbox.suite.ts';

/* moto compares neither signatures nor checksums: what is signed is looked at here. */
describe.skipIf(motoMissing)(`S3 as inbox${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    await fetch(`${moto.endpoint}/the-bucket`, { method: 'PUT' });
  });
  afterAll(() => moto?.stop());

  const open = (prefix: string) => openS3Inbox({ bucket: 'the-bucket', prefix, ...moto.client }, Date.now);

  describeUploadInbox('below a prefix', async () => {
    const prefix = `${uuidv7()}/`;
    const opened = [open(prefix)];
    return {
      inbox: opened[0]!,
      server: moto.endpoint,
      reopen: async () => {
        opened.push(open(prefix));
        return opened[1]!;
      },
      remove: async () => opened.forEach((inbox) => inbox.close()),
    };
  });

  test('the address is signed for one object, its size, type and SHA-256, and for a time', async () => {
    const inbox = open('live/');
    const id = uuidv7();
    const { url, headers } = await inbox.offer({
      id,
      sizeBytes: 1234,
      contentType: 'image/png',
      sha256: 'ab'.repeat(32),
      expiresAt: new Date(Date.now() + 900_000),
    });
    inbox.close();
    const { pathname, searchParams } = new URL(url);
    expect(pathname).toBe(`/the-bucket/live/uploads/${id}`);
    expect(searchParams.get('X-Amz-SignedHeaders')?.split(';')).toEqual([
      'content-length',
      'content-type',
      'host',
      'if-none-match',
      'x-amz-checksum-sha256',
    ]);
    expect(Number(searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(900);
    expect(headers).toEqual({
      'content-type': 'image/png',
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from('ab'.repeat(32), 'hex').toString('base64'),
    });
  });
});
