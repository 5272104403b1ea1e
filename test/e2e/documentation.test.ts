/**
 * The commands in the `console` blocks of the README and of docs/ are run, and print what the page says. A page's blocks
 * are one shell session, with the examples running; `…` in an expected line stands for anything. Ports and the state
 * folder that a page names are replaced by free ones. (`sh` blocks show commands that need an account, or that this
 * suite is a part of.)
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { glob, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lintel } from "./support/lintel.ts";
import { freePorts } from "./support/ports.ts";
import { isMissing } from "./support/tools.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

interface Command {
  readonly line: string;
  readonly expected: readonly string[];
}

function commandsOf(page: string): Command[] {
  const commands: { line: string; expected: string[] }[] = [];
  for (const [, block = ""] of page.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const line of block.trimEnd().split("\n")) {
      const last = commands.at(-1);
      if (line.startsWith("$ ")) commands.push({ line: line.slice(2), expected: [] });
      else if (line.startsWith("> ") && last !== undefined) last.line += `\n${line.slice(2)}`;
      else last?.expected.push(line);
    }
  }
  return commands;
}

/** A job is a process group: npx and what it started. */
const END_JOBS = "for job in $(jobs -p); do kill -TERM -- -$job; done 2>/dev/null\nwait 2>/dev/null";
/** A session that takes longer hangs, and is ended to show at which command. */
const SESSION_MS = 75_000;

/** Runs commands one after the other in one shell, and gives the output of each. */
async function session(lines: readonly string[], folder: string): Promise<string[]> {
  const mark = "--8<-- lintel documentation --8<--";
  const script = lines.map((line) => `${line}\nprintf '\\n%s\\n' '${mark}'`).join("\n");
  const ending = `trap '${END_JOBS}' EXIT\ntrap exit TERM`;
  const child = spawn("bash", ["-c", `exec 2>&1\nset -m\n${ending}\n${script}\n`], {
    cwd: ROOT,
    timeout: SESSION_MS,
    env: {
      ...process.env,
      WORK: folder,
      PATH: `${join(ROOT, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}`,
    },
  });
  let output = "";
  for await (const chunk of child.stdout) output += String(chunk);
  // What npm says of the machine's own configuration is not the command's output.
  const printed = output.split("\n").filter((line) => !line.startsWith("npm warn "));
  return printed.join("\n").split(`${mark}\n`);
}

/** What jobs of a session wrote into files of their own. */
async function logs(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const file of glob("*.log", { cwd: folder })) {
    texts.push(`${file}:\n${await readFile(join(folder, file), "utf8")}`);
  }
  return texts.join("\n");
}

const escape = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function matches(actual: string, expected: readonly string[]): boolean {
  const pattern = expected
    .map((line) =>
      line
        .split("…")
        .map((part) => escape(part))
        .join(".*"),
    )
    .join("\n");
  return new RegExp(`^${pattern}$`, "s").test(actual);
}

let base: string;
let lintel: Lintel;
/** What stands in the pages, and what stands for it here. */
let replacements: ReadonlyMap<string, string>;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "lintel-docs-"));
  const state = join(base, "state");
  const free = (await freePorts(3)).map(String);
  const any = "127.0.0.1:0";
  // `npm start`, in a process group of its own, as a terminal runs it.
  const flags = ["--http", any, "--https", any, "--state", state];
  lintel = new Lintel(["start", ...flags], {}, join(ROOT, "scripts", "run.js"), true);
  const [, http = ""] = await lintel.printed(/HTTP +http:\/\/127\.0\.0\.1:(\d+)/);
  const [, https = ""] = await lintel.printed(/HTTPS +https:\/\/127\.0\.0\.1:(\d+)/);
  await lintel.printed(/Ctrl-C/);
  replacements = new Map([
    ["8080", http],
    ["8443", https],
    ...["7070", "7080", "7443"].map((port, i): [string, string] => [port, free[i] ?? port]),
    [".lintel/", `${state}/`],
  ]);
});
afterAll(async () => {
  await lintel.stop();
  await rm(base, { recursive: true, force: true });
});

const texts = new Map<string, string>();
for await (const page of glob(["README.md", "docs/**/*.md", "CHANGELOG.md"], { cwd: ROOT })) {
  texts.set(page, await readFile(join(ROOT, page), "utf8"));
}
const pages = [...texts].map(([page, text]) => ({ page, text, commands: commandsOf(text) }));
const runnable = pages.filter(({ commands }) => commands.length > 0);

describe.each(runnable)("$page", ({ commands }) => {
  const isUsed = (program: string) => commands.some(({ line }) => line.startsWith(`${program} `));
  const lacks = ["kdig", "dig"].some((program) => isUsed(program) && isMissing(program));
  it.skipIf(lacks)("says what its commands print", { timeout: 90_000 }, async () => {
    // In one go: a port that is put in may hold another one's digits.
    const written = new RegExp([...replacements.keys()].map(escape).join("|"), "g");
    const here = (text: string) => text.replaceAll(written, (found) => replacements.get(found) ?? found);
    const outputs = await session(
      commands.map(({ line }) => here(line)),
      base,
    );
    for (const [i, { line, expected }] of commands.entries()) {
      const actual = (outputs[i] ?? "").trim();
      const wanted = expected.map(here);
      const command = `$ ${here(line)}\n`;
      // Compared as texts only to show the difference.
      if (matches(actual, wanted)) continue;
      expect(command + actual, await logs(base)).toBe(command + wanted.join("\n"));
    }
  });
});

it.each(pages)("$page links to files that exist", ({ page, text }) => {
  const folder = join(ROOT, page, "..");
  const targets = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, target = ""]) => target);
  expect(targets.filter((target) => !existsSync(join(folder, target)))).toEqual([]);
});

// At last, since the examples' pods have ports of their own, and so `npm start` can run once only.
it("`npm start` ends cleanly at a Ctrl-C, though the terminal tells every process of the group", async () => {
  expect((await lintel.stopGroup("SIGINT")).code).toBe(0);
  // Left behind by an edge that was not closed.
  expect(await readdir(join(base, "state"))).not.toContain("edge.lock-journal");
});
