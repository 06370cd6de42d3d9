import { expect, test } from 'vitest';
import { motoMissing, startMoto } from './moto.ts';

test.skipIf(motoMissing)(
  `moto can be started and emptied${motoMissing ? ` (${motoMissing})` : ''}`,
  async () => {
    const moto = await startMoto();
    try {
      await fetch(`${moto.endpoint}/some-bucket`, { method: 'PUT' });
      expect((await fetch(`${moto.endpoint}/some-bucket`)).status).toBe(200);
      await moto.reset();
      expect((await fetch(`${moto.endpoint}/some-bucket`)).status).toBe(404);
    } finally {
      await moto.stop();
    }
  },
);
