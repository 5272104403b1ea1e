/** What would become of a request, step by step. */
import type { BackendReport, Candidate, Explanation } from "../../ingress/explain/explanation.ts";
import type { ServiceDetail } from "../../system/state/services.ts";
import { Endpoints } from "../parts/endpoints.tsx";
import { type Frame, Page } from "../parts/frame.tsx";
import { hostPath, plural, Tag, type Tone } from "../parts/parts.tsx";

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
  /** Its Services, as this isolate sees them. */
  readonly seen?: readonly ServiceDetail[];
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** Of candidates that fail, so many are shown. */
const MOST = 12;

export function ExplainPage({ frame, form, problem, explanation, seen = [] }: Props) {
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
      {explanation === undefined ? null : <Result explanation={explanation} seen={seen} />}
    </Page>
  );
}

interface ResultProps {
  readonly explanation: Explanation;
  readonly seen: readonly ServiceDetail[];
}

function Result({ explanation, seen }: ResultProps) {
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
  // Then nothing is sent anywhere.
  const isUnready = outcome.kind !== "forwarded" && status === 503 && seen.some(({ ready }) => ready === 0);
  const tone: Tone = outcome.kind === "forwarded" ? "ok" : (status ?? 200) >= 400 ? "bad" : "warn";
  return (
    <section aria-label="What becomes of it">
      <div class="card">
        <p class="verdict wrap">
          <Tag tone={tone}>{outcome.kind === "forwarded" ? "forwarded" : `answered ${status ?? ""}`}</Tag>{" "}
          {outcome.text}
        </p>
        {outcome.kind === "forwarded" ? <Doubt seen={seen} /> : null}
        {isUnready ? seen.map((service) => <Unready service={service} />) : null}
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
                <Backend backend={backend} seen={seen} />
              ))}
              {(isUnready ? [] : balancing).map((text) => (
                <div class="muted">{text}</div>
              ))}
            </Step>
          )}
          {upstream === undefined || isUnready ? null : (
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

function Backend({ backend, seen }: { readonly backend: BackendReport; readonly seen: ResultProps["seen"] }) {
  const { service, port, share, endpoints, reason } = backend;
  const known = seen.find((one) => one.service === service && one.port === port);
  const isFailing = known !== undefined && failing(known);
  return (
    <div class="backend">
      <Tag tone={endpoints.length === 0 ? "bad" : isFailing ? "warn" : "ok"}>
        {endpoints.length === 0 ? "no endpoint" : isFailing ? "ready, but failing" : "can be reached"}
      </Tag>{" "}
      <b>
        {service}:{port}
      </b>{" "}
      <span class="muted">({share})</span> {reason}
      {known === undefined ? null : <Endpoints service={known} />}
    </div>
  );
}

/** Whether those that would be asked have failed this isolate of late. */
function failing({ endpoints }: ServiceDetail): boolean {
  const ready = endpoints.filter(({ state }) => state === "ready");
  return ready.length > 0 && ready.every(({ health }) => health === "failing" || health === "ejected");
}

/** Ready is what the cluster says: where this isolate has seen otherwise, that is what somebody came for. */
function Doubt({ seen }: { readonly seen: ResultProps["seen"] }) {
  const bad = seen.filter(failing);
  if (bad.length === 0) return null;
  return (
    <p>
      <Tag tone="bad">but</Tag> the last tries at{" "}
      {bad.length === 1 ? "its endpoints" : "the endpoints of some of its Services"} failed: such a request is
      likely to be answered with 502 or 504. <a href="/failures">Failures</a> says why.
    </p>
  );
}

/** Why there is nobody to ask, as far as the cluster says, and where to look on. */
function Unready({
  service: { service, port, kind, ready, total, endpoints },
}: {
  readonly service: ServiceDetail;
}) {
  if (ready > 0) return null;
  const namespace = service.split("/")[0];
  const name = `Service ${service}:${port}`;
  if (kind === "missing") return <p>{name} is not in the cluster, or has no such port.</p>;
  if (total === 0) return <p>{name} has no endpoints: no pod fits its selector, or none has been started.</p>;
  const pods = endpoints.flatMap(({ pod }) => (pod === null ? [] : [pod])).slice(0, 3);
  return (
    <p>
      {name} has {plural(total, "endpoint")}, and the cluster calls none of them ready. See why:{" "}
      <code class="cmd">
        kubectl describe pods -n {namespace} {pods.join(" ")}
      </code>
    </p>
  );
}
