// Copies what the compiler leaves behind: the migrations, which are read at start from beside the compiled code.
import { cp, rm } from 'node:fs/promises';

const from = new URL('src/database/migrations/', import.meta.url);
const to = new URL('dist/database/migrations/', import.meta.url);

await rm(to, { recursive: true, force: true });
await cp(from, to, { recursive: true });
