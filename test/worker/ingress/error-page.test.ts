import { describe, expect, it, test } from "vitest";
import { errorPage } from "../../../worker/ingress/error-page.ts";

const page = (accept: string | null, requestId = "id-1") =>
  errorPage({ status: 404, detail: "Nothing <here>." }, accept, requestId, () => 0);

describe("an error page", () => {
  test.each([
    [null, "text/plain; charset=utf-8"],
    ["*/*", "text/plain; charset=utf-8"],
    ["image/png", "text/plain; charset=utf-8"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"],
    ["application/json", "application/problem+json"],
    ["application/problem+json", "application/problem+json"],
    ["text/html;q=0.5, application/json;q=0.9", "application/problem+json"],
    ["text/html;q=0, text/plain;q=0.1", "text/plain; charset=utf-8"],
  ])("for Accept %j is %s", (accept, type) => {
    expect(page(accept).headers.get("content-type")).toBe(type);
  });

  it("bears the request's id, and is never cached", async () => {
    const response = page("application/json");
    expect(await response.json()).toEqual({
      status: 404,
      title: "Not Found",
      detail: "Nothing <here>.",
      requestId: "id-1",
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-request-id": "id-1",
      "cache-control": "no-store",
      server: "lintel",
      date: "Thu, 01 Jan 1970 00:00:00 GMT",
    });
  });

  it("escapes what it shows in HTML", async () => {
    const html = await page("text/html", '"><script>').text();
    expect(html).toContain("<p>Nothing &lt;here&gt;.</p>");
    expect(html).toContain("<code>&quot;&gt;&lt;script&gt;</code>");
  });
});
