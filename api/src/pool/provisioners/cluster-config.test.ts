import { describe, expect, it } from 'vitest';
import { parseClusterConfig } from './cluster-config.ts';

/** As in ElastiCache's documentation. */
const REPLY = reply(
  '12\nmyCluster.pc4ldq.0001.use1.cache.amazonaws.com|10.82.235.120|11211 myCluster.pc4ldq.0002.use1.cache.amazonaws.com|10.80.249.27|11211\n',
);

describe('the reply of a configuration endpoint', () => {
  it('tells the version and the nodes: placed by name, reached by IP', () => {
    expect(parseClusterConfig(REPLY)).toEqual({
      version: 12,
      nodes: [
        {
          label: 'myCluster.pc4ldq.0001.use1.cache.amazonaws.com',
          address: { host: '10.82.235.120', port: 11211 },
        },
        {
          label: 'myCluster.pc4ldq.0002.use1.cache.amazonaws.com',
          address: { host: '10.80.249.27', port: 11211 },
        },
      ],
    });
  });

  it('is waited for to its end, wherever it is cut', () => {
    for (let length = 0; length < REPLY.length; length++) {
      expect(parseClusterConfig(REPLY.subarray(0, length))).toBeUndefined();
    }
  });

  it.each([
    ['a||11300', 'a:11300', { host: 'a', port: 11300 }],
    ['a||11211', 'a', { host: 'a', port: 11211 }],
    ['|10.0.0.1|7', '10.0.0.1:7', { host: '10.0.0.1', port: 7 }],
    ['a|fd00::1|11211', 'a', { host: 'fd00::1', port: 11211 }],
  ])('may name a node %s', (part, label, address) => {
    expect(parseClusterConfig(reply(`1\n${part}\n`))?.nodes).toEqual([{ label, address }]);
  });

  it('has the same order, however the nodes are listed', () => {
    const nodes = parseClusterConfig(reply('3\nn-10|10.0.0.3|1 n-9|10.0.0.2|1 n-1|10.0.0.1|1\n'))?.nodes;
    expect(nodes?.map(({ label }) => label)).toEqual(['n-1:1', 'n-9:1', 'n-10:1']);
  });

  it('may name no node', () => {
    expect(parseClusterConfig(reply('4\n\n'))).toEqual({ version: 4, nodes: [] });
  });

  it.each([
    [Buffer.from('ERROR\r\n'), 'it answers "ERROR" to config get cluster'],
    [Buffer.from('END\r\n'), 'it answers "END" to config get cluster'],
    [Buffer.from(`${'x'.repeat(64)}`), /it answers "x+"/],
    [reply('one\na|b|1\n'), 'it gives "one" as the version'],
    [reply('1\na|10.0.0.1\n'), 'it gives "a|10.0.0.1" as a node: want HOST|IP|PORT'],
    [reply('1\na|10.0.0.1|0\n'), 'it gives "a|10.0.0.1|0" as a node: want HOST|IP|PORT'],
    [reply('1\na|10.0.0.1|1|x\n'), 'it gives "a|10.0.0.1|1|x" as a node: want HOST|IP|PORT'],
    [reply('1\na|10.0.0.1|1 a|10.0.0.2|1\n'), 'it names a node twice'],
    [Buffer.from('CONFIG cluster 0 99999\r\n'), 'its list of nodes is longer than 65536 bytes'],
    [Buffer.from('CONFIG cluster 0 2\r\n1\n23\r\nEND\r\n'), 'its reply does not end'],
  ])('can not be %s', (bytes, fault) => {
    expect(() => parseClusterConfig(bytes)).toThrow(fault);
  });
});

function reply(text: string): Buffer {
  return Buffer.from(`CONFIG cluster 0 ${text.length}\r\n${text}\r\nEND\r\n`);
}
