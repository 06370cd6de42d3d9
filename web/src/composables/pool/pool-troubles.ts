import type { Pool } from './use-pool.ts';

/** What is wrong with the pool now, a sentence each, for somebody who has just been woken up. Empty when all is well. */
export function poolTroubles({
  nodes,
  desiredSize,
  resize,
}: Pick<Pool, 'nodes' | 'desiredSize' | 'resize'>): readonly string[] {
  const living = nodes.filter(({ state }) => state !== 'GONE');
  const troubles = living
    .filter(({ state }) => state === 'SUSPECT')
    .map(
      ({ name, reason }) =>
        `${name} does not answer${reason ? `: ${reason}` : ''}. Other nodes stand in for it.`,
    );
  for (const { name, reason } of nodes.filter(({ state }) => state === 'GONE')) {
    const heir = living.find((node) => node.name === name);
    if (heir?.state === 'STARTING' || heir?.state === 'JOINING')
      troubles.push(
        `${name} was lost${reason ? `: ${reason}` : ''}. Another node is being launched in its place.`,
      );
  }
  const readyCount = nodes.filter(({ state }) => state === 'READY').length;
  if (troubles.length === 0 && !resize && readyCount < desiredSize)
    troubles.push(`Only ${readyCount} of ${desiredSize} nodes ${readyCount === 1 ? 'is' : 'are'} ready.`);
  return troubles;
}
