/**
 * A `fetch` over XMLHttpRequest, the only way for a browser to tell how much of a body is sent. Speaks as much of fetch as the GraphQL
 * client needs: a text answer. A broken connection rejects with a TypeError, an abort with an AbortError, as with fetch.
 */
export function xhrFetch(options: {
  onProgress: (sentBytes: number) => void;
  signal: AbortSignal;
}): typeof fetch {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init?.method ?? 'GET', input instanceof Request ? input.url : input);
      new Headers(init?.headers).forEach((value, name) => request.setRequestHeader(name, value));
      const abort = (): void => request.abort();
      const signals = [options.signal, init?.signal].filter((signal) => signal != null);
      for (const signal of signals) signal.addEventListener('abort', abort);

      request.upload.onprogress = (event) => options.onProgress(event.loaded);
      request.onload = () => {
        const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' };
        resolve(
          new Response(request.responseText, {
            status: request.status,
            statusText: request.statusText,
            headers,
          }),
        );
      };
      request.onerror = () => reject(new TypeError('The connection broke'));
      request.onabort = () => reject(new DOMException('Aborted', 'AbortError'));
      request.onloadend = () => {
        for (const signal of signals) signal.removeEventListener('abort', abort);
      };
      if (signals.some((signal) => signal.aborted)) reject(new DOMException('Aborted', 'AbortError'));
      else request.send(init?.body as XMLHttpRequestBodyInit | null | undefined);
    });
}
