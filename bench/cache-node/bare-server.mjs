/**
 * What Node itself allows: reads and answers as a cache node does, but looks nothing up. To `set` it says STORED, to any other line
 * it sends one value of the size given. `BYTES handle` goes by the way below the streams that cache nodes take, `BYTES stream` by
 * the methods of `net`.
 */
import { createServer } from 'node:net';
import { adopt, useAsItIs } from '../../cache-node/dist/connection.js';

const LARGEST_PAYLOAD_BYTES = 32 * 1024 * 1024;
const valueBytes = Number(process.argv[2]);
const isByHandle = process.argv[3] === 'handle';

const payload = 'x'.repeat(valueBytes);
const replies = {
  get: Buffer.from(`VALUE key00000000 0 ${valueBytes}\r\n${payload}\r\nEND\r\n`),
  mg: Buffer.from(`VA ${valueBytes} c1234\r\n${payload}\r\n`),
  set: Buffer.from('STORED\r\n'),
};
const gathered = Buffer.alloc(64 * 1024 + valueBytes);
const sink = Buffer.alloc(LARGEST_PAYLOAD_BYTES);

class BareSession {
  #sender;
  #missingBytes = 0;

  constructor(sender) {
    this.#sender = sender;
  }

  room() {
    return this.#missingBytes < 16 * 1024 ? undefined : sink.subarray(0, this.#missingBytes);
  }

  receivedInPlace(length) {
    this.#missingBytes -= length;
    if (this.#missingBytes === 0) this.#sender.send(replies.set);
  }

  receive(bytes, length) {
    let used = 0;
    const reply = (part) => {
      used += part.copy(gathered, used);
    };
    for (let at = 0; at < length;) {
      if (this.#missingBytes > 0) {
        const count = Math.min(this.#missingBytes, length - at);
        this.#missingBytes -= count;
        at += count;
        if (this.#missingBytes === 0) reply(replies.set);
        continue;
      }
      const end = bytes.indexOf(10, at) + 1;
      // "set <key> 0 0 <bytes>": the other commands of the load never come cut, and of this one only the payload does.
      if (bytes[at] === 115)
        this.#missingBytes = Number(bytes.toString('latin1', at, end - 2).split(' ')[4]) + 2;
      else if (end === length && used === 0) this.#sender.send(bytes[at] === 109 ? replies.mg : replies.get);
      else reply(bytes[at] === 109 ? replies.mg : replies.get);
      at = end;
    }
    if (used > 0) this.#sender.send(Buffer.from(gathered.subarray(0, used)));
  }

  end() {}
}

const server = createServer({ noDelay: true, pauseOnConnect: isByHandle }, (accepted) => {
  const { sender, listen } = isByHandle ? adopt(accepted) : useAsItIs(accepted);
  listen(new BareSession(sender));
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening on 127.0.0.1:${server.address().port}\n`),
);
