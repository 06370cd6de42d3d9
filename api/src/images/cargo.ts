import type { BodyFacts } from './image-reading.ts';

/** What a flight brings: all of the bytes, charged to the budget already, or pieces that are to come. */
export type Cargo =
  | { readonly kind: 'whole'; readonly facts: BodyFacts; readonly bytes: Buffer }
  | {
      readonly kind: 'stream';
      readonly facts: BodyFacts;
      readonly chunks: AsyncIterable<Buffer>;
      /** The chunks will not be read. */
      discard(): void;
    };
