/** The endpoints of a Service: which pod, what the cluster says of it, and what this isolate has seen. */
import type { EndpointDetail, ServiceDetail } from "../../system/state/services.ts";
import { milliseconds, number, plural, Table, Tag } from "./parts.tsx";

export function Endpoints({ service: { service, endpoints, more } }: { readonly service: ServiceDetail }) {
  if (endpoints.length === 0) return null;
  return (
    <>
      <Table
        label={`Endpoints of ${service}`}
        head={["Endpoint", "Pod", "Ready", "Health", "#Requests", "#Errors", "#Latency", "#Under way"]}
      >
        {endpoints.map((endpoint) => (
          <EndpointRow endpoint={endpoint} />
        ))}
      </Table>
      {more > 0 ? <p class="muted">and {plural(more, "more endpoint")}</p> : null}
    </>
  );
}

function EndpointRow({ endpoint }: { readonly endpoint: EndpointDetail }) {
  const { address, pod, state, requests, errors, latencyMs, underway } = endpoint;
  return (
    <tr>
      <th scope="row" class="mono">
        {address}
      </th>
      <td class="nowrap">{pod ?? <span class="muted">–</span>}</td>
      <td>
        <Tag tone={state === "ready" ? "ok" : "warn"}>{state}</Tag>
      </td>
      <td class="nowrap">
        <HealthTag endpoint={endpoint} />
      </td>
      <td class="n">{requests === null ? "–" : number(requests)}</td>
      <td class="n">
        {errors === null ? (
          "–"
        ) : isFailing(endpoint) ? (
          <Tag tone="bad">{number(errors)}</Tag>
        ) : (
          number(errors)
        )}
      </td>
      <td class="n">{milliseconds(latencyMs)}</td>
      <td class="n">{underway}</td>
    </tr>
  );
}

/** More than one request in twenty: what answers may well answer with errors. */
function isFailing({ requests, errors }: EndpointDetail): boolean {
  return (errors ?? 0) * 20 > (requests ?? 0);
}

function HealthTag({ endpoint: { health, trialSeconds, requests } }: { readonly endpoint: EndpointDetail }) {
  switch (health) {
    case "ejected":
      return <Tag tone="bad">ejected, tried again {trialSeconds === 0 ? "now" : `in ${trialSeconds} s`}</Tag>;
    case "failing":
      return <Tag tone="bad">failing</Tag>;
    case "serving":
      return <Tag tone="ok">answers</Tag>;
    case null:
      return <span class="muted">{requests === 0 ? "not asked of late" : "not asked since"}</span>;
  }
}
