/** Who asks for what, and who answers: a picture, and the same in a table. */
import type { TrafficView } from "../../system/state/traffic.ts";
import { Ago, type Frame, Page } from "../parts/frame.tsx";
import { hostPath, hostTitle, number, percent, plural, Table, Tag } from "../parts/parts.tsx";
import { SankeyPicture } from "../parts/sankey.tsx";

const MOST_ROWS = 60;

export function TrafficPage({ frame, view }: { readonly frame: Frame; readonly view: TrafficView | null }) {
  return (
    <Page
      frame={frame}
      at="/traffic"
      title="Traffic"
      lede={
        view === null ? (
          "This edge counts no requests."
        ) : (
          <>
            Requests of about the last {view.minutes} minutes, as this isolate has counted them since{" "}
            <Ago time={Date.parse(view.since)} now={frame.now} />. Ways with more than 5% of 5xx are red.
          </>
        )
      }
      live={view === null ? undefined : <Flows view={view} />}
    />
  );
}

function Flows({ view: { flows, services } }: { readonly view: TrafficView }) {
  if (flows.length === 0) return <p class="card">No request has come to a route of late.</p>;
  return (
    <>
      <div class="scroll card" tabindex={0} role="region" aria-label="Picture of the traffic">
        <SankeyPicture flows={flows} />
      </div>
      <section>
        <h2>
          Ways <small class="muted">the busiest first</small>
        </h2>
        <Table
          label="Traffic in numbers"
          head={["Host", "Service", "Endpoint", "#Requests", "#Errors", "State"]}
        >
          {flows.slice(0, MOST_ROWS).map(({ host, service, endpoint, requests, errors }) => (
            <tr>
              <th scope="row" class="wrap">
                <a href={hostPath(host)}>{hostTitle(host)}</a>
              </th>
              <td class="wrap">{service}</td>
              <td class="mono">{endpoint || <span class="muted">none reached</span>}</td>
              <td class="n">{number(requests)}</td>
              <td class="n">
                {number(errors)} <span class="muted">{percent(errors, requests)}</span>
              </td>
              <td>
                {errors === 0 ? (
                  <Tag tone="ok">well</Tag>
                ) : (
                  <Tag tone={errors * 20 > requests ? "bad" : "warn"}>errors</Tag>
                )}
              </td>
            </tr>
          ))}
        </Table>
        {flows.length > MOST_ROWS ? (
          <p class="muted">
            {plural(flows.length - MOST_ROWS, "more way")}, {plural(services.length, "Service")} in all:{" "}
            <code>/api/traffic</code> has them.
          </p>
        ) : null}
      </section>
    </>
  );
}
