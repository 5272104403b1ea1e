import { describe, expect, it, test } from "vitest";
import { createClient } from "../../../sync-agent/cloudflare-client.ts";
import { checkToken } from "../../../sync-agent/doctor/api-token.ts";
import { answering, envelope, refusal, unreachable } from "./support/answering.ts";
import { type Expected, expectFinding } from "./support/finding.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const USER = "/client/v4/user/tokens/verify";
const ACCOUNT = "/client/v4/accounts/account-1/tokens/verify";

/** @param answers by path; others are no route. */
function check(answers: Readonly<Record<string, () => Response>>) {
  const api = answering((path) => answers[path]?.() ?? refusal(404, 7003, "No route for the URI"));
  const client = createClient({ apiToken: "token", baseUrl: "http://api/client/v4", fetch: api.fetch });
  return { api, finding: checkToken({ client, accountId: "account-1", now: NOW }) };
}

describe("a token", () => {
  test.each<[string, Readonly<Record<string, () => Response>>, Expected]>([
    ["of a user", { [USER]: () => envelope({ id: "1", status: "active" }) }, ["api token", "ok", /^active$/]],
    [
      "of an account",
      {
        [USER]: () => refusal(401, 1000, "Invalid API Token"),
        [ACCOUNT]: () => envelope({ id: "1", status: "active", expires_on: "2027-01-01T00:00:00Z" }),
      },
      ["api token", "ok", /^active$/],
    ],
    [
      "that nobody knows",
      {
        [USER]: () => refusal(401, 1000, "Invalid API Token"),
        [ACCOUNT]: () => refusal(401, 1000, "Invalid API Token"),
      },
      ["api token", "fail", /Invalid API Token/, /Workers KV Storage: Edit/],
    ],
    [
      "that is disabled",
      { [USER]: () => envelope({ id: "1", status: "disabled" }) },
      ["api token", "fail", /it is disabled/, /create another/],
    ],
    [
      "that expires soon",
      { [USER]: () => envelope({ id: "1", status: "active", expires_on: "2026-06-10T00:00:00Z" }) },
      ["api token", "warn", /expires on 2026-06-10/, /replace it/],
    ],
    ["at an API that cannot verify", {}, ["api token", "skip", /cannot verify tokens/]],
    [
      "at an API that fails",
      { [USER]: () => refusal(503, 1, "down") },
      ["api token", "fail", /down/, /check the API's URL/],
    ],
    [
      "at an API that is not there",
      { [USER]: unreachable },
      ["api token", "fail", /ECONNREFUSED/, /network/],
    ],
  ])("%s", async (_, answers, expected) => {
    expectFinding(await check(answers).finding, expected);
  });

  it("is not offered to the second endpoint when the first one fails", async () => {
    const { api, finding } = check({ [USER]: () => refusal(429, 10429, "slow down") });
    await finding;
    expect(api.requests).toEqual([`GET ${USER}`]);
  });
});
