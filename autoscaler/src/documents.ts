/** What the autoscaler asks of the api. A test checks each against `schema.graphql`. */
export const LOOK = /* GraphQL */ `
  query AutoscalerLook {
    pool {
      serverTime
      desiredSize
      fixedReason
      lastResizeFinishedAt
      nodes {
        name
        state
        launchedAt
      }
      resize {
        id
      }
      queuedResizes {
        id
      }
    }
    scalingPolicy {
      mode
      maxMissRate
      minMissRate
      expandRatio
      shrinkRatio
      minNodes
      maxNodes
      cooldownSeconds
      flapWindowMinutes
    }
    stats(minutes: 2) {
      minutes {
        time
        gets
        missRate
        nodesReady
        isComplete
      }
    }
    latest: decisions(first: 1) {
      edges {
        node {
          tick
        }
      }
    }
    changes: decisions(first: 100, appliedOnly: true) {
      edges {
        node {
          at
          verdict
          size
          newSize
          missRate
          gets
        }
      }
    }
  }
`;

export const RESIZE = /* GraphQL */ `
  mutation AutoscalerResize($size: Int!, $expectedSize: Int!) {
    resizePool(size: $size, expectedSize: $expectedSize) {
      desiredSize
    }
  }
`;

export const RECORD = /* GraphQL */ `
  mutation AutoscalerRecord($input: RecordDecisionInput!) {
    recordDecision(input: $input) {
      id
    }
  }
`;
