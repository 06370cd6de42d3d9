// Lists the licences of all dependencies by package-lock.json and judges whether they go with ours. Writes docs/licences.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { fileURLToPath } from 'node:url';

const LOCK = new URL('../package-lock.json', import.meta.url);
const PAGE = new URL('../docs/licences.md', import.meta.url);

/** They ask for no more than to be named. */
const PERMISSIVE = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'];

/** What asks for more, and why it is all right. `dev`: only while it is needed for nothing but building and testing. */
const EXCEPTIONS = [
  {
    packages: /^@img\/sharp-/,
    licences: [
      'LGPL-3.0-or-later',
      'Apache-2.0 AND LGPL-3.0-or-later',
      'Apache-2.0 AND LGPL-3.0-or-later AND MIT',
    ],
    reason: 'libvips, loaded as a library of its own, unchanged, which whoever runs Shoal may replace',
  },
  {
    packages: /^lightningcss/,
    licences: ['MPL-2.0'],
    dev: true,
    reason: 'makes the style sheet, is no part of it',
  },
  { packages: /^axe-core$/, licences: ['MPL-2.0'], dev: true, reason: 'tests pages, is no part of them' },
  { packages: /^argparse$/, licences: ['Python-2.0'], dev: true, reason: 'reads command lines of tools' },
  { packages: /^caniuse-lite$/, licences: ['CC-BY-4.0'], dev: true, reason: 'data that tools look up' },
  {
    packages: /^@fontsource/,
    licences: ['OFL-1.1'],
    reason: 'a font that is embedded unchanged, under its own name and licence',
  },
];

/** What package-lock.json does not say, read in the packages. */
const SAID_ELSEWHERE = {
  busboy: ['MIT', 'its LICENSE'],
  streamsearch: ['MIT', 'its LICENSE'],
  'simple-lru-cache': ['MIT', 'its LICENSE'],
  retry: ['MIT', 'its License'],
  jackpot: ['MIT', 'its README'],
};

/** Every package of a lock file with its licence, by name, and what is wrong. */
export function readLicences(lock = JSON.parse(readFileSync(LOCK, 'utf8'))) {
  const packages = new Map();
  const faults = [];
  for (const [path, { link, dev = false, license }] of Object.entries(lock.packages)) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? [];
    if (name === undefined || link) continue;
    const licence = license ?? SAID_ELSEWHERE[name]?.[0];
    const known = packages.get(name);
    const licences = new Set([...(known?.licences ?? []), licence ?? 'none that is said']);
    packages.set(name, { licences, dev: dev && (known?.dev ?? true) });
    if (!goesWithOurs(name, licence, dev)) faults.push(`${name}: ${licence ?? 'no licence is said'}`);
  }
  return { packages: new Map([...packages].sort(([one], [other]) => (one < other ? -1 : 1))), faults };
}

/** The page that lists them. */
export async function writePage({ packages } = readLicences()) {
  const byLicence = new Map();
  for (const [name, { licences }] of packages)
    for (const licence of licences) byLicence.set(licence, [...(byLicence.get(licence) ?? []), name]);
  const sections = [...byLicence]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(
      ([licence, names]) =>
        `## ${licence} (${names.length})\n\n${names.map((name) => `\`${name}\``).join(', ')}`,
    );
  const exceptions = EXCEPTIONS.map(
    ({ packages: { source }, licences, dev, reason }) =>
      `| \`${source.replaceAll('\\', '')}\` | ${licences.join('; ')} | ${dev ? 'tools only' : 'may be shipped'} | ${reason} |`,
  );
  const elsewhere = Object.entries(SAID_ELSEWHERE).map(
    ([name, [licence, where]]) => `\`${name}\` ${licence} (${where})`,
  );
  const page = [
    '# Licences of the dependencies',
    'Shoal is under the MIT licence. What it is built from goes with that; a test compares this page, which `npm run licences` writes, with package-lock.json.',
    `Taken without a question: ${PERMISSIVE.join(', ')}. Not said in package-lock.json: ${elsewhere.join(', ')}. With a reason:`,
    `| packages | licence | for | why |\n|---|---|---|---|\n${exceptions.join('\n')}`,
    ...sections,
  ].join('\n\n');
  return await format(page, { ...(await resolveConfig(fileURLToPath(PAGE))), parser: 'markdown' });
}

function goesWithOurs(name, licence, dev) {
  if (licence === undefined) return false;
  if (PERMISSIVE.includes(licence)) return true;
  // One of several may be chosen; of several together all must be permissive.
  const [, inner = licence] = /^\((.*)\)$/.exec(licence) ?? [];
  if (inner.split(' OR ').some((choice) => PERMISSIVE.includes(choice))) return true;
  if (inner.split(' AND ').every((part) => PERMISSIVE.includes(part))) return true;
  return EXCEPTIONS.some(
    (exception) =>
      exception.packages.test(name) && exception.licences.includes(licence) && (dev || !exception.dev),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { packages, faults } = readLicences();
  writeFileSync(PAGE, await writePage({ packages }));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
}
