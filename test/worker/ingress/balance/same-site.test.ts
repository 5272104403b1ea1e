import { expect, test } from "vitest";
import { understandsSameSiteNone } from "../../../../worker/ingress/balance/same-site.ts";

const webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const chrome = (version: string) =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`;

test.each<[string, string, boolean]>([
  [
    "an iPhone with iOS 12",
    `Mozilla/5.0 (iPhone; CPU iPhone OS 12_4 like Mac OS X) ${webKit} Safari/604.1`,
    false,
  ],
  ["an iPad with iOS 13", `Mozilla/5.0 (iPad; CPU OS 13_1 like Mac OS X) ${webKit} Safari/604.1`, true],
  [
    "Safari on macOS 10.14",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) ${webKit} Version/12.1 Safari/605.1.15`,
    false,
  ],
  ["an embedded browser on macOS 10.14", `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14) ${webKit}`, false],
  [
    "Safari on macOS 10.15",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) ${webKit} Version/13.0 Safari/605.1.15`,
    true,
  ],
  [
    "a new Chrome on macOS 10.14",
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) ${webKit} Chrome/120.0.0.0 Safari/537.36`,
    true,
  ],
  ["Chrome 50", chrome("50.0.2661.102"), true],
  ["Chrome 51", chrome("51.0.2704.63"), false],
  ["Chrome 66", chrome("66.0.3359.139"), false],
  ["Chrome 67", chrome("67.0.3396.62"), true],
  ["UC Browser 12.13.1", "Mozilla/5.0 (Linux; U) UCBrowser/12.13.1.1 Mobile", false],
  ["UC Browser 12.13.2 on an old engine", "Mozilla/5.0 Chrome/57.0.2987.108 UCBrowser/12.13.2.1", true],
  ["UC Browser 13.0.0", "Mozilla/5.0 UCBrowser/13.0.0.1", true],
  ["Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", true],
  ["nobody", "", true],
])("%s: %s", (_, userAgent, expected) => {
  expect(understandsSameSiteNone(userAgent)).toBe(expected);
});
