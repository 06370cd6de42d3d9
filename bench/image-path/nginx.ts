import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, stopChild, waitForHttp, type Contender } from './contender.ts';
import type { Picture } from './pictures.ts';
import { pathOf } from './tools.ts';

/**
 * One worker that serves the pictures as files, without an access log. As it is by default, and wherever it serves TLS, nginx copies as
 * we do; with `sendfile`, which Debian's package switches on, the kernel passes pages of files on without copying them.
 */
export async function startNginx(
  folder: string,
  pictures: readonly Picture[],
  { sendfile }: { sendfile: boolean },
): Promise<Contender> {
  const port = await freePort();
  const root = join(folder, sendfile ? 'nginx-sendfile' : 'nginx');
  await mkdir(join(root, 'images'), { recursive: true });
  for (const { fileName, bytes } of pictures) await writeFile(join(root, 'images', fileName), bytes);
  const configFile = join(root, 'nginx.conf');
  await writeFile(configFile, configOf(root, port, sendfile));
  const child = spawn(await pathOf('nginx'), ['-p', root, '-c', configFile, '-e', join(root, 'error.log')], {
    stdio: 'ignore',
  });
  await waitForHttp(`http://127.0.0.1:${port}/`, child);
  return {
    name: sendfile ? 'nginx, sendfile' : 'nginx',
    urlOf: ({ fileName }) => `http://127.0.0.1:${port}/images/${fileName}`,
    isWarm: () => true,
    stop: () => stopChild(child, 'SIGQUIT'),
  };
}

function configOf(root: string, port: number, sendfile: boolean): string {
  return `
    daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid ${root}/nginx.pid;
    events { worker_connections 1024; }
    http {
      access_log off;
      sendfile ${sendfile ? 'on' : 'off'};
      tcp_nopush on;
      keepalive_requests 100000000;
      types { image/jpeg jpg; }
      client_body_temp_path ${root}/body;
      proxy_temp_path ${root}/proxy;
      fastcgi_temp_path ${root}/fastcgi;
      uwsgi_temp_path ${root}/uwsgi;
      scgi_temp_path ${root}/scgi;
      server {
        listen 127.0.0.1:${port};
        root ${root};
        location /images/ { expires max; }
      }
    }
  `;
}
