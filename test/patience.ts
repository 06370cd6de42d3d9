import { vi } from 'vitest';

/** A second, as vitest waits for conditions unless it is told otherwise, is too short for a busy machine. */
const TIMEOUT_MS = 15_000;

const { waitFor, waitUntil } = vi;
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));

function patient(options: number | { timeout?: number; interval?: number } = {}) {
  return typeof options === 'number' ? options : { timeout: TIMEOUT_MS, ...options };
}
