import type { Variant } from './variant.ts';

export interface Rendering {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/**
 * Renders an original at a width and in a format.
 * @throws ShoalError BAD_USER_INPUT when the original does not decode, TOO_BUSY when too many renderings wait
 */
export async function renderVariant(_original: Buffer, _variant: Variant): Promise<Rendering> {
  throw new Error('Not built yet.');
}
