/** A hostname, IPv4 address or bracketed IPv6 address, and perhaps a port (RFC 9110 7.2, without the exotic names). */
const AUTHORITY = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/** Whether a text may stand as Host: then `http://` and it make a URL. */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text) && URL.canParse(`http://${text}/`);
}
