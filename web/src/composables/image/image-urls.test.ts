import { describe, expect, it } from 'vitest';
import { imageUrls } from './image-urls.ts';

const page = 'https://shoal.example/image?key=x';

describe('imageUrls', () => {
  it('makes a path absolute and leaves the version out where the newest is meant', () => {
    const image = { key: 'holiday/cat.jpg', url: '/images/holiday/cat.jpg?v=0190', width: 30, height: 20 };
    expect(imageUrls(image, page)).toEqual({
      versioned: 'https://shoal.example/images/holiday/cat.jpg?v=0190',
      plain: 'https://shoal.example/images/holiday/cat.jpg',
      html: '<img src="https://shoal.example/images/holiday/cat.jpg" width="30" height="20" alt="cat">',
      markdown: '![cat](<https://shoal.example/images/holiday/cat.jpg>)',
      graphql: '{ image(key: "holiday/cat.jpg") { url width height thumbnailUrl(width: 640) } }',
    });
  });

  it('offers renderings that are narrower than the image', () => {
    const image = { key: 'cat', url: '/images/cat?v=1', width: 700, height: 200 };
    expect(imageUrls(image, page).html).toContain(
      ' srcset="https://shoal.example/images/cat?w=320 320w, https://shoal.example/images/cat?w=640 640w, https://shoal.example/images/cat 700w" sizes="100vw" ',
    );
  });

  it('keeps hostile keys from breaking out of HTML and Markdown', () => {
    const image = {
      key: 'a"><b>[x]',
      url: `/images/${encodeURIComponent('a"><b>[x]')}?v=1`,
      width: 1,
      height: 1,
    };
    const { html, markdown, graphql } = imageUrls(image, page);
    expect(graphql).toContain('key: "a\\"><b>[x]"');
    expect(html).toContain('alt="a&quot;&gt;&lt;b&gt;[x]"');
    expect(markdown.startsWith('![a"><b>\\[x\\]](<https://')).toBe(true);
  });
});
