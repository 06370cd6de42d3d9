/** What is known about a key: its newest version. A row of the table `images`. */
export interface ImageRow {
  readonly key: string;
  /** MD5 of the key, 32 hexadecimal digits. */
  readonly keyHash: string;
  /** UUIDv7. */
  readonly version: string;
  /** image/jpeg, image/png, image/gif, image/webp or image/avif. */
  readonly contentType: string;
  /** Size of the original. */
  readonly sizeBytes: number;
  /** In pixels as shown, after EXIF orientation. */
  readonly width: number;
  /** In pixels as shown, after EXIF orientation. */
  readonly height: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** ThumbHash in base64. */
  readonly thumbHash: string;
  /** When the key was first uploaded. */
  readonly createdAt: Date;
  /** When the newest version was uploaded. */
  readonly updatedAt: Date;
}
