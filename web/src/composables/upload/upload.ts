import type { ImageFactsFragment } from '../../graphql/generated/graphql.ts';

/** How far an upload is. Only a draft's key can be edited; `sending` and `storing` occupy one of the queue's lanes. */
export type UploadState =
  | { readonly phase: 'draft' }
  | { readonly phase: 'waiting' }
  | { readonly phase: 'sending'; readonly sentBytes: number }
  /** All bytes are sent; the answer is due. */
  | { readonly phase: 'storing' }
  | { readonly phase: 'conflict'; readonly existing: ImageFactsFragment | undefined }
  | { readonly phase: 'failed'; readonly message: string; readonly canRetry: boolean }
  | { readonly phase: 'cancelled' }
  | { readonly phase: 'stored'; readonly image: ImageFactsFragment };

/** One file on its way to a key. */
export interface Upload {
  readonly id: number;
  readonly file: File;
  /** The file's name with its folders, from which its key is suggested. */
  readonly path: string;
  readonly key: string;
  /** Whether somebody has chosen the key: a new pattern leaves it alone. */
  readonly isKeyChosen: boolean;
  /** Whether it may replace an image under its key. */
  readonly overwrite: boolean;
  readonly state: UploadState;
  /** Undefined until it is known. */
  readonly content?: UploadContent | undefined;
}

/** What is known of a file before it is sent. */
export interface UploadContent {
  /** Hexadecimal. */
  readonly sha256: string;
  /** The key of an image with the same bytes, if there is one. */
  readonly storedAs: string | undefined;
}

/** An upload as it is kept over a reload. */
export type KeptUpload = Pick<Upload, 'file' | 'path' | 'key' | 'isKeyChosen' | 'overwrite' | 'content'> & {
  readonly phase: 'draft' | 'waiting';
};

/** How one attempt ended. */
export type SendOutcome =
  | { readonly kind: 'stored'; readonly image: ImageFactsFragment }
  | { readonly kind: 'conflict'; readonly existing: ImageFactsFragment | undefined }
  | { readonly kind: 'failed'; readonly message: string; readonly canRetry: boolean };

/** Sends one file. It settles soon after the signal is aborted, in whatever way: the outcome is not looked at then. */
export type SendUpload = (
  upload: Upload,
  attempt: { readonly signal: AbortSignal; readonly onProgress: (sentBytes: number) => void },
) => Promise<SendOutcome>;

const acceptedTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'];

/** What a file dialog offers: the types that the api takes. */
export const ACCEPTED_TYPES = acceptedTypes.join(',');

/** Spares sending what is declared as something else; an unknown type is for the api to find out. */
export function initialState(file: File, start: boolean): UploadState {
  if (file.type !== '' && !acceptedTypes.includes(file.type)) {
    return {
      phase: 'failed',
      message: 'This is not a JPEG, PNG, GIF, WebP or AVIF picture.',
      canRetry: false,
    };
  }
  return { phase: start ? 'waiting' : 'draft' };
}

export function stateAfter(outcome: SendOutcome): UploadState {
  switch (outcome.kind) {
    case 'stored':
      return { phase: 'stored', image: outcome.image };
    case 'conflict':
      return { phase: 'conflict', existing: outcome.existing };
    case 'failed':
      return { phase: 'failed', message: outcome.message, canRetry: outcome.canRetry };
  }
}

/** Whether it needs no more attention. */
export function isOver(upload: Upload): boolean {
  return upload.state.phase === 'stored' || upload.state.phase === 'cancelled';
}

/** What is kept of an upload over a reload. Undefined for one that is over, or that could never be sent. */
export function keptOf(upload: Upload): KeptUpload | undefined {
  const { file, path, key, isKeyChosen, overwrite, content, state } = upload;
  if (isOver(upload) || (state.phase === 'failed' && !state.canRetry)) return undefined;
  return {
    file,
    path,
    key,
    isKeyChosen,
    overwrite,
    content,
    phase: state.phase === 'draft' ? 'draft' : 'waiting',
  };
}
