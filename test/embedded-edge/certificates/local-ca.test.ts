import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { issueAuthority } from "../../../embedded-edge/certificates/issue.ts";
import { openLocalAuthority } from "../../../embedded-edge/certificates/local-ca.ts";
import { temporaryFolder } from "../support/folder.ts";
import { recordingLog } from "../support/log.ts";

const NOW = Date.UTC(2026, 10, 1);
const YEAR = 365 * 86_400_000;

describe("the local authority", () => {
  it("is created once, its key for its owner alone", async () => {
    const state = await temporaryFolder();
    const log = recordingLog();
    const first = await openLocalAuthority(state, NOW, log);
    const text = await readFile(first.file, "utf8");
    const second = await openLocalAuthority(state, NOW + YEAR, log);
    expect(first.file).toBe(join(state, "ca.crt"));
    expect(await readFile(second.file, "utf8")).toBe(text);
    expect(second.certificate.serialNumber).toBe(first.certificate.serialNumber);
    expect((await stat(join(state, "ca.key"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(state, "ca.crt"))).mode & 0o777).toBe(0o644);
    expect(log.lines.map(({ level }) => level)).toEqual(["info"]);
  });

  it.each([
    ["it is about to expire", NOW + 9.9 * YEAR, async () => undefined],
    ["its key is missing", NOW, (state: string) => rm(join(state, "ca.key"))],
    ["its certificate is damaged", NOW, (state: string) => writeFile(join(state, "ca.crt"), "damaged")],
    [
      "its key is another's",
      NOW,
      async (state: string) => writeFile(join(state, "ca.key"), (await issueAuthority(NOW)).key),
    ],
  ])("is created anew when %s", async (_, later, damage) => {
    const state = await temporaryFolder();
    const log = recordingLog();
    const first = await openLocalAuthority(state, NOW, log);
    await damage(state);
    const second = await openLocalAuthority(state, later, log);
    expect(second.certificate.serialNumber).not.toBe(first.certificate.serialNumber);
    const third = await openLocalAuthority(state, later, log);
    expect(third.certificate.serialNumber).toBe(second.certificate.serialNumber);
  });

  it("gives its key back its mode when it is created anew", async () => {
    const state = await temporaryFolder();
    await writeFile(join(state, "ca.key"), "damaged");
    await writeFile(join(state, "ca.key.new"), "left over");
    await chmod(join(state, "ca.key.new"), 0o666);
    await openLocalAuthority(state, NOW, recordingLog());
    expect((await stat(join(state, "ca.key"))).mode & 0o777).toBe(0o600);
  });

  it("names its file when it cannot be kept", async () => {
    const state = join(await temporaryFolder(), "missing");
    await expect(openLocalAuthority(state, NOW, recordingLog())).rejects.toThrow(`${state}/ca.crt: `);
  });
});
