import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { type Issued, selfSigned } from "./support/certificates.ts";
import { getTls, readCa, withHttp2 } from "./support/client.ts";
import { up, type Up } from "./support/lintel.ts";
import { ingress, service, tlsSecret } from "./support/objects.ts";
import { Pod } from "./support/pods.ts";

let lintel: Up;
let pod: Pod;
let exact: Issued;
let wildcard: Issued;
let ca: Buffer;

beforeAll(async () => {
  pod = await Pod.start("pod");
  [exact, wildcard] = await Promise.all([selfSigned(["a.tls.test"]), selfSigned(["*.tls.test"])]);
  const paths = [{ path: "/", service: "pod" }];
  lintel = await up({
    "tls.json": [
      ingress("tls", {
        tls: [
          { hosts: ["a.tls.test"], secretName: "exact" },
          { hosts: ["*.tls.test"], secretName: "wildcard" },
        ],
        rules: [
          { host: "a.tls.test", paths },
          { host: "*.tls.test", paths },
          { host: "plain.test", paths },
        ],
      }),
      tlsSecret("exact", exact),
      tlsSecret("wildcard", wildcard),
      ...service("pod", [pod.port]),
    ],
  });
  ca = await readCa(lintel.ca);
});
afterAll(async () => {
  await lintel.close();
  await pod.close();
});

describe("the certificate", () => {
  it("is the exact name's before the wildcard's", async () => {
    expect((await getTls(lintel.https, "a.tls.test", "/", { ca: exact.cert })).names).toBe("DNS:a.tls.test");
    expect((await getTls(lintel.https, "b.tls.test", "/", { ca: wildcard.cert })).names).toBe(
      "DNS:*.tls.test",
    );
  });

  test.each([["plain.test"], ["unknown.test"], ["edge.lintel.test"], ["c.b.tls.test"]])(
    "is by the local CA for a host without one: %s",
    async (host) => {
      const answer = await getTls(lintel.https, host, "/", { ca });
      expect(answer.issuer).toBe("Lintel local CA");
      expect(answer.names).toContain(`DNS:${host}`);
    },
  );
});

test.each(["TLSv1.2", "TLSv1.3"] as const)("serves %s", async (maxVersion) => {
  const answer = await getTls(lintel.https, "plain.test", "/", { ca, maxVersion });
  expect([answer.protocol, answer.status]).toEqual([maxVersion, 200]);
});

describe("over HTTP/2", () => {
  it("joins what HTTP/2 splits, and sends nothing that HTTP/2 forbids", async () => {
    await withHttp2(lintel.https, "plain.test", ca, async (request) => {
      const answer = await request("/", { headers: { cookie: ["a=1", "b=2"] } });
      expect(answer.json().headers["cookie"]).toBe("a=1; b=2");
      expect(answer.json().headers["host"]).toBe(`plain.test:${lintel.https}`);
      expect(Object.keys(answer.headers)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(connection|keep-alive|transfer-encoding)$/)]),
      );
      expect(answer.headers["server"]).toBe("lintel");
      expect(answer.headers["date"]).toMatch(/GMT$/);
    });
  });

  it("answers with its own pages where nothing is served", async () => {
    await withHttp2(lintel.https, "unknown.test", ca, async (request) => {
      const answer = await request("/", { headers: { accept: "application/json" } });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 404,
        requestId: answer.headers["x-request-id"],
      });
    });
  });
});
