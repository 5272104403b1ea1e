import { describe, expect, it, test } from "vitest";
import { readHtpasswd, readUserMap } from "../../../sync-agent/compile/htpasswd.ts";

const BCRYPT = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
const APR1 = "$apr1$mysalt01$/cRffBNS3uUoUIZzjaBHv1";
const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
const SSHA = "{SSHA}8bX4JQDfZqtTfvnQ4ssDmWb17/FTQUxU";

it("reads what htpasswd writes", () => {
  const text = `# users\nalice:${BCRYPT}\r\n\nbob:${APR1}:a comment\ncarol:${SHA}\ndave:${SSHA}\nalice:${SHA}\n`;
  expect(readHtpasswd(text)).toEqual({
    users: { alice: BCRYPT, bob: APR1, carol: SHA, dave: SSHA },
    refused: [],
  });
});

const UNKNOWN = "has a password in clear, or a hash of a kind that is not accepted (crypt among them)";

describe("leaves out, by its line and without a word of the password", () => {
  test.each([
    ["a password in clear", "alice:hunter2", UNKNOWN],
    ["{PLAIN}", "alice:{PLAIN}hunter2", UNKNOWN],
    ["crypt", "alice:rqXexS6ZhobKA", UNKNOWN],
    ["MD5 crypt", `alice:$1${APR1.slice(5)}`, UNKNOWN],
    ["SHA-512 crypt", "alice:$6$saltsalt$hunter2", UNKNOWN],
    ["no password", "alice:", UNKNOWN],
    ["a cut-off bcrypt", `alice:${BCRYPT.slice(0, -1)}`, UNKNOWN],
    ["a cut-off apr1", `alice:${APR1.slice(0, -1)}`, UNKNOWN],
    ["a cut-off SHA", "alice:{SHA}5en6", UNKNOWN],
    [
      "a cost that would hold the edge up",
      `alice:${BCRYPT.replace("$05$", "$15$")}`,
      /^has a bcrypt hash of cost 15/,
    ],
    [
      "a cost that does not exist",
      `alice:${BCRYPT.replace("$05$", "$03$")}`,
      /^has a bcrypt hash of cost 03/,
    ],
    ["no colon", "hunter2", "is not a user, a colon and a hash"],
    ["no user", `:${BCRYPT}`, "is not a user, a colon and a hash"],
  ])("%s", (_, line, problem) => {
    const { users, refused } = readHtpasswd(`bob:${APR1}\n${line}`);
    expect(users).toEqual({ bob: APR1 });
    expect(refused).toEqual([
      {
        where: "line 2",
        problem: typeof problem === "string" ? problem : (expect.stringMatching(problem) as string),
      },
    ]);
    expect(JSON.stringify(refused)).not.toContain("hunter2");
  });
});

it("reads a map of users", () => {
  expect(readUserMap({ alice: `${BCRYPT}\n`, bob: "hunter2" })).toEqual({
    users: { alice: BCRYPT },
    refused: [{ where: "key bob", problem: UNKNOWN }],
  });
});
