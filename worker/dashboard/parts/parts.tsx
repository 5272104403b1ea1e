/** Small things that pages are made of. */
import type { Child } from "hono/jsx";
import type { CertificateChain } from "../../system/state/certificate-chain.ts";
import type { CertificateEntry } from "../../system/state/certificates.ts";

export type Tone = "ok" | "warn" | "bad" | "none";

/** A state in colour and in words: never in colour alone. */
export function Tag({ tone, children }: { readonly tone: Tone; readonly children?: Child }) {
  return <span class={tone === "none" ? "tag" : `tag ${tone}`}>{children}</span>;
}

interface StatProps {
  readonly label: string;
  readonly href?: string;
  readonly value: Child;
  readonly children?: Child;
}

export function Stat({ label, href, value, children }: StatProps) {
  return (
    <dl class="card stat">
      <dt>{href === undefined ? label : <a href={href}>{label}</a>}</dt>
      <dd>
        <b>{value}</b>
        {children === undefined ? null : <div class="sub">{children}</div>}
      </dd>
    </dl>
  );
}

interface TableProps {
  readonly label: string;
  /** A heading that begins with `#` is of numbers. */
  readonly head: readonly string[];
  readonly children?: Child;
}

/** May be wider than the page: then it scrolls by itself, by keyboard too. */
export function Table({ label, head, children }: TableProps) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th scope="col" class={name.startsWith("#") ? "n" : undefined}>
                {name.replace("#", "")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface PagerProps {
  readonly path: string;
  readonly query?: string;
  readonly page: number;
  readonly pages: number;
}

export function Pager({ path, query = "", page, pages }: PagerProps) {
  if (pages < 2) return null;
  const to = (number: number) => {
    const params = new URLSearchParams({ ...(query !== "" && { q: query }), page: String(number) });
    return `${path}?${params}`;
  };
  return (
    <nav class="pager" aria-label="Pages of the list">
      {page > 1 ? (
        <a href={to(page - 1)} rel="prev">
          Previous
        </a>
      ) : null}
      <span>
        Page {page} of {number(pages)}
      </span>
      {page < pages ? (
        <a href={to(page + 1)} rel="next">
          Next
        </a>
      ) : null}
    </nav>
  );
}

interface SearchProps {
  readonly action: string;
  readonly label: string;
  readonly query: string;
}

export function Search({ action, label, query }: SearchProps) {
  return (
    <form class="row" method="get" action={action} role="search">
      <label class="grow">
        {label}
        <input type="search" name="q" value={query} autocomplete="off" spellcheck={false} data-search />
      </label>
      <button>Search</button>
    </form>
  );
}

export function Incomplete({ complete }: { readonly complete: boolean }) {
  if (complete) return null;
  return (
    <p class="notice" role="note">
      Not all of the cluster could be read yet: numbers are too low, and a search may miss something. Reload
      to go on.
    </p>
  );
}

export function CertificateTag({ certificate }: { readonly certificate: CertificateEntry | null }) {
  if (certificate === null) return <span class="muted">none</span>;
  const { state, days } = certificate;
  const tone = state === "valid" ? "ok" : state === "soon" ? "warn" : "bad";
  return <Tag tone={tone}>{daysText(days)}</Tag>;
}

/** How much of the chain is sent, and whom a client must know to trust it. */
export function ChainText({ chain: { state, sent, root } }: { readonly chain: CertificateChain }) {
  switch (state) {
    case null:
      return <span class="muted">–</span>;
    case "self-signed":
      return <Tag tone="warn">self-signed</Tag>;
    case "alone":
      return (
        <>
          <Tag tone="warn">issuer not sent</Tag>
          <div class="muted">clients need {root}</div>
        </>
      );
    case "issued":
      return (
        <>
          {plural(sent, "certificate")}
          <div class="muted">up to {root}</div>
        </>
      );
  }
}

export function daysText(days: number): string {
  if (days < 0) return days === -1 ? "expired" : `expired ${-days} days ago`;
  if (days >= 2 * 365) return `${Math.floor(days / 365)} years left`;
  return days === 0 ? "less than a day left" : `${days} ${days === 1 ? "day" : "days"} left`;
}

export function Ready({ ready, total }: { readonly ready: number; readonly total: number }) {
  const tone = ready === 0 ? "bad" : ready < total ? "warn" : "ok";
  return (
    <Tag tone={tone}>
      {ready} of {total} ready
    </Tag>
  );
}

export function number(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function percent(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0%";
  const share = (100 * part) / whole;
  return share < 0.1 ? "<0.1%" : `${share < 10 ? share.toFixed(1) : Math.round(share)}%`;
}

export function milliseconds(value: number | null): string {
  if (value === null) return "–";
  return value >= 1000
    ? `${(value / 1000).toFixed(1)} s`
    : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export function hostPath(name: string): string {
  return `/hosts/${encodeURIComponent(name)}`;
}

/** `*` is the key of rules without a host. */
export function hostTitle(name: string): string {
  return name === "*" ? "any other host (*)" : name;
}
