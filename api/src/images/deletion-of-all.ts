/** A deletion of all images, and how far it has come. A row of the table `image_deletions`. */
export interface AllImagesDeletion {
  readonly state: 'RUNNING' | 'DONE';
  readonly requestedAt: Date;
  readonly finishedAt: Date | null;
  /** Images that there were when it was asked for. */
  readonly imagesTotal: number;
  readonly imagesDeleted: number;
  readonly objectsRemoved: number;
}
