import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Triple = readonly [number, number, number];

/** The least distance in OKLab, times 100, at which small marks are told apart safely. */
const LEAST_DISTANCE = 9;
/** WCAG 2.2, 1.4.11: graphics against what they lie on. */
const LEAST_CONTRAST = 3;

/** Full loss of one kind of cone, on linear RGB: Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model". */
const visions: Record<string, readonly Triple[]> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const tokens = readTokens();
const nodes = Array.from({ length: 8 }, (_, slot) => `--color-node-${slot}`);
const capacity = '--color-metric-capacity';
const metrics = [...tokens.keys()].filter((name) => name.startsWith('--color-metric-') && name !== capacity);
const sets = [[...nodes, '--color-accent'], metrics, ['--color-metric-bytes', capacity]];

describe.each(['light', 'dark'] as const)('the colours of the theme %s', (theme) => {
  it.each(Object.keys(visions))('are told apart by those who see %s', (vision) => {
    expect(sets.flatMap((set) => tooClose(set, theme, vision))).toEqual([]);
  });

  it.each(['--color-page', '--color-raised'])('stand out from %s', (ground) => {
    const faint = [...nodes, ...metrics, capacity].filter(
      (name) => contrast(colourOf(name, theme), colourOf(ground, theme)) < LEAST_CONTRAST,
    );
    expect(faint).toEqual([]);
  });
});

function tooClose(names: readonly string[], theme: 'light' | 'dark', vision: string): string[] {
  const seen = names.map((name) => toOklab(multiply(visions[vision]!, colourOf(name, theme))));
  return names.flatMap((name, place) =>
    names
      .slice(0, place)
      .filter((_, other) => distance(seen[place]!, seen[other]!) < LEAST_DISTANCE)
      .map((other) => `${other} and ${name}`),
  );
}

function readTokens(): Map<string, string> {
  const text = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
  return new Map(
    [...text.matchAll(/^\s*(--color-[\w-]+): (.+);$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

/** Linear RGB. */
function colourOf(name: string, theme: 'light' | 'dark'): Triple {
  const value = tokens.get(name) ?? '';
  const reference = /^var\((.+)\)$/.exec(value)?.[1];
  if (reference) return colourOf(reference, theme);
  const [, light, dark] = /^light-dark\((#\w+|oklch\(.+?\)), (#\w+|oklch\(.+?\))\)$/.exec(value) ?? [];
  const text = theme === 'light' ? light : dark;
  if (text === undefined) throw new Error(`${name} is no pair of colours: ${value}`);
  return text.startsWith('#') ? fromHex(text) : fromOklch(text);
}

function fromHex(text: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(text.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function fromOklch(text: string): Triple {
  const [lightness, chroma, hue] = [...text.matchAll(/[\d.]+/g)].map(Number);
  const a = chroma! * Math.cos((hue! * Math.PI) / 180);
  const b = chroma! * Math.sin((hue! * Math.PI) / 180);
  const cones: Triple = [
    (lightness! + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (lightness! - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (lightness! - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  return multiply(
    [
      [4.0767416621, -3.3077115913, 0.2309699292],
      [-1.2684380046, 2.6097574011, -0.3413193965],
      [-0.0041960863, -0.7034186147, 1.707614701],
    ],
    cones,
  );
}

function toOklab(colour: Triple): Triple {
  const cones = multiply(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  );
  return multiply(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(cones[0]), Math.cbrt(cones[1]), Math.cbrt(cones[2])],
    -Infinity,
    Infinity,
  );
}

function multiply(matrix: readonly Triple[], [x, y, z]: Triple, least = 0, most = 1): Triple {
  const row = ([a, b, c]: Triple): number => Math.min(most, Math.max(least, a * x + b * y + c * z));
  return [row(matrix[0]!), row(matrix[1]!), row(matrix[2]!)];
}

function distance(left: Triple, right: Triple): number {
  return 100 * Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

/** By WCAG 2.2. */
function contrast(left: Triple, right: Triple): number {
  const luminance = ([red, green, blue]: Triple): number =>
    0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  const [dark, light] = [luminance(left), luminance(right)].toSorted((a, b) => a - b);
  return light! / dark!;
}
