import { Socket } from "node:net";
import { expect, test } from "vitest";
import { connectionLogs, createAccessLog, recordOf } from "../../../embedded-edge/listener/access-log.ts";

function scene() {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const log = createAccessLog(
    (lines) => void written.push(lines),
    (run) => waiting.push(run),
  );
  const settle = () => {
    for (const run of waiting.splice(0)) run();
  };
  return { log, written, settle };
}

test("lines of one turn are written together", () => {
  const { log, written, settle } = scene();
  for (const line of ["a", "b"]) log.add(line);
  expect(written).toEqual([]);
  settle();
  log.add("c");
  settle();
  expect(written).toEqual(["a\nb\n", "c\n"]);
});

test("many lines do not wait, and none is written twice", () => {
  const { log, written, settle } = scene();
  log.add("x".repeat(70_000));
  expect(written).toHaveLength(1);
  settle();
  log.flush();
  expect(written).toHaveLength(1);
});

test("a line is the Worker's record and what the listener knows", () => {
  const { log, written } = scene();
  const own = connectionLogs(log)(new Socket(), "HTTP/1.1");
  own?.write('{"status":200}', { bytes: 5, totalMs: 7 });
  own?.write('{"status":502}', { bytes: 0, totalMs: 9, aborted: true });
  log.flush();
  const lines = written.join("").trim().split("\n");
  const common = { level: "info", msg: "request", protocol: "HTTP/1.1" };
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    { ...common, status: 200, bytes: 5, totalMs: 7 },
    { ...common, status: 502, bytes: 0, totalMs: 9, aborted: true },
  ]);
});

test("a connection keeps its log; where none is kept, it has none", () => {
  const { log } = scene();
  const socket = new Socket();
  const logOf = connectionLogs(log);
  expect(logOf(socket, "HTTP/1.1")).toBe(logOf(socket, "HTTP/1.1"));
  expect(connectionLogs(undefined)(socket, "HTTP/1.1")).toBeUndefined();
});

test.each<[string, string[], string | undefined]>([
  ["among others", ["Date", "now", "lintel-access", "{}", "X", "y"], "{}"],
  ["in another spelling", ["Lintel-Access", "{}"], "{}"],
  ["as another's value", ["x", "lintel-access", "y", "{}"], undefined],
  ["nowhere", [], undefined],
])("the record is found in a response's fields: %s", (_, fields, record) => {
  expect(recordOf(fields)).toBe(record);
});
