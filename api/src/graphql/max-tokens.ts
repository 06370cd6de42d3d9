/** The most tokens of a document: several times what introspection takes, and few enough that no list is asked for a thousand times. */
export const MAX_TOKENS = 2000;
