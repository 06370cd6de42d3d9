import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Audience } from '../access/role.ts';
import type { Context } from '../graphql/context.ts';
import { CreateUploadInput } from './direct-upload.input.ts';
import { DirectUploadType } from './direct-upload.type.ts';
import type { DirectUploads } from './direct-uploads.ts';
import type { ImageRow } from './image-row.ts';
import { ImageType } from './image.type.ts';
import type { UploadPace } from './upload-pace.ts';

@Resolver()
export class DirectUploadResolver {
  readonly #uploads: Pick<DirectUploads, 'create' | 'complete'>;
  readonly #pace: UploadPace;

  constructor(uploads: Pick<DirectUploads, 'create' | 'complete'>, pace: UploadPace) {
    this.#uploads = uploads;
    this.#pace = pace;
  }

  @Authorized<Audience>('EDITOR')
  @Mutation(() => DirectUploadType, {
    description:
      'Begins an upload whose bytes are sent by a request of their own, straight to the object store where that is S3. completeUpload ends it.',
  })
  async createUpload(
    @Arg('input', () => CreateUploadInput, { description: 'The key, and what will be sent.' })
    { bytes, ...input }: CreateUploadInput,
    @Ctx() sender: Context,
  ): Promise<DirectUploadType> {
    this.#pace.admit(sender);
    const { headers, ...upload } = await this.#uploads.create({ ...input, sizeBytes: bytes });
    return { ...upload, headers: Object.entries(headers).map(([name, value]) => ({ name, value })) };
  }

  @Authorized<Audience>('EDITOR')
  @Mutation(() => ImageType, {
    description:
      'Checks the bytes that have arrived, stores them under the key and returns the row, as uploadImage does. It may be called again.',
  })
  async completeUpload(
    @Arg('id', () => ID, { description: 'The id that createUpload has given.' }) id: string,
  ): Promise<ImageRow> {
    return await this.#uploads.complete(id);
  }
}
