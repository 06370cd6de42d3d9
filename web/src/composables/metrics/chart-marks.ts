import type uPlot from 'uplot';
import type { Mark } from './marks.ts';

const HALF_HEAD = 4;

/** Draws a line over the whole height where something happened: a full head stands for a resize, a hollow one for a decision. */
export function drawMarks(chart: uPlot, marks: readonly Mark[], colourOf: (token: string) => string): void {
  const { ctx, bbox } = chart;
  const ratio = window.devicePixelRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  for (const { time, kind } of marks) {
    const x = Math.round(chart.valToPos(time, 'x', true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = colourOf('--color-muted');
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    head(ctx, x, bbox.top, HALF_HEAD * ratio);
    if (kind === 'decision') ctx.fillStyle = colourOf('--color-raised');
    ctx.fill();
    ctx.save();
    ctx.setLineDash([]);
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

function head(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  ctx.beginPath();
  ctx.moveTo(x - size, y - size);
  ctx.lineTo(x + size, y - size);
  ctx.lineTo(x, y + size);
  ctx.closePath();
}
