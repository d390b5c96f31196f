/** @file Addresses that may carry secrets: where they are used, and how they are shown. */

const HIDDEN = '***';

/**
 * An address as messages show it: without user, password, query and fragment. Also of text that is no address
 * after all.
 */
export function shownUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !text.includes('//'))
    return text.replace(/^.*@/s, `${HIDDEN}@`).replace(/([?#]).*$/s, `$1${HIDDEN}`);
  const user = url.username + url.password === '' ? '' : `${HIDDEN}@`;
  const secrets = url.search + url.hash === '' ? '' : `?${HIDDEN}`;
  return `${url.protocol}//${user}${url.host}${url.pathname}${secrets}`;
}

/** A text without the secrets of the addresses in it. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/'"<>]*@/gi, `$1${HIDDEN}@`)
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#'"<>]*)[?#][^\s'"<>]*/gi, `$1?${HIDDEN}`);

/** The address of a file below another one, whose query stays. */
export function below(base: string, name: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${name}`;
  return url.href;
}

/** What `fetch` takes: it refuses addresses with a user and a password, which belong into a header. */
export function request(address: string): { readonly url: string; readonly headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  if (username + password === '') return { url: address, headers: {} };
  url.username = '';
  url.password = '';
  const plain = [username, password].map(decodeURIComponent).join(':');
  return {
    url: url.href,
    headers: { authorization: `Basic ${Buffer.from(plain).toString('base64')}` },
  };
}
