import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const { readLicences, writePage } = (await import(join(ROOT, 'scripts/licences.mjs'))) as {
  readLicences: (lock?: object) => { faults: string[] };
  writePage: () => Promise<string>;
};

interface Lock {
  packages: Record<string, { integrity?: string; link?: boolean; resolved?: string }>;
}

const lock = JSON.parse(read('package-lock.json')) as Lock;

describe('the packages that Shoal is built from', () => {
  it('are named with exact versions', () => {
    const files = ['package.json', 'api', 'autoscaler', 'cache-node', 'web', 'bench', 'test'].map((name) =>
      name.endsWith('.json') ? name : `${name}/package.json`,
    );
    const named = files.flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
        read(file),
      ) as Record<string, Record<string, string> | undefined>;
      const all = { ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides };
      return Object.entries(all).map(([name, version]) => `${file}: ${name} ${version}`);
    });
    expect(named.length).toBeGreaterThan(50);
    const ours = / @shoal\/[a-z-]+ \*$/;
    const exact = / \d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
    expect(named.filter((line) => !exact.test(line) && !ours.test(line))).toEqual([]);
  });

  it('are those whose hashes were written down, from wherever they come', () => {
    const packages = Object.entries(lock.packages).filter(
      ([path, { link }]) => path.includes('node_modules/') && !link,
    );
    expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('have licences that go with ours', () => {
    expect(readLicences().faults).toEqual([]);
    const strange = {
      packages: { 'node_modules/strange': { license: 'GPL-3.0-only' }, 'node_modules/mute': {} },
    };
    expect(readLicences(strange).faults).toEqual(['strange: GPL-3.0-only', 'mute: no licence is said']);
  });

  it('are listed with their licences. If not: npm run licences', async () => {
    expect(read('docs/licences.md')).toBe(await writePage());
  });

  it('are listed for machines by npm run sbom', { timeout: 60_000 }, async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
      cwd: ROOT,
      maxBuffer: 64 * 2 ** 20,
    });
    const { bomFormat, components } = JSON.parse(stdout) as {
      bomFormat: string;
      components: { name: string }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['fastify', 'sharp', '@apollo/server', 'vue']));
  });
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}
