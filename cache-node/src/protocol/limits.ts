/** Bytes of the longest key. */
export const LONGEST_KEY = 250;

/** The longest payload that can be announced: what a 32-bit number holds, less the line end. */
export const LONGEST_PAYLOAD = 0x7fffffff - 2;
