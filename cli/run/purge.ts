import { isIP } from "node:net";
import { request } from "undici";
import {
  CONTRACT_VERSION,
  encodePurge,
  hostnameSchema,
  loadSigner,
  type PurgeScope,
} from "../../contract/index.ts";
import { CommandError, UsageError } from "../exit.ts";
import { readKeys } from "../key-files.ts";
import type { PurgeFlags } from "../purge.ts";

/** `lintel up`'s and `lintel edge`'s, where they are asked by address. */
const DEFAULT_SYSTEM_HOST = "edge.lintel.test";
const TIMEOUT_MS = 10_000;

/**
 * Signs the order and hands it to the edge.
 *
 * @returns what was purged, in words
 * @throws CommandError
 */
export async function runPurge(flags: PurgeFlags): Promise<string> {
  const scope = scopeOf(flags);
  const target = targetOf(flags);
  const { signingKey } = await readKeys(flags.keys, ["signingKey"]);
  const order = await encodePurge(
    { ...scope, version: CONTRACT_VERSION, cluster: flags.cluster, time: Date.now() },
    await loadSigner(signingKey),
  );
  const { status, text } = await post(target, order);
  if (status !== 200) throw new CommandError(refusal(target.url, status, text));
  return `purged ${describe(scope)}; the edge's isolates forget it within a few seconds`;
}

/** @throws UsageError */
function scopeOf({ host, path, all }: PurgeFlags): PurgeScope {
  if (all === true && (host !== undefined || path !== undefined)) {
    throw new UsageError("--all and --host or --path contradict each other");
  }
  if (all === true) return {};
  if (host === undefined) throw new UsageError("name a host with --host, or say --all");
  const name = hostnameSchema.safeParse(host.toLowerCase().replace(/\.$/, ""));
  if (!name.success) throw new UsageError(`--host ${host} is not a hostname`);
  if (path === undefined) return { host: name.data };
  if (!path.startsWith("/") || /[?#]/.test(path)) {
    throw new UsageError("--path begins with a slash, and has neither a query nor a fragment");
  }
  const prefix = path.endsWith("*");
  return { host: name.data, path: prefix ? path.slice(0, -1) : path, ...(prefix && { prefix }) };
}

interface TargetUrl {
  readonly url: string;
  /** The Host header. */
  readonly host: string;
}

/** @throws UsageError */
function targetOf({ edgeUrl, systemHost }: PurgeFlags): TargetUrl {
  const base = URL.parse(edgeUrl);
  if (base?.protocol !== "http:" && base?.protocol !== "https:") {
    throw new UsageError(`--edge-url ${edgeUrl} is not an http or https URL`);
  }
  const isAddress = base.hostname === "localhost" || isIP(base.hostname.replaceAll(/[[\]]/g, "")) !== 0;
  const host = systemHost ?? (isAddress ? DEFAULT_SYSTEM_HOST : base.host);
  return { url: new URL("/purge", base).href, host };
}

async function post({ url, host }: TargetUrl, body: string): Promise<{ status: number; text: string }> {
  try {
    const response = await request(url, {
      method: "POST",
      headers: { host, "content-type": "text/plain" },
      body,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    return { status: response.statusCode, text: (await response.body.text()).trim() };
  } catch (cause) {
    const problem = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new CommandError(`the edge at ${url} cannot be reached (${problem}); check --edge-url`, { cause });
  }
}

const REMEDIES: Readonly<Record<number, string>> = {
  404: "check --system-host: this is not the hostname of the edge's own endpoints",
  422: "check --keys, --cluster and this machine's clock",
  501: "bind the Durable Object HEAD to the Worker",
};

function refusal(url: string, status: number, text: string): string {
  const remedy = REMEDIES[status] ?? "see the edge's log";
  return `the edge at ${url} answered ${status} (${text.slice(0, 200)}); ${remedy}`;
}

function describe({ host, path, prefix }: PurgeScope): string {
  if (host === undefined) return "everything";
  return `${host}${path ?? ""}${prefix === true ? "*" : ""}`;
}
