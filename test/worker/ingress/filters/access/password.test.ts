import { describe, expect, test } from "vitest";
import { matches } from "../../../../../worker/ingress/filters/access/password.ts";

// By `openssl passwd -apr1`, the C library's crypt(), and `openssl sha1`.
const HASHES: [kind: string, password: string, hash: string][] = [
  ["apr1, empty", "", "$apr1$mysalt01$qGV.7sDY6CG6QoGiIyvwg."],
  ["apr1, one character", "a", "$apr1$mysalt01$kNxnm.z/DrUKkK1MUtcfv."],
  ["apr1", "secret", "$apr1$mysalt01$/cRffBNS3uUoUIZzjaBHv1"],
  ["apr1, as long as a digest", "0123456789abcdef", "$apr1$mysalt01$uYeE4IeYintv6oPkX4ZVl/"],
  ["apr1, longer", "correct horse battery staple, twice over", "$apr1$mysalt01$cz1WIEtmUPBl8a20MVJwV1"],
  ["apr1, UTF-8", "žluťoučký", "$apr1$mysalt01$YlzxzQF/mxISjbuo4daz11"],
  ["apr1, a short salt", "secret", "$apr1$x$12YdXEY0/hH4rDNkmZupO0"],
  ["bcrypt 2b", "secret", "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"],
  ["bcrypt 2y", "secret", "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"],
  ["bcrypt 2a, UTF-8", "žluťoučký", "$2a$04$abcdefghijklmnopqrstuuMVdt90bIrQ0nK/7chKNbyv8kxn9ZLW2"],
  ["SHA", "secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="],
  ["SSHA", "secret", "{SSHA}8bX4JQDfZqtTfvnQ4ssDmWb17/FTQUxU"],
];

test.each(HASHES)("%s", async (_, password, hash) => {
  expect(await matches(password, hash)).toBe(true);
  expect(await matches(`${password}x`, hash)).toBe(false);
});

describe("nothing matches", () => {
  test.each([
    ["a password in clear", "secret", "secret"],
    ["crypt", "secret", "rqXexS6ZhobKA"],
    ["MD5 crypt", "secret", "$1$mysalt01$/cRffBNS3uUoUIZzjaBHv1"],
    ["a cut-off apr1", "secret", "$apr1$mysalt01"],
    ["a cut-off SHA", "", "{SHA}"],
    ["SHA that is not base64", "secret", "{SHA}***"],
    ["a cut-off bcrypt", "secret", "$2b$04$jRVS5Zx"],
    ["nothing", "", ""],
  ])("%s", async (_, password, hash) => {
    expect(await matches(password, hash)).toBe(false);
  });
});
