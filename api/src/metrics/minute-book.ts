import { NOTHING_COUNTED, type Counted } from './counted.ts';
import { groupBy } from './group-by.ts';
import type { MinuteSamples } from './minutes.ts';
import type { NodeGauges, ObservedNode } from './node-source.ts';
import { NodeTrack, type NodeNow } from './node-track.ts';
import { ReadTrack, type ReadSource } from './read-track.ts';
import type { SecondSample } from './seconds.ts';

/** Adds seconds up to minutes, across restarts of nodes and of this process. */
export class MinuteBook {
  readonly #nodes = new Map<string, NodeTrack>();
  readonly #reads: ReadTrack;
  readonly #process: string;
  #lastSecond: number | undefined;

  /** @param process the name of this process, as no other is called */
  constructor(source: ReadSource, process: string) {
    this.#reads = new ReadTrack(source, process);
    this.#process = process;
  }

  /** Goes on from what was written down of the reads of this process. */
  resumeReads({ reads }: MinuteSamples, minute: number): void {
    const ours = reads.find((read) => read.minute === minute && read.process === this.#process);
    if (ours !== undefined) this.#reads.resume(ours);
  }

  /** Goes on from what was written down of the nodes, by this process or by the one that wrote before. */
  resumeNodes({ nodes }: MinuteSamples, minute: number): void {
    for (const samples of groupBy(nodes, ({ id }) => id).values()) {
      const latest = samples.at(-1)!;
      this.#trackOf(latest).resume(latest, minute);
    }
  }

  /** Adds to what was written down of a minute that comes again because the clock was set back. */
  carry(samples: MinuteSamples, minute: number): void {
    this.resumeReads(samples, minute);
    for (const node of samples.nodes) if (node.minute === minute) this.#trackOf(node).carry(node);
  }

  /** Takes in what was seen at the end of a second: the nodes that there were, and the answers of those that gave any. */
  add(
    second: number,
    nodes: readonly ObservedNode[],
    answers: ReadonlyMap<string, Counted & NodeGauges>,
  ): SecondSample {
    const isFirst = this.#lastSecond === undefined;
    this.#lastSecond = second;
    const there = new Set(nodes.map(({ id }) => id));
    for (const [id, track] of this.#nodes) if (!there.has(id)) track.leave();
    const seen = nodes.map((node) => {
      let track = this.#nodes.get(node.id);
      // Of one that was there before us it is not known since when it has counted; a newcomer has counted since it came.
      track ??= new NodeTrack(node, isFirst ? undefined : NOTHING_COUNTED);
      this.#nodes.set(node.id, track);
      return track.observe(second, node, answers.get(node.id));
    });
    return { second, nodes: seen, reads: this.#reads.observe(second) };
  }

  samples(minute: number): MinuteSamples {
    const nodes = [...this.#nodes.values()].map((track) => track.sample(minute, this.#lastSecond ?? minute));
    return { nodes: nodes.filter((sample) => sample !== undefined), reads: [this.#reads.sample(minute)] };
  }

  /** Begins the next minute. */
  turn(): void {
    this.#reads.turn();
    for (const [id, track] of this.#nodes) if (!track.turn()) this.#nodes.delete(id);
  }

  now(): readonly NodeNow[] {
    const second = this.#lastSecond;
    if (second === undefined) return [];
    return [...this.#nodes.values()].map((track) => track.at(second)).filter((node) => node !== undefined);
  }

  /** Of one that is not there any more too. */
  #trackOf({ id, name }: { readonly id: string; readonly name: string }): NodeTrack {
    let track = this.#nodes.get(id);
    if (track === undefined) {
      track = new NodeTrack({ id, name, state: 'STARTING' }, undefined);
      track.leave();
      this.#nodes.set(id, track);
    }
    return track;
  }
}
