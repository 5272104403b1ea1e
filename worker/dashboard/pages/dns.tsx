/** A question to the resolver, and how it is configured. */
import type { DnsAnswer, DnsQuestion, ServerBlock } from "../../system/state/dns.ts";
import type { AllZones } from "../../system/state/inventory.ts";
import { type Frame, Page } from "../parts/frame.tsx";
import { plural, Table, Tag, type Tone } from "../parts/parts.tsx";

interface Props {
  readonly frame: Frame;
  readonly question: DnsQuestion;
  readonly answer: DnsAnswer | undefined;
  readonly servers: readonly ServerBlock[];
  readonly zones: AllZones;
  readonly domain: string;
}

const TYPES = ["A", "AAAA", "SRV", "CNAME", "PTR", "NS", "SOA", "TXT", "MX", "HTTPS", "ANY"];

export function DnsPage({ frame, question, answer, servers, zones, domain }: Props) {
  return (
    <Page
      frame={frame}
      at="/dns"
      title="DNS"
      lede="Ask the resolver as its clients do. An address is asked for its name."
    >
      <form class="row" method="get" action="/dns">
        <label class="grow">
          Name or address
          <input
            name="name"
            value={question.name}
            required
            placeholder={`web.shop.svc.${domain}`}
            spellcheck={false}
            autocomplete="off"
            data-search
          />
        </label>
        <label>
          Type
          <select name="type">
            {(TYPES.includes(question.type) ? TYPES : [question.type, ...TYPES]).map((type) => (
              <option value={type} selected={type === question.type}>
                {type}
              </option>
            ))}
          </select>
        </label>
        {zones.views.length === 0 ? null : (
          <label>
            Seen by
            <select name="view">
              <option value="">operators (everything)</option>
              {zones.views.map((view) => (
                <option value={view} selected={view === question.view}>
                  view {view}
                </option>
              ))}
            </select>
          </label>
        )}
        <button>Ask</button>
      </form>
      {answer === undefined ? null : <Answer answer={answer} />}
      <section>
        <h2>Server blocks</h2>
        <p class="muted">
          Of several, the one with the longest zone answers; its plugins are asked in this order.
        </p>
        {servers.map(({ zones, plugins }) => (
          <section class="card">
            <h3>{zones.join(" ")}</h3>
            <dl class="pairs">
              {plugins.map(({ plugin, about }) => (
                <>
                  <dt>{plugin}</dt>
                  <dd class="wrap">{about}</dd>
                </>
              ))}
            </dl>
          </section>
        ))}
      </section>
      <section>
        <h2>Zones and views</h2>
        {zones.files.length === 0 ? null : (
          <Table label="Zones from files" head={["Zone", "#Names", "Read from"]}>
            {zones.files.map(({ zone, names, source }) => (
              <tr>
                <th scope="row">{zone}</th>
                <td class="n">{names}</td>
                <td class="wrap">{source}</td>
              </tr>
            ))}
          </Table>
        )}
        <p class="muted">
          {plural(zones.published, "name")} published by Ingresses and Services,{" "}
          {plural(zones.views.length, "view")}
          {zones.views.length === 0 ? "" : ` (${zones.views.join(", ")})`}, {plural(zones.tokens, "token")}.
        </p>
      </section>
    </Page>
  );
}

function Answer({ answer }: { readonly answer: DnsAnswer }) {
  if (answer.problem !== null) {
    return (
      <p class="notice bad" role="alert">
        {answer.problem}
      </p>
    );
  }
  const { status, records, plugin, zone, steps, text } = answer;
  const tone: Tone = status === "NOERROR" ? (records > 0 ? "ok" : "warn") : "bad";
  return (
    <section aria-label="The answer">
      <p>
        <Tag tone={tone}>{status === "NOERROR" && records === 0 ? "no such record" : status}</Tag>{" "}
        {plugin === null ? (
          "No plugin answered."
        ) : (
          <>
            Plugin <b>{plugin}</b> answered
            {zone === null ? null : (
              <>
                , of the server block for <code>{zone}</code>
              </>
            )}
            .
          </>
        )}{" "}
        <span class="muted">
          {steps.length === 0
            ? ""
            : `Asked: ${steps.map((step) => step.plugin + (step.answered ? " (answered)" : "")).join(", ")}.`}
        </span>
      </p>
      <pre tabindex={0} aria-label="The answer as dig prints it">
        {text}
      </pre>
    </section>
  );
}
