/** The forms of names that the Kubernetes API accepts (Kubernetes "Object Names and IDs", RFC 1123, RFC 6335). */

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** RFC 1123 label: at most 63 of a-z, 0-9 and `-`, with a letter or digit at both ends. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/** RFC 1123 subdomain in lower case, at most 253 characters. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

/** `*.` and a subdomain: the one place where an Ingress host may have a star. */
export function isWildcardSubdomain(text: string): boolean {
  return text.length <= 253 && text.startsWith("*.") && SUBDOMAIN.test(text.slice(2));
}

/** RFC 6335 service name: at most 15 characters, one letter at least, no hyphen at an end or beside another. */
export function isPortName(text: string): boolean {
  return text.length <= 15 && LABEL.test(text) && /[a-z]/.test(text) && !text.includes("--");
}
