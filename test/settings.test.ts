import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { variableNames as ofApi } from '../api/src/config.ts';
import { variableNames as ofAutoscaler } from '../autoscaler/src/config.ts';

it('every setting is described in .env.example, and nothing else is', () => {
  const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const described = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  expect(described.toSorted()).toEqual([...new Set([...ofApi, ...ofAutoscaler])].toSorted());
});
