import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerOpts } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { Counters } from './counters.ts';
import type { TlsSettings } from './tls-settings.ts';

/** How long a client may take to say who it is. */
const LONGEST_HANDSHAKE_MS = 10_000;

/** Accepts clients that speak TLS. @throws if the certificate or the key cannot be read or don't belong together. */
export function createTlsListener(
  settings: TlsSettings,
  options: ServerOpts,
  counters: Counters,
  accept: (socket: TLSSocket) => void,
): Server {
  const listener = createServer(
    {
      ...options,
      ...readCertificates(settings),
      requestCert: settings.verifyMode > 0,
      rejectUnauthorized: settings.verifyMode > 1,
      handshakeTimeout: LONGEST_HANDSHAKE_MS,
    },
    (socket) => {
      // That one may be shown but must be good is not a thing that the handshake knows.
      const hasBadCertificate = settings.verifyMode === 1 && !socket.authorized && isShown(socket);
      if (hasBadCertificate) {
        counters.ssl_handshake_errors++;
        socket.destroy();
        return;
      }
      if (!socket.isSessionReused()) counters.ssl_new_sessions++;
      accept(socket);
    },
  );
  return listener.on('tlsClientError', (_error, socket) => {
    counters.ssl_handshake_errors++;
    socket.destroy();
  });
}

/** Has new clients see what is in the files now; those that are there keep what they saw. @throws as `createTlsListener`. */
export function renewCertificates(listeners: readonly Server[], settings: TlsSettings): void {
  const certificates = readCertificates(settings);
  for (const listener of listeners) listener.setSecureContext(certificates);
}

function readCertificates(settings: TlsSettings): SecureContextOptions {
  const { certificate, key, authority, minVersion, ciphers, hasSessionCache } = settings;
  return {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ca: authority === undefined ? undefined : readFileSync(authority),
    minVersion,
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(hasSessionCache ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function isShown(socket: TLSSocket): boolean {
  return Object.keys(socket.getPeerCertificate()).length > 0;
}
