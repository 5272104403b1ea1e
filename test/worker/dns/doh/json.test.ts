import { describe, expect, it } from "vitest";
import { createDohHandler } from "../../../../worker/dns/doh.ts";
import { CLUSTER } from "../support/cluster.ts";
import { PLATFORM } from "../support/platform.ts";
import { viewOf } from "../support/snapshot.ts";

const handle = createDohHandler({ access: "public", token: undefined }, PLATFORM);
const get = (query: string, method = "GET") =>
  handle(
    new Request(`https://edge.lintel.test/dns-query?${query}`, { method }),
    { address: "203.0.113.9" },
    () => viewOf(CLUSTER),
  );

describe("a question in the URL", () => {
  it("is answered in JSON", async () => {
    const response = await get("name=web.shop.svc.cluster.local&type=A");
    expect(response.headers.get("content-type")).toBe("application/dns-json");
    expect(response.headers.get("cache-control")).toBe("private, max-age=5");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toEqual({
      Status: 0,
      TC: false,
      RD: true,
      RA: false,
      AD: false,
      CD: false,
      Question: [{ name: "web.shop.svc.cluster.local", type: 1 }],
      Answer: [{ name: "web.shop.svc.cluster.local", type: 1, TTL: 5, data: "10.96.0.20" }],
    });
  });

  it.each([
    ["by the type's name in any case", "name=web.shop.svc.cluster.local.&type=srv", 33],
    ["by the type's number", "name=web.shop.svc.cluster.local&type=33", 33],
    ["by the number of a type without a name", "name=web.shop.svc.cluster.local&type=TYPE65280", 65_280],
    ["for addresses where no type is given", "name=web.shop.svc.cluster.local", 1],
    ["with flags", "name=web.shop.svc.cluster.local&do=1&cd=false&ct=application/dns-json", 1],
  ])("may be asked %s", async (_, query, type) => {
    const { Question } = await (await get(query)).json<{ Question: unknown }>();
    expect(Question).toEqual([{ name: "web.shop.svc.cluster.local", type }]);
  });

  it("has the authority of negative answers, and why it was refused", async () => {
    expect(await (await get("name=nobody.shop.svc.cluster.local")).json()).toMatchObject({
      Status: 3,
      Authority: [
        {
          name: "cluster.local",
          type: 6,
          data: expect.stringMatching(/^ns\.dns\.cluster\.local\. /) as string,
        },
      ],
    });
    expect(await (await get("name=example.com")).json()).toMatchObject({ Status: 5, Comment: "EDE(20)" });
  });

  it("is for pages' scripts, but not what only the reader's own machine may ask for", async () => {
    const ask = createDohHandler({ access: "loopback", token: undefined }, PLATFORM);
    const request = new Request("https://edge.lintel.test/dns-query?name=web.shop.svc.cluster.local");
    const response = await ask(request, { address: "127.0.0.1" }, () => viewOf(CLUSTER));
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("is answered without a body to HEAD", async () => {
    const response = await get("name=web.shop.svc.cluster.local", "HEAD");
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it.each([
    ["no name", "name="],
    ["two names", "name=a.test&name=b.test"],
    ["a name that is none", "name=a..b"],
    ["a name too long", `name=${"a.".repeat(600)}`],
    ["a type that is none", "name=a.test&type=XYZ"],
    ["a type too large", "name=a.test&type=65536"],
    ["a flag that is none", "name=a.test&do=maybe"],
  ])("with %s is a bad request", async (_, query) => {
    expect((await get(query)).status).toBe(400);
  });

  it("is no message", async () => {
    expect((await get("name=a.test&dns=AAAB")).headers.get("content-type")).not.toBe("application/dns-json");
  });
});
