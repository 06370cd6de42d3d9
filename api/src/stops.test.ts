import { expect, it } from 'vitest';
import { Stops } from './stops.ts';

it('stops the youngest first, each once, and goes on past one that fails', async () => {
  const stopped: string[] = [];
  const stops = new Stops();
  stops.add(() => void stopped.push('oldest'));
  stops.add(() => Promise.reject(new Error('stuck')));
  stops.add(async () => void stopped.push('youngest'));
  await expect(stops.run()).rejects.toThrow('Not everything could be stopped.');
  await stops.run();
  expect(stopped).toEqual(['youngest', 'oldest']);
});
