import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PageInfo } from '../graphql/page-info.type.ts';

@ObjectType('Image', { description: 'An uploaded picture: a key and its newest version.' })
export class ImageType {
  @Field(() => String, {
    description: "The user's name for the image: 1 to 200 characters of Unicode (NFC).",
  })
  key!: string;

  @Field(() => ID, {
    description: 'Id of the newest uploaded byte string (UUIDv7). Every upload makes a new one.',
  })
  version!: string;

  @Field(() => String, {
    description:
      'Media type of the original, found from its bytes: image/jpeg, image/png, image/gif, image/webp or image/avif.',
  })
  contentType!: string;

  @Field(() => Int, { name: 'bytes', description: 'Size of the original in bytes.' })
  sizeBytes!: number;

  @Field(() => Int, { description: 'Width in pixels as shown, after EXIF orientation.' })
  width!: number;

  @Field(() => Int, { description: 'Height in pixels as shown, after EXIF orientation.' })
  height!: number;

  @Field(() => String, { description: 'SHA-256 of the original, in hexadecimal.' })
  sha256!: string;

  @Field(() => String, {
    description: 'ThumbHash of the image in base64: a placeholder of about 25 bytes to show while it loads.',
  })
  thumbHash!: string;

  @Field(() => GraphQLDateTime, { description: 'When the key was first uploaded.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the newest version was uploaded.' })
  updatedAt!: Date;
}

export const ImageOrder = {
  KEY: 'KEY',
  NEWEST: 'NEWEST',
} as const;
export type ImageOrder = keyof typeof ImageOrder;
registerEnumType(ImageOrder, {
  name: 'ImageOrder',
  description: 'The order of a list of images.',
  valuesConfig: {
    KEY: { description: 'By key, in the order of Unicode code points.' },
    NEWEST: { description: 'The newest upload first.' },
  },
});

@ObjectType({ description: 'An image and its place in the list.' })
export class ImageEdge {
  @Field(() => String, { description: 'Opaque: pass it as `after` to go on behind this image.' })
  cursor!: string;

  @Field(() => ImageType, { description: 'The image.' })
  node!: ImageType;
}

@ObjectType({ description: "A page of images, in the manner of Relay's connections." })
export class ImageConnection {
  @Field(() => [ImageEdge], { description: 'The images with their cursors.' })
  edges!: ImageEdge[];

  @Field(() => PageInfo, { description: 'Where this page ends and whether more follow.' })
  pageInfo!: PageInfo;
}

export const ImageChangeKind = {
  UPLOADED: 'UPLOADED',
  REPLACED: 'REPLACED',
  DELETED: 'DELETED',
  ALL_DELETED: 'ALL_DELETED',
} as const;
export type ImageChangeKind = keyof typeof ImageChangeKind;
registerEnumType(ImageChangeKind, {
  name: 'ImageChangeKind',
  description: 'What happened to an image.',
  valuesConfig: {
    UPLOADED: { description: 'The key is new.' },
    REPLACED: { description: 'The key has a new version.' },
    DELETED: { description: 'The key and its image were deleted.' },
    ALL_DELETED: { description: 'All images were deleted.' },
  },
});

@ObjectType('ImageChange', { description: 'One thing that happened to the images.' })
export class ImageChangeType {
  @Field(() => ImageChangeKind, { description: 'What happened.' })
  kind!: ImageChangeKind;

  @Field(() => String, {
    nullable: true,
    description: 'The key concerned. Null when all images were deleted.',
  })
  key!: string | null;

  @Field(() => ImageType, {
    nullable: true,
    description: 'The image as it is now. Null when it was deleted.',
  })
  image!: ImageType | null;
}

@ObjectType({ description: 'What deleteAllImages removed.' })
export class DeleteAllImagesResult {
  @Field(() => Int, { description: 'Images whose rows were removed.' })
  deletedCount!: number;
}

export const DeletionState = {
  RUNNING: 'RUNNING',
  DONE: 'DONE',
} as const;
export type DeletionState = keyof typeof DeletionState;
registerEnumType(DeletionState, {
  name: 'DeletionState',
  description: 'Where a deletion of all images stands.',
  valuesConfig: {
    RUNNING: { description: 'Not all is removed yet. A restart goes on with it.' },
    DONE: { description: 'Nothing of what was to be deleted is left.' },
  },
});

@ObjectType('AllImagesDeletion', { description: 'A deletion of all images, and how far it has come.' })
export class AllImagesDeletionType {
  @Field(() => DeletionState, { description: 'Where the deletion stands.' })
  state!: DeletionState;

  @Field(() => GraphQLDateTime, {
    description: 'When it was asked for: images uploaded later are not concerned.',
  })
  requestedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was done. Null until then.' })
  finishedAt!: Date | null;

  @Field(() => Int, { description: 'Images that there were when it was asked for.' })
  imagesTotal!: number;

  @Field(() => Int, { description: 'Images whose rows are removed so far.' })
  imagesDeleted!: number;

  @Field(() => Int, {
    description:
      'Objects removed so far. Older versions count too, so there may be more of them than images; a crash may leave some uncounted.',
  })
  objectsRemoved!: number;
}
