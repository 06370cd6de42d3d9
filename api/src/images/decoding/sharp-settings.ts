import sharp from 'sharp';

// Only these decoders ever see a byte of a user: libvips would also open SVG, PDF, TIFF and more.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadNsgif',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
  ],
});
// One thread per picture, several pictures at once. No cache: it goes by path, and staged files move.
sharp.concurrency(1);
sharp.cache(false);

export { sharp };
