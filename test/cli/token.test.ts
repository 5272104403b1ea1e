import { afterEach, expect, it, vi } from "vitest";
import { parseDocument } from "yaml";
import { main } from "../../cli/main.ts";
import { sha256 } from "../../contract/index.ts";

afterEach(() => vi.restoreAllMocks());

async function token(name: string, view: string): Promise<string> {
  let stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  expect(await main(["token", "--name", name, "--view", view])).toBe(0);
  return stdout;
}

it("prints a token, and an entry that holds its hash and not the token", async () => {
  const stdout = await token("ann's laptop", "team");
  const [, secret = ""] = /^token: ([\w-]{32})$/m.exec(stdout) ?? [];
  const entry = stdout.slice(stdout.indexOf("tokens:"));
  expect(parseDocument(entry).toJS()).toEqual({
    tokens: { "ann's laptop": { sha256: await sha256(secret), view: "team" } },
  });
  expect(secret).not.toBe("");
  expect(entry).not.toContain(secret);
});

it("prints another one each time", async () => {
  expect(await token("a", "b")).not.toBe(await token("a", "b"));
});
