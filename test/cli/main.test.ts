/** What the command line says, without a process of its own: calls that end before anything is started. */
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { main } from "../../cli/main.ts";

let stdout: string;
let stderr: string;
beforeEach(() => {
  stdout = "";
  stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("help", () => {
  test.each([
    [[]],
    [["up"]],
    [["edge"]],
    [["agent"]],
    [["keys"]],
    [["history"]],
    [["rollback"]],
    [["dns"]],
    [["doctor"]],
  ])("of `lintel %j` names its flags", async (args) => {
    expect(await main([...args, "--help"])).toBe(0);
    expect(stdout).toContain("Usage: lintel");
    if (args.length > 0) expect(stdout).toMatch(/env:\s+LINTEL_/);
  });
});

describe("a wrong call ends with 2 and names what is wrong", () => {
  test.each<[string[], Record<string, string>, string]>([
    [[], {}, "Usage: lintel"],
    [["up"], {}, "--manifests"],
    [["up", "--manifests", ".", "--http", "8080"], {}, "--http"],
    [["up", "--manifests", ".", "--http", "127.0.0.1:http"], {}, "HOST:PORT"],
    [["up", "--manifests", "."], { LINTEL_HTTPS: "host:99999" }, "LINTEL_HTTPS"],
    [["up", "--manifests", ".", "--system-host", "not a host"], {}, "--system-host"],
    [["up", "--manifests", ".", "--system-host", "*"], {}, "--system-host"],
    [["up", "--manifests", ".", "--cluster", "a/b"], {}, "--cluster"],
    [["up", "--manifests", ".", "--dns-access", "all"], {}, "loopback, token, public"],
    [["up", "--manifests", ".", "--targets", "10.0.0.0"], {}, "10.0.0.0"],
    [["agent", "--manifests", ".", "--kv-url", "nowhere"], {}, "--kv-url"],
    [["agent", "--manifests", ".", "--publish-interval", "10s"], {}, "--publish-interval"],
    [["agent", "--manifests", "."], { LINTEL_PUBLISH_INTERVAL: "3600001" }, "up to 3600000"],
    [["dns"], {}, "--doh is needed"],
    [["dns", "--doh", "http://doh.test/"], {}, "--doh is no https URL"],
    [["dns", "--doh", "https://doh.test/", "--listen", "53"], {}, "--listen"],
    [["dns", "--doh", "https://doh.test/"], { LINTEL_DNS_LISTEN: "127.0.0.1:53,53" }, "LINTEL_DNS_LISTEN"],
    [["dns", "--doh", "https://doh.test/", "--connect", "doh.test:443"], {}, "must begin with an IP address"],
    [
      ["dns", "--doh", "https://doh.test/", "--connect", "127.0.0.1:1", "--bootstrap", "127.0.0.1"],
      {},
      "--bootstrap",
    ],
    [["dns", "--doh", "https://doh.test/", "--bootstrap", "ns.test"], {}, "--bootstrap"],
    [["dns", "--doh", "https://doh.test/", "--ca", "/nowhere/ca.crt"], {}, "--ca /nowhere/ca.crt"],
    [["dns", "--doh", "https://doh.test/", "--ca", "package.json"], {}, "no certificate in PEM form"],
    [["dns", "--doh", "https://doh.test/", "--clients", "10.0.0.1"], {}, "10.0.0.1"],
    [["dns", "--doh", "https://doh.test/", "--cache", "many"], {}, "--cache"],
    [["dns", "--doh", "https://doh.test/", "--listen", "localhost:53"], {}, "must begin with an IP address"],
    [["serve"], {}, "unknown command"],
    [["up", "--manifests", ".", "--bogus"], {}, "--bogus"],
    [["up", "--manifests", ".", "more"], {}, "too many arguments"],
  ])("%j %j", async (args, env, named) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(await main(args)).toBe(2);
    expect(stderr).toContain(named);
  });
});

it("the URL of a resolver, which may hold a token, is not shown", async () => {
  vi.stubEnv("LINTEL_DNS_DOH", "https://a.test/dns-query/s3cret,http://b.test/dns-query/s3cret");
  expect(await main(["dns"])).toBe(2);
  expect(stderr).toContain("--doh number 2");
  expect(stdout + stderr).not.toContain("s3cret");
});

describe("a flag", () => {
  it("may be an environment variable, over which the flag itself goes", async () => {
    vi.stubEnv("LINTEL_MANIFESTS", ".");
    vi.stubEnv("LINTEL_HTTP", "nonsense");
    expect(await main(["up", "--http", "127.0.0.1:http"])).toBe(2);
    expect(stderr).toContain("'127.0.0.1:http'");
  });
});
