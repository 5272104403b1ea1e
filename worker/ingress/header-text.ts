/**
 * Text that goes into a header, where it is made of parts of a request: those are decoded, and may hold what no header
 * can. That is percent-encoded, as it came.
 */
export function headerText(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E]/gu, (char) => encodeURIComponent(char.toWellFormed()));
}
