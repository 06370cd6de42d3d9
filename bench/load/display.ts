import { SingleBar, type Options } from 'cli-progress';
import type { Figures } from './tally.ts';

/** Shows how far something has come: a bar on a terminal, else a line now and then. */
export interface Display {
  update(done: number, text: string): void;
  end(): void;
}

const LINE_EVERY_MS = 5_000;

export function openDisplay(label: string, total: number): Display {
  return process.stdout.isTTY ? openBar(label, total) : openLines(label, total);
}

function openBar(label: string, total: number): Display {
  const options: Options = {
    format: `${label} [{bar}] {percentage}% {text}`,
    hideCursor: true,
    barsize: 24,
    fps: 4,
    stopOnComplete: false,
    linewrap: false,
  };
  const bar = new SingleBar(options);
  bar.start(total, 0, { text: '' });
  return { update: (done, text) => bar.update(done, { text }), end: () => bar.stop() };
}

function openLines(label: string, total: number): Display {
  let shownAt = -Infinity;
  let last = '';
  const show = () => process.stdout.write(last);
  return {
    update(done, text) {
      last = `${label} ${Math.floor((100 * done) / total)}% ${text}\n`;
      if (performance.now() - shownAt < LINE_EVERY_MS) return;
      shownAt = performance.now();
      show();
      last = '';
    },
    end: show,
  };
}

/** One line for a person. */
export function describe(figures: Figures, seconds: number): string {
  const { reads, hits, failures, dropped, bytes, p50, p99 } = figures;
  const parts = [
    `${Math.round(reads / seconds)} reads/s`,
    `${(bytes / seconds / 2 ** 20).toFixed(1)} MiB/s`,
    `hit rate ${reads === 0 ? '–' : `${((100 * hits) / reads).toFixed(1)} %`}`,
    `p50 ${milliseconds(p50)}`,
    `p99 ${milliseconds(p99)}`,
  ];
  if (failures > 0) parts.push(`${failures} failed`);
  if (dropped > 0) parts.push(`${dropped} dropped`);
  return parts.join(' · ');
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
