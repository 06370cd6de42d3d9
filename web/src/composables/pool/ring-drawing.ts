import type { Arc } from './ring.ts';

/** Where a place of the circle is, 0 to 1 clockwise from the top, on a drawing with the centre at 0. */
export function placeOnCircle(place: number, radius: number): { readonly x: number; readonly y: number } {
  const angle = place * 2 * Math.PI;
  return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
}

/** An SVG path that goes along the arcs. */
export function pathAlong(arcs: readonly Pick<Arc, 'from' | 'to'>[], radius: number): string {
  return arcs
    .flatMap(({ from, to }) => halves(from, to))
    .map(([from, to]) => `M${pointAt(from, radius)}A${radius} ${radius} 0 0 1 ${pointAt(to, radius)}`)
    .join('');
}

/** SVG draws no arc that ends where it begins, and goes the short way unless told; so none is longer than half of the circle. */
function halves(from: number, to: number): readonly (readonly [number, number])[] {
  if (to - from < 0.5) return [[from, to]];
  const middle = (from + to) / 2;
  return [
    [from, middle],
    [middle, to],
  ];
}

function pointAt(place: number, radius: number): string {
  const { x, y } = placeOnCircle(place, radius);
  return `${x.toFixed(2)} ${y.toFixed(2)}`;
}
