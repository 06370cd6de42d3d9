import type { FileUpload } from 'graphql-upload/processRequest.mjs';
import {
  Arg,
  Args,
  Authorized,
  FieldResolver,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Audience } from '../access/role.ts';
import { imagePath } from '../http/image-url.ts';
import { decodeCursor, encodeCursor } from './image-cursor.ts';
import { ImagesArgs, Sha256Args, UploadImageInput } from './image.input.ts';
import { type EntryFinder, placeImage } from './image-placement.ts';
import { ImagePlacementType } from './image-placement.type.ts';
import type { ImageChange, ImageRow, ImageService } from './image-service.ts';
import type { DeletionRow } from './deletion-row.ts';
import {
  AllImagesDeletionType,
  DeleteAllImagesResult,
  ImageChangeType,
  ImageConnection,
  ImageOrder,
  ImageType,
} from './image.type.ts';
import { parseWidth } from './variant.ts';

/** The topic under which changes of images are published to subscribers. */
export const IMAGE_CHANGED = 'imageChanged';

@Resolver(() => ImageType)
export class ImageResolver {
  readonly #images: ImageService;
  readonly #entries: EntryFinder;

  constructor(images: ImageService, entries: EntryFinder) {
    this.#images = images;
    this.#entries = entries;
  }

  @Authorized<Audience>('VIEWER')
  @Query(() => ImageType, { nullable: true, description: 'The image under a key, null where there is none.' })
  async image(
    @Arg('key', () => String, { description: "The image's key." }) key: string,
  ): Promise<ImageRow | undefined> {
    return await this.#images.find(key);
  }

  @Authorized<Audience>('VIEWER')
  @Query(() => ImageConnection, { description: 'A page of images by key or by newest, read from an index.' })
  async images(
    @Args(() => ImagesArgs) { first, after, prefix, order }: ImagesArgs,
  ): Promise<Omit<ImageConnection, 'edges'> & { edges: { cursor: string; node: ImageRow }[] }> {
    const by = order === ImageOrder.KEY ? 'key' : 'version';
    const { images, hasNextPage } = await this.#images.list({
      first,
      // In GraphQL null means the same as leaving an argument out.
      after: after == null ? undefined : decodeCursor(after, by),
      prefix: prefix ?? undefined,
      order,
    });
    const edges = images.map((node) => ({
      cursor: encodeCursor(by === 'key' ? { key: node.key } : { version: node.version }),
      node,
    }));
    return {
      edges,
      pageInfo: {
        hasNextPage,
        hasPreviousPage: false,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  @Authorized<Audience>('VIEWER')
  @Query(() => [ImageType], {
    description:
      'The images of which the newest version has one of these contents, by key: at most 500. So an upload of what is there already can be spared.',
  })
  async imagesBySha256(@Args(() => Sha256Args) { sha256 }: Sha256Args): Promise<ImageRow[]> {
    return await this.#images.findBySha256(sha256);
  }

  @Authorized<Audience>('EDITOR')
  @Mutation(() => ImageType, {
    description:
      'Stores a picture under a key and returns its row. The answer comes after bytes and row are safely stored.',
  })
  async uploadImage(
    @Arg('input', () => UploadImageInput, { description: 'The key, the file, and whether it may replace.' })
    { key, file, overwrite }: UploadImageInput,
  ): Promise<ImageRow> {
    const upload: FileUpload = await file;
    return await this.#images.upload({ key, file: upload.createReadStream(), overwrite });
  }

  @Authorized<Audience>('EDITOR')
  @Mutation(() => ImageType, {
    nullable: true,
    description: 'Removes the image under a key. Returns what it was, or null where there was none.',
  })
  async deleteImage(
    @Arg('key', () => String, { description: "The image's key." }) key: string,
  ): Promise<ImageRow | undefined> {
    return await this.#images.delete(key);
  }

  @Authorized<Audience>('VIEWER')
  @Query(() => AllImagesDeletionType, {
    nullable: true,
    description: 'The latest deletion of all images. Null if there never was one.',
  })
  async allImagesDeletion(): Promise<DeletionRow | undefined> {
    return await this.#images.latestDeletionOfAll();
  }

  @Authorized<Audience>('OPERATOR')
  @Mutation(() => DeleteAllImagesResult, {
    description:
      'Removes every image: rows first, then entries, then objects. Answers when all is done; allImagesDeletion tells how far it has come. After a crash the next start goes on with it.',
  })
  async deleteAllImages(): Promise<DeleteAllImagesResult> {
    return { deletedCount: await this.#images.deleteAll() };
  }

  @Authorized<Audience>('VIEWER')
  @Subscription(() => ImageChangeType, {
    topics: IMAGE_CHANGED,
    filter: ({ payload, args }: { payload: ImageChange; args: { prefix?: string | null } }) =>
      args.prefix == null || payload.key === undefined || payload.key.startsWith(args.prefix),
    description: 'Every upload, replacement and deletion from now on.',
  })
  imageChanged(
    @Root() change: ImageChange,
    @Arg('prefix', () => String, {
      nullable: true,
      description: 'Only keys that begin with this. Deletions of all images always come.',
    })
    _prefix?: string,
  ): ImageChange {
    return change;
  }

  @FieldResolver(() => String, {
    description: "Path of the original's bytes in this version. It may be cached for ever.",
  })
  url(@Root() image: ImageRow): string {
    return imagePath(image.key, { version: image.version });
  }

  @FieldResolver(() => String, {
    description:
      'Path of a rendering at one of the fixed widths, in the best format that the reader accepts. It may be cached for ever.',
  })
  thumbnailUrl(
    @Root() image: ImageRow,
    @Arg('width', () => Int, {
      defaultValue: 320,
      description:
        'Width in pixels: 64, 160, 320, 640, 960, 1280, 1920 or 2560. A narrower original is not enlarged.',
    })
    width: number,
  ): string {
    return imagePath(image.key, { version: image.version, width: parseWidth(width) });
  }

  @FieldResolver(() => ImagePlacementType, {
    description: 'Where the image is in the pool now. The nodes are asked, which counts as no read.',
  })
  async placement(@Root() image: ImageRow): Promise<ImagePlacementType> {
    return await placeImage(this.#entries, image);
  }
}
