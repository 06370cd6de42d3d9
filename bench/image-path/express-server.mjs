// What one would write for a day's use: Express in front of memcached.
import express from 'express';
import memjs from 'memjs';

const cache = memjs.Client.create(process.env.MEMCACHED);
const app = express();

app.get('/images/:key', async (req, res) => {
  const { value } = await cache.get(req.params.key);
  if (value === null) {
    res.sendStatus(404);
    return;
  }
  res.set('Cache-Control', 'public, max-age=31536000, immutable').type('image/jpeg').send(value);
});

app.put('/images/:key', express.raw({ type: () => true, limit: '32mb' }), async (req, res) => {
  await cache.set(req.params.key, req.body, { expires: 0 });
  res.sendStatus(204);
});

app.listen(Number(process.env.PORT), '127.0.0.1');
