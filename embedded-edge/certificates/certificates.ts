/** Which certificate a client gets: the snapshot's for its server name, or one of the local authority's. */
import { createSecureContext, type SecureContext } from "node:tls";
import { type CertificateRecord, type Sealer, serverNameKeys, type Verifier } from "../../contract/index.ts";
import { errorText } from "../errors.ts";
import type { TlsCertificates } from "../listener/listener.ts";
import type { EdgeLog } from "../options.ts";
import { retried, type RetryTimes } from "../retried.ts";
import type { LeafNames } from "./issue.ts";
import type { Leaves } from "./leaves.ts";
import { type CertificateSnapshot, readCertificates, type ReadText } from "./snapshot-certificates.ts";

export interface CertificateOptions {
  readonly cluster: string;
  readonly read: ReadText;
  readonly verifier: Verifier;
  readonly sealer: Sealer;
  readonly leaves: Leaves;
  readonly systemHost: string;
  readonly log: EdgeLog;
  readonly retryMs?: RetryTimes;
}

export interface Certificates extends TlsCertificates {
  /**
   * Reads what is published now. Resolves when a reading that began after the call has ended. Never rejects: on any
   * error what is there stays, a line is logged, and it is tried again later.
   */
  refresh(): Promise<void>;
  close(): void;
}

/** A record and what was made of it; `undefined` when it cannot be used. */
interface Loaded {
  readonly record: CertificateRecord;
  readonly context: Promise<SecureContext | undefined>;
}

export function openCertificates(options: CertificateOptions): Certificates {
  const { cluster, read, verifier, sealer, leaves, log } = options;
  let snapshot: CertificateSnapshot | undefined;
  const loaded = new Map<string, Loaded>();

  const load = async (key: string, record: CertificateRecord): Promise<SecureContext | undefined> => {
    try {
      return createSecureContext({ cert: record.chain, key: await sealer.open(key, record.key) });
    } catch (error) {
      const fields = { serverName: key, secret: record.secret, error: errorText(error) };
      log.warn(fields, "a certificate cannot be used; the next best is served in its place");
      return undefined;
    }
  };

  const contextOf = (key: string): Promise<SecureContext | undefined> | undefined => {
    const record = snapshot?.get(key);
    if (record === undefined) return undefined;
    let entry = loaded.get(key);
    if (entry === undefined) {
      entry = { record, context: load(key, record) };
      loaded.set(key, entry);
    }
    return entry.context;
  };

  const take = (next: CertificateSnapshot): void => {
    snapshot = next;
    for (const [key, { record }] of loaded) {
      const current = next.get(key);
      if (current?.chain !== record.chain || current.key !== record.key) loaded.delete(key);
    }
    log.info({ generation: next.generation, certificates: next.size }, "certificates are up to date");
  };

  const reading = retried(
    async () => {
      const next = await readCertificates(cluster, read, verifier, snapshot);
      if (next !== undefined && next !== snapshot) take(next);
    },
    (error, retryMs) => {
      const fields = { error: errorText(error), generation: snapshot?.generation, retryMs };
      log.error(fields, "the snapshot's certificates cannot be read; what is there stays");
    },
    options.retryMs,
  );

  const fallbackNames: LeafNames = {
    dns: [options.systemHost, "localhost"],
    addresses: ["127.0.0.1", "::1"],
  };
  let fallback: Promise<SecureContext> | undefined;

  return {
    refresh: () => reading.run(),
    async contextFor(serverName) {
      const name = serverName.toLowerCase().replace(/\.$/, "");
      for (const key of serverNameKeys(name)) {
        const context = await contextOf(key);
        if (context !== undefined) return context;
      }
      fallback ??= leaves.pairFor(fallbackNames).then((pair) => createSecureContext(pair));
      return leaves.contextFor(name) ?? fallback;
    },
    defaultPair: () => leaves.pairFor(fallbackNames),
    close: () => reading.close(),
  };
}
