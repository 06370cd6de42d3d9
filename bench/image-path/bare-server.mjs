// The least that could serve a hit: Node's own http, one hop over a unix socket to a process that holds the bytes, chunks forwarded as
// they come. No versions, no conditions, no ranges, no timeouts, no failures.
//   node bare-server.mjs node SOCKET FOLDER     holds the files of a folder: answers `NAME\n` with their bytes
//   node bare-server.mjs http SOCKET FOLDER     serves /images/NAME on PORT
import { readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const [role, socketPath, folder] = process.argv.slice(2);
const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

if (role === 'node') {
  createServer((socket) => {
    socket.on('data', (line) => socket.write(files.get(line.toString('latin1').trimEnd())));
  }).listen(socketPath);
} else {
  const idle = [];
  const server = createHttpServer((req, res) => {
    const name = req.url.slice('/images/'.length);
    let missing = files.get(name)?.length;
    if (missing === undefined) {
      res.writeHead(404).end();
      return;
    }
    res.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': missing });
    const socket = idle.pop() ?? connect(socketPath);
    const forward = (chunk) => {
      missing -= chunk.length;
      if (missing > 0) {
        res.write(chunk);
        return;
      }
      socket.off('data', forward);
      idle.push(socket);
      res.end(chunk);
    };
    socket.on('data', forward);
    socket.write(`${name}\n`);
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
}
