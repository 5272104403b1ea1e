import { beforeAll, describe, expect, it, test } from "vitest";
import { HOST, NOW, systemHost, TOKEN } from "../system/support.ts";
import { Published } from "../support/published.ts";

let published: Published;

beforeAll(async () => {
  published = await Published.create("signed-in");
  await published.publish({});
});

const NOBODY = { authorization: "" };
const form = (token: string, headers: Record<string, string> = {}, to = "/hosts") => ({
  method: "POST",
  headers: { ...NOBODY, "content-type": "application/x-www-form-urlencoded", ...headers },
  body: new URLSearchParams({ token, to }).toString(),
});
const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

it("asks for the token in place of the page", async () => {
  const response = await systemHost(published)("/hosts?q=a", { headers: NOBODY });
  const text = await response.text();
  expect([response.status, text.includes('action="/sign-in"'), text.includes('value="/hosts?q=a"')]).toEqual([
    401,
    true,
    true,
  ]);
});

it("begins a session with it, which is not the token and ends after a while", async () => {
  let now = NOW;
  const ask = systemHost(published, {}, { now: () => now });
  const response = await ask("/sign-in", form(TOKEN));
  expect([response.status, response.headers.get("location")]).toEqual([303, "/hosts"]);
  expect(response.headers.get("set-cookie")).toMatch(
    /^__Host-lintel=\d+\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200$/,
  );
  const headers = { ...NOBODY, cookie: `other=1; ${cookieOf(response)}` };
  expect(headers.cookie).not.toContain(TOKEN);
  expect((await ask("/hosts", { headers })).status).toBe(200);
  expect((await ask("/api/overview", { headers })).status).toBe(200);
  now += 12 * 3600 * 1000;
  expect((await ask("/hosts", { headers })).status).toBe(401);
});

it("has no Secure attribute over plain http, where browsers would not keep it", async () => {
  const response = await systemHost(published)("/sign-in", { ...form(TOKEN), scheme: "http" });
  expect(response.headers.get("set-cookie")).toMatch(/^lintel=.*SameSite=Strict; Max-Age/);
});

it("ends with the token", async () => {
  const response = await systemHost(published)("/sign-in", form(TOKEN));
  const headers = { ...NOBODY, cookie: cookieOf(response) };
  const other = systemHost(published, { LINTEL_DNS_TOKEN: "another" });
  expect((await other("/hosts", { headers })).status).toBe(401);
});

it("ends when somebody signs out", async () => {
  const response = await systemHost(published)("/sign-out", { method: "POST" });
  expect(response.headers.get("set-cookie")).toMatch(/^__Host-lintel=;.*Max-Age=0$/);
});

describe("refuses", () => {
  test.each<[string, ReturnType<typeof form>, number]>([
    ["another token", form("let-him-in"), 401],
    ["the form of another site", form(TOKEN, { "sec-fetch-site": "cross-site" }), 403],
    ["the form of a sibling host", form(TOKEN, { "sec-fetch-site": "same-site" }), 403],
    [
      "that of another origin, from a browser that says no more",
      form(TOKEN, { origin: "https://evil.test" }),
      403,
    ],
    ["more than a form holds", form("x".repeat(10_000)), 413],
  ])("%s", async (_, asked, status) => {
    const response = await systemHost(published)("/sign-in", asked);
    expect([response.status, response.headers.get("set-cookie")]).toEqual([status, null]);
  });
});

test.each(["https://evil.test/", "//evil.test/", "/\\evil.test/", "javascript:alert(1)"])(
  "does not lead to %s",
  async (to) => {
    const response = await systemHost(published)("/sign-in", form(TOKEN, {}, to));
    expect(response.headers.get("location")).toBe("/");
  },
);

it("takes ten attempts a minute of an address, right ones too when these are used up", async () => {
  let now = NOW;
  const ask = systemHost(published, {}, { now: () => now });
  for (let i = 0; i < 10; i++) expect((await ask("/sign-in", form("wrong"))).status).toBe(401);
  const late = await ask("/sign-in", form(TOKEN));
  expect([late.status, late.headers.get("retry-after")]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  const elsewhere = form(TOKEN, { "cf-connecting-ip": "203.0.113.10" });
  expect((await ask("/sign-in", elsewhere)).status).toBe(303);
  now += 60_000;
  expect((await ask("/sign-in", form(TOKEN))).status).toBe(303);
});

it("is closed to other machines where only this one may look", async () => {
  const ask = systemHost(published, { LINTEL_DNS_ACCESS: "loopback" });
  expect((await ask("/", { headers: NOBODY })).status).toBe(403);
  expect((await ask("/", { headers: { ...NOBODY, "cf-connecting-ip": "127.0.0.1" } })).status).toBe(200);
});

it("is never open to the public, as the resolver may be", async () => {
  const ask = systemHost(published, { LINTEL_DNS_ACCESS: "public" });
  expect((await ask("/", { headers: NOBODY })).status).toBe(401);
});

it("lets nothing in that is not its own", async () => {
  const { headers } = await systemHost(published)(`/`, { headers: { origin: `https://${HOST}` } });
  expect(headers.get("content-security-policy")).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  expect(headers.get("access-control-allow-origin")).toBeNull();
});
