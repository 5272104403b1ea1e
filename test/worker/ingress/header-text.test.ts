import { expect, test } from "vitest";
import { headerText } from "../../../worker/ingress/header-text.ts";

test.each([
  ["/plain text", "/plain text"],
  ["/\u2603", "/%E2%98%83"],
  ["/a\r\nx-evil: 1", "/a%0D%0Ax-evil: 1"],
  ["\u{D800}", "%EF%BF%BD"],
])("%j goes into a header as %j", (text, expected) => {
  expect(headerText(text)).toBe(expected);
  expect(() => new Headers({ x: headerText(text) })).not.toThrow();
});
