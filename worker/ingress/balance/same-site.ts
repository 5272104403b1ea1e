/**
 * Browsers that take `SameSite=None` for `Strict`, or drop the cookie (chromium.org, "SameSite=None: Known Incompatible
 * Clients"): iOS 12, Safari and embedded browsers on macOS 10.14, Chrome 51 to 66, UC Browser before 12.13.2.
 */
export function understandsSameSiteNone(userAgent: string): boolean {
  if (/\(iP[^)]{0,80} OS 12_/.test(userAgent)) return false;
  if (userAgent.includes("Mac OS X 10_14")) {
    const isChrome = /Chrom(?:e|ium)\//.test(userAgent);
    const isSafari = userAgent.includes("Version/") && userAgent.includes(" Safari/") && !isChrome;
    if (isSafari || userAgent.endsWith("(KHTML, like Gecko)")) return false;
  }
  const ucBrowser = /UCBrowser\/(\d+)\.(\d+)\.(\d+)/.exec(userAgent);
  if (ucBrowser !== null) return isAtLeast(ucBrowser.slice(1).map(Number), [12, 13, 2]);
  const chrome = /Chrom(?:e|ium)\/(\d+)\./.exec(userAgent);
  const version = Number(chrome?.[1] ?? Number.NaN);
  return !(version >= 51 && version <= 66);
}

function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  for (const [i, wanted] of least.entries()) {
    const part = version[i] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
