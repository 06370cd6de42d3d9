import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { makeSpec } from './provisioner.suite.ts';
import { userData } from './user-data.ts';

const OPTIONS = {
  release: 's3://shoal/releases/1.tar.gz',
  secretParameter: '/shoal/node-secret',
  port: 11300,
  maxEntryMiB: 33,
  orphanTimeoutSeconds: 3_600,
  environment: { POOL_NAME: 'a', LABEL: "it's $(reboot)" },
};

it('an instance is told where its release and its secret are, and how the node is to run', () => {
  const script = userData(makeSpec(2, { capacityMiB: 4_096, evictionPolicy: 's3-fifo' }), OPTIONS);
  expect(script).toContain('aws s3 cp --no-progress s3://shoal/releases/1.tar.gz -');
  expect(script).toContain('aws ssm get-parameter --with-decryption --name /shoal/node-secret');
  expect(script).toContain(
    '-l 0.0.0.0 -p 11300 -Y /run/shoal/who -m 4096 -I 33m --policy s3-fifo -o orphan_timeout=3600',
  );
  // EC2 takes 16 KiB.
  expect(script.length).toBeLessThan(4_096);
});

it('the script is one that bash reads, and hides every value from it', () => {
  const script = userData(makeSpec(0), OPTIONS);
  execFileSync('bash', ['-n'], { input: script });
  const line = script.split('\n').find((each) => each.includes('--setenv'))!;
  const words = execFileSync('bash', ['-c', `printf '%s\\n' ${line.trim().replace(/\\$/, '')}`]).toString();
  expect(words.split('\n')).toContain("--setenv=LABEL=it's $(reboot)");
});
