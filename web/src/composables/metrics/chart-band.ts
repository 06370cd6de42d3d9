import type uPlot from 'uplot';

/** A stretch of the y axis, for instance that in which the autoscaler leaves the pool as it is. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

/** Fills the band behind the lines, with an edge at both ends. */
export function drawBand(chart: uPlot, band: Band | undefined, colourOf: (token: string) => string): void {
  if (!band || band.from > band.to) return;
  const { ctx, bbox } = chart;
  const yOf = (value: number): number => Math.round(chart.valToPos(value, 'y', true));
  const [top, bottom] = [Math.max(bbox.top, yOf(band.to)), Math.min(bbox.top + bbox.height, yOf(band.from))];
  ctx.save();
  ctx.fillStyle = colourOf('--color-accent-soft');
  ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  ctx.fillStyle = colourOf('--color-accent');
  for (const y of [top, bottom]) ctx.fillRect(bbox.left, y - 0.5, bbox.width, window.devicePixelRatio);
  ctx.restore();
}
