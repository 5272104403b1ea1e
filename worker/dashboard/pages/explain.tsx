/** What would become of a request, step by step. */
import type { BackendReport, Candidate, Explanation } from "../../ingress/explain/explanation.ts";
import { type Frame, Page } from "../parts/frame.tsx";
import { hostPath, Tag, type Tone } from "../parts/parts.tsx";

export interface ExplainForm {
  readonly url: string;
  readonly method: string;
  /** A line each. */
  readonly headers: string;
  readonly address: string;
}

interface Props {
  readonly frame: Frame;
  readonly form: ExplainForm;
  /** What is wrong with the form. */
  readonly problem?: string;
  readonly explanation?: Explanation;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** Of candidates that fail, so many are shown. */
const MOST = 12;

export function ExplainPage({ frame, form, problem, explanation }: Props) {
  return (
    <Page
      frame={frame}
      at="/explain"
      title="Explain"
      lede="Where a request would go, and why, by the rules that are served now. Nothing is sent."
    >
      <form class="row" method="get" action="/explain">
        <label>
          Method
          <select name="method">
            {METHODS.map((method) => (
              <option value={method} selected={method === form.method}>
                {method}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          URL
          <input
            name="url"
            value={form.url}
            required
            placeholder="https://shop.example/cart?x=1"
            spellcheck={false}
            data-search
          />
        </label>
        <label>
          Client address
          <input name="address" value={form.address} placeholder="127.0.0.1" size={16} />
        </label>
        <label class="grow">
          Headers, one a line
          <textarea name="header" rows={1} placeholder="Cookie: canary=always" spellcheck={false}>
            {form.headers}
          </textarea>
        </label>
        <button>Explain</button>
      </form>
      {problem === undefined ? null : (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      {explanation === undefined ? null : <Result explanation={explanation} />}
    </Page>
  );
}

function Result({ explanation }: { readonly explanation: Explanation }) {
  const {
    request,
    outcome,
    hosts,
    certificate,
    routes,
    groups,
    filters,
    balancing = [],
    backends,
    upstream,
  } = explanation;
  const status = outcome.status;
  const tone: Tone = outcome.kind === "forwarded" ? "ok" : (status ?? 200) >= 400 ? "bad" : "warn";
  return (
    <section aria-label="What becomes of it">
      <div class="card">
        <p class="verdict wrap">
          <Tag tone={tone}>{outcome.kind === "forwarded" ? "forwarded" : `answered ${status ?? ""}`}</Tag>{" "}
          {outcome.text}
        </p>
      </div>
      <section class="card">
        <ol class="steps">
          <Step title="Path">
            {request.path === undefined ? "malformed" : <code>{request.path}</code>}{" "}
            <span class="muted">as paths are matched</span>
          </Step>
          {hosts.length === 0 ? null : (
            <Step title="Host">
              <Candidates candidates={hosts} isHosts />
            </Step>
          )}
          {certificate === undefined ? null : <Step title="Certificate">that of {certificate}</Step>}
          {routes.length === 0 ? null : (
            <Step title="Route">
              <Candidates candidates={routes} />
            </Step>
          )}
          {groups === undefined ? null : (
            <Step title="Groups">
              {groups.map((group, index) => (
                <div>
                  <code>
                    ${index + 1} = {group}
                  </code>
                </div>
              ))}
            </Step>
          )}
          {filters.length === 0 ? null : (
            <Step title="Filters">
              <ul class="list">
                {filters.map(({ filter, effect, text }) => (
                  <li class="wrap">
                    <Tag tone={effect === "answers" ? "warn" : "none"}>{EFFECTS[effect]}</Tag> <b>{filter}</b>{" "}
                    {text}
                  </li>
                ))}
              </ul>
            </Step>
          )}
          {backends.length === 0 ? null : (
            <Step title="Backend">
              {backends.map((backend) => (
                <Backend backend={backend} />
              ))}
              {balancing.map((text) => (
                <div class="muted">{text}</div>
              ))}
            </Step>
          )}
          {upstream === undefined ? null : (
            <Step title="Upstream">
              <pre>
                {`${request.method} ${upstream.target}\nHost: ${upstream.host}`}
                {Object.entries(upstream.headers).map(([name, value]) => `\n${name}: ${value}`)}
              </pre>
            </Step>
          )}
        </ol>
      </section>
    </section>
  );
}

const EFFECTS = {
  passes: "lets pass",
  changes: "changes the request",
  answers: "answers",
  depends: "decides when it comes",
  later: "changes the response",
} as const;

function Step({ title, children }: { readonly title: string; readonly children?: unknown }) {
  return (
    <li>
      <div class="label">{title}</div>
      <div class="wrap">{children}</div>
    </li>
  );
}

function Candidates({
  candidates,
  isHosts,
}: {
  readonly candidates: readonly Candidate[];
  readonly isHosts?: boolean;
}) {
  const looked = candidates.filter(({ outcome }) => outcome !== "not reached");
  const shown = looked.length <= MOST ? looked : [...looked.slice(0, MOST - 1), ...looked.slice(-1)];
  const left = looked.length - shown.length;
  const after = candidates.length - looked.length;
  return (
    <ul class="list">
      {shown.map(({ name, ingress, outcome, reason }) => (
        <li>
          <Tag tone={outcome === "matches" ? "ok" : "none"}>{outcome}</Tag>{" "}
          {isHosts === true && outcome === "matches" ? (
            <a href={hostPath(name)}>{name}</a>
          ) : (
            <code>{name}</code>
          )}{" "}
          {ingress === undefined ? null : <span class="muted">Ingress {ingress}</span>} {reason}
        </li>
      ))}
      {left > 0 ? <li class="muted">{left} more fail</li> : null}
      {after > 0 ? (
        <li class="muted">
          {after} more {after === 1 ? "is" : "are"} not reached
        </li>
      ) : null}
    </ul>
  );
}

function Backend({ backend }: { readonly backend: BackendReport }) {
  const { service, port, share, endpoints, reason } = backend;
  const left = endpoints.length - MOST;
  return (
    <div>
      <Tag tone={endpoints.length > 0 ? "ok" : "bad"}>
        {endpoints.length > 0 ? "can be reached" : "no endpoint"}
      </Tag>{" "}
      <b>
        {service}:{port}
      </b>{" "}
      <span class="muted">({share})</span> {reason}
      <div class="mono muted">
        {endpoints.slice(0, MOST).join(", ")}
        {left > 0 ? ` and ${left} more` : ""}
      </div>
    </div>
  );
}
