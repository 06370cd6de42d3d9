/** Whether a text has the form of a version: a UUID in lower case. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

const VERSION = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
