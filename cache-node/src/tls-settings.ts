/** How a node speaks TLS. Paths are of PEM files. */
export interface TlsSettings {
  readonly certificate: string;
  readonly key: string;
  /** Who signs the certificates of clients. */
  readonly authority: string | undefined;
  /** 0: clients show no certificate; 1: one that they show must be good; 2 and 3: they must show one. */
  readonly verifyMode: number;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers: string | undefined;
  /** Whether clients may resume a session. */
  readonly hasSessionCache: boolean;
  /** Shown, and without effect. */
  readonly writeBufferKiB: number;
}

const MOST_VERIFY_MODE = 3;

/** Reads the options of `-o` that begin with `ssl_`; they mean something with `-Z` only. */
export function readTlsSettings(
  given: ReadonlyMap<string, string>,
  faults: string[],
): TlsSettings | undefined {
  const certificate = given.get('ssl_chain_cert');
  const key = given.get('ssl_key');
  const verifyMode = given.get('ssl_verify_mode') ?? '0';
  const minVersion = minVersions[given.get('ssl_min_version') ?? '2'];
  const writeBuffer = given.get('ssl_wbuf_size') ?? '16';
  const found = faults.length;
  if (!certificate || !key) faults.push('-Z: want -o ssl_chain_cert=FILE,ssl_key=FILE');
  if (!/^\d$/.test(verifyMode) || Number(verifyMode) > MOST_VERIFY_MODE)
    faults.push(`-o ssl_verify_mode=${verifyMode}: want 0 to ${MOST_VERIFY_MODE}`);
  if (minVersion === undefined)
    faults.push(`-o ssl_min_version=${given.get('ssl_min_version')}: want 2 (TLS 1.2) or 3 (TLS 1.3)`);
  if ((given.get('ssl_keyformat') ?? '1') !== '1') faults.push('-o ssl_keyformat: keys must be PEM (1)');
  if (!/^\d+$/.test(writeBuffer)) faults.push(`-o ssl_wbuf_size=${writeBuffer}: want a number of KiB`);
  if (Number(verifyMode) > 0 && !given.get('ssl_ca_cert'))
    faults.push('-o ssl_verify_mode: want ssl_ca_cert=FILE too, to verify the certificates of clients by');
  if (!certificate || !key || !minVersion || faults.length > found) return undefined;
  return {
    certificate,
    key,
    authority: given.get('ssl_ca_cert'),
    verifyMode: Number(verifyMode),
    minVersion,
    ciphers: given.get('ssl_ciphers'),
    hasSessionCache: given.has('ssl_session_cache'),
    writeBufferKiB: Number(writeBuffer),
  };
}

/** By memcached's numbers. The two before are not safe any more. */
const minVersions: Readonly<Record<string, TlsSettings['minVersion']>> = { 2: 'TLSv1.2', 3: 'TLSv1.3' };
