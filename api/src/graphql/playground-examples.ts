// Long because it has an example of every operation there is.
/** A tab of the playground: operations of one subject, and the variables that they share. */
export interface PlaygroundTab {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

const IMAGES = `# Every operation of Shoal has an example in one of these tabs. Run with Ctrl-Enter and choose the operation;
# the book at the left documents every field. You act as you are signed in here.

query Images($prefix: String) {
  images(first: 10, prefix: $prefix) {
    edges {
      node {
        key
        contentType
        bytes
        width
        height
        thumbnailUrl(width: 320)
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}

query Image($key: String!) {
  image(key: $key) {
    key
    version
    sha256
    updatedAt
    url
  }
}

# Whether a picture is there already, under whatever key.
query ImagesBySha256($sha256: [String!]!) {
  imagesBySha256(sha256: $sha256) {
    key
  }
}

# A path that lets whoever has it read the image for an hour.
query SignedUrl($key: String!) {
  signedUrl(key: $key, width: 640, expiresIn: 3600)
}

mutation DeleteImage($key: String!) {
  deleteImage(key: $key) {
    key
    version
  }
}
`;

const UPLOAD = `# An upload needs a file, which this page can't send: use the gallery, or the GraphQL multipart request from a shell.
# The first part is this mutation with null for the file, the second says where the file belongs, the third is the file:
#
#   curl http://127.0.0.1:8080/graphql -H 'apollo-require-preflight: true' -H 'authorization: Bearer TOKEN' \\
#     -F operations='{ "query": "mutation ($input: UploadImageInput!) { uploadImage(input: $input) { url } }",
#                      "variables": { "input": { "key": "photos/cat.jpg", "file": null } } }' \\
#     -F map='{ "0": ["variables.input.file"] }' -F 0=@cat.jpg

mutation UploadImage($input: UploadImageInput!) {
  uploadImage(input: $input) {
    key
    version
    url
  }
}

# Or the bytes go by a request of their own: to where this says, with the headers that it names.
mutation CreateUpload($upload: CreateUploadInput!) {
  createUpload(input: $upload) {
    id
    method
    url
    headers {
      name
      value
    }
  }
}

# Then it is ended with the id from above.
mutation CompleteUpload($id: ID!) {
  completeUpload(id: $id) {
    key
    version
  }
}
`;

const POOL = `query Pool {
  pool {
    desiredSize
    epoch
    mode
    nodes {
      name
      state
      reason
      ringShare
      items
      bytes
      hits
      misses
    }
    resize {
      state
      fromSize
      toSize
      bytesCopied
      bytesTotal
      secondsLeft
    }
    history(first: 10) {
      at
      text
    }
  }
}

mutation ResizePool($size: Int!) {
  resizePool(size: $size) {
    desiredSize
  }
}

mutation PauseResize {
  pauseResize {
    resize {
      state
    }
  }
}

mutation ResumeResize {
  resumeResize {
    resize {
      state
    }
  }
}

mutation CancelResize {
  cancelResize {
    desiredSize
  }
}
`;

const CACHE = `query CacheConfig {
  cacheConfig {
    capacityMiB
    evictionPolicy
    copyLimitMiBps
    pendingNodes
  }
}

mutation SetCacheConfig($input: SetCacheConfigInput!) {
  setCacheConfig(input: $input) {
    capacityMiB
    evictionPolicy
  }
}

# Empties every node. Images stay.
mutation ClearCache {
  clearCache {
    nodes {
      name
      items
    }
  }
}
`;

const SCALING = `query ScalingPolicy {
  scalingPolicy {
    mode
    minMissRate
    maxMissRate
    shrinkRatio
    expandRatio
    minNodes
    maxNodes
    cooldownSeconds
  }
}

query Decisions {
  decisions(first: 10) {
    edges {
      node {
        at
        verdict
        size
        newSize
        applied
        reason
      }
    }
  }
}

mutation SetPoolMode($input: SetPoolModeInput!) {
  setPoolMode(input: $input) {
    mode
    maxMissRate
  }
}

# For the autoscaler alone; to everybody else it is FORBIDDEN.
mutation RecordDecision($decision: RecordDecisionInput!) {
  recordDecision(input: $decision) {
    id
  }
}
`;

const STATS = `query Stats {
  stats(minutes: 5) {
    minutes {
      time
      nodesReady
      getsPerMinute
      hitRate
      objectReads
      p50Ms
      p99Ms
    }
    nodes {
      name
      points {
        time
        hitRate
      }
    }
  }
}
`;

const LIVE = `# Subscriptions: each goes on until it is stopped.

subscription StatsUpdated {
  statsUpdated {
    second {
      time
      getsPerMinute
      hitRate
    }
  }
}

subscription PoolUpdated {
  poolUpdated {
    epoch
    nodes {
      name
      state
      items
    }
  }
}

subscription DecisionMade {
  decisionMade {
    at
    verdict
    reason
  }
}

subscription ImageChanged($prefix: String) {
  imageChanged(prefix: $prefix) {
    kind
    key
  }
}
`;

const ACCESS = `query Viewer {
  viewer {
    name
    role
    expiresAt
  }
}

# These are for an ADMIN.
query Tokens {
  tokens {
    id
    name
    role
    lastUsedAt
    expiresAt
  }
}

# The secret is told this once.
mutation CreateToken($input: CreateTokenInput!) {
  createToken(input: $input) {
    secret
    token {
      id
    }
  }
}

# You too are signed out then.
mutation SignOutEverywhere {
  signOutEverywhere
}

mutation RevokeToken($id: ID!) {
  revokeToken(id: $id) {
    name
  }
}
`;

const DELETION = `query AllImagesDeletion {
  allImagesDeletion {
    state
    imagesDeleted
    imagesTotal
  }
}

# Removes every image for good.
mutation DeleteAllImages {
  deleteAllImages {
    deletedCount
  }
}
`;

/** An example of every operation of the schema; a test compares them. */
export const PLAYGROUND_TABS: readonly PlaygroundTab[] = [
  { query: IMAGES, variables: json({ key: 'photos/cat.jpg', prefix: 'photos/', sha256: ['0'.repeat(64)] }) },
  {
    query: UPLOAD,
    variables: json({
      input: { key: 'photos/cat.jpg', file: null, overwrite: false },
      upload: { key: 'photos/cat.jpg', contentType: 'image/jpeg', bytes: 100_000, sha256: '0'.repeat(64) },
      id: 'the id that createUpload has given',
    }),
  },
  { query: POOL, variables: json({ size: 3 }) },
  { query: CACHE, variables: json({ input: { capacityMiB: 128, evictionPolicy: 'S3_FIFO' } }) },
  {
    query: SCALING,
    variables: json({
      input: { mode: 'AUTO', maxMissRate: 0.2 },
      decision: {
        tick: '2026-01-01T10:00:00Z',
        mode: 'MANUAL',
        verdict: 'HOLD',
        size: 3,
        newSize: 3,
        applied: false,
        reason: 'held at 3: an example',
      },
    }),
  },
  { query: STATS },
  { query: LIVE, variables: json({ prefix: 'photos/' }) },
  {
    query: ACCESS,
    variables: json({ input: { name: 'the web team', role: 'EDITOR' }, id: 'the id of a token' }),
  },
  { query: DELETION },
];

function json(variables: Record<string, unknown>): string {
  return JSON.stringify(variables, null, 2);
}
