import { expect, test } from "vitest";
import { StubError } from "../../../dns-stub/index.ts";
import { listenProblem } from "../../../dns-stub/listen/listen-problem.ts";

const problem = (code: string) => Object.assign(new Error(`bind ${code}`), { code });

test.each([
  ["127.0.0.1", 53, "EACCES", "--listen 127.0.0.1:53 needs a privilege", "CAP_NET_BIND_SERVICE"],
  ["::1", 53, "EACCES", "--listen [::1]:53 needs a privilege", "5353"],
  ["127.0.0.1", 5353, "EACCES", "--listen 127.0.0.1:5353 is not permitted", ""],
  ["127.0.0.1", 53, "EADDRINUSE", "--listen 127.0.0.1:53 is in use", "127.0.0.2:53"],
  ["192.0.2.1", 53, "EADDRNOTAVAIL", "--listen 192.0.2.1:53 is no address of this machine", ""],
  ["::1", 53, "EAFNOSUPPORT", "--listen [::1]:53 is of a family", ""],
  ["127.0.0.1", 53, "EMFILE", "--listen 127.0.0.1:53 cannot be used: bind EMFILE", ""],
])("%s port %d, %s", (host, port, code, expected, remedy) => {
  const error = listenProblem({ host, port }, problem(code));
  expect(error).toBeInstanceOf(StubError);
  expect(error.message).toContain(expected);
  expect(error.message).toContain(remedy);
});
