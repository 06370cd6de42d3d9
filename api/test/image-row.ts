let versions = 0;

/** A row of an image that nobody has uploaded, each with a version of its own. */
export function imageRow(key: string) {
  const now = new Date(1_700_000_000_000);
  return {
    key,
    keyHash: '0'.repeat(32),
    version: `version-${++versions}`,
    contentType: 'image/jpeg',
    sizeBytes: 1,
    width: 1,
    height: 1,
    sha256: '0'.repeat(64),
    thumbHash: '',
    createdAt: now,
    updatedAt: now,
  };
}
