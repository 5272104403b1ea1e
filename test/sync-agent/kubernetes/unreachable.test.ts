import { describe, expect, test } from "vitest";
import { unreachable } from "../../../sync-agent/kubernetes/unreachable.ts";

const coded = (code: string, message = "") => Object.assign(new Error(message), { code });
const errorOf = (cause: unknown) => unreachable("list services", "https://10.0.0.1:443", cause);

describe("no answer", () => {
  test.each<[string, unknown, RegExp, RegExp]>([
    ["refused", coded("ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:443"), /refuses connections/, /runs/],
    ["reset", coded("ECONNRESET", "read ECONNRESET"), /broke the connection/, /restarts/],
    ["closed", coded("UND_ERR_SOCKET", "other side closed"), /broke the connection/, /restarts/],
    ["no such name", coded("ENOTFOUND", "getaddrinfo ENOTFOUND api"), /does not resolve/, /DNS/],
    ["DNS not answering", coded("EAI_AGAIN"), /does not resolve/, /DNS/],
    ["no route", coded("EHOSTUNREACH"), /cannot be reached/, /firewall/],
    ["packets dropped", coded("UND_ERR_CONNECT_TIMEOUT"), /cannot be reached/, /firewall/],
    ["wrong name", coded("ERR_TLS_CERT_ALTNAME_INVALID"), /certificate for another name/, /tls-server-name/],
    ["expired", coded("CERT_HAS_EXPIRED", "certificate has expired"), /not valid now/, /renew/],
    ["unknown authority", coded("SELF_SIGNED_CERT_IN_CHAIN"), /not trusted/, /certificate-authority/],
    ["no TLS", coded("ERR_SSL_WRONG_VERSION_NUMBER"), /over TLS/, /http and https/],
    ["anything else", coded("EODD", "odd"), /gave no answer \(EODD: odd\)/, /runs/],
    ["what is no error", "odd", /gave no answer \(odd\)/, /runs/],
  ])("%s", (_, cause, problem, remedy) => {
    const error = errorOf(cause);
    expect(error.message).toMatch(problem);
    expect(error.message).toContain("https://10.0.0.1:443");
    expect(error.remedy).toMatch(remedy);
    expect(error).toMatchObject({ status: undefined, reason: "", operation: "list services", cause });
  });

  test("the error that began it counts, not the one that wraps it", () => {
    const cause = new TypeError("fetch failed", { cause: coded("ECONNREFUSED", "connect refused") });
    expect(errorOf(cause).message).toMatch(/refuses connections \(ECONNREFUSED: connect refused\)/);
  });

  test("the first of several addresses counts", () => {
    const cause = new AggregateError([coded("ECONNREFUSED", "on ::1"), coded("ETIMEDOUT", "on 127.0.0.1")]);
    expect(errorOf(cause).message).toMatch(/refuses connections \(ECONNREFUSED: on ::1\)/);
  });
});
