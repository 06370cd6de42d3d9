import { NODE_USER } from '../nodes/introduction.ts';
import { nodeArguments } from './node-arguments.ts';
import type { NodeSpec } from './provisioner.ts';

/** What an instance needs to become a node. */
export interface UserDataOptions {
  /** `s3://BUCKET/KEY` of a release. */
  readonly release: string;
  /** Name of the SSM parameter with the secret that the node asks for. Its value is never here: whoever may look at an instance sees its user data. */
  readonly secretParameter: string;
  readonly port: number;
  /** The largest entry that the node must take. */
  readonly maxEntryMiB: number;
  /** The node, and its instance with it, ends when nobody has been connected to it for so long. */
  readonly orphanTimeoutSeconds: number;
  /** For the node's own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The script that an instance of Amazon Linux 2023 runs at its first start. What it tells goes to the console. When the node ends,
 * so does the instance; when the script fails the instance stays, so that its console can be read until the start is given up.
 */
export function userData(spec: NodeSpec, options: UserDataOptions): string {
  const { release, secretParameter, port, environment } = options;
  const listen = ['-l', '0.0.0.0', '-p', `${port}`, '-Y', '/run/shoal/who'];
  const node = [
    '/opt/shoal/cache-node/dist/main.js',
    ...nodeArguments({ ...options, listen, config: spec.config }),
  ];
  const settings = Object.entries(environment).map(([name, value]) => `--setenv=${name}=${value}`);
  return `#!/bin/bash
# Makes this instance ${spec.label} of Shoal.
set -euo pipefail
command -v node >/dev/null || dnf install -y -q nodejs20
install -d -m 755 /opt/shoal
aws s3 cp --no-progress ${quote(release)} - | tar -xz -C /opt/shoal
id shoal >/dev/null 2>&1 || useradd --system --no-create-home shoal
install -d -m 700 -o shoal -g shoal /run/shoal
secret=$(aws ssm get-parameter --with-decryption --name ${quote(secretParameter)} --query Parameter.Value --output text)
(umask 077 && printf '${NODE_USER}:%s\\n' "$secret" >/run/shoal/who && chown shoal /run/shoal/who)
exec systemd-run --unit=shoal-node --uid=shoal --property=LimitNOFILE=65536 \\
  --property=ExecStopPost=+/usr/bin/systemctl\\ poweroff ${settings.map(quote).join(' ')} \\
  -- "$(command -v node)" ${node.map(quote).join(' ')}
`;
}

/** One word for the shell, whatever it holds. */
function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
