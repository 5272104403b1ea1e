/** All hosts, found by a part of their name, of an Ingress's or Service's, or by an address. */
import type { HostEntry, HostList } from "../../system/state/hosts.ts";
import { type Frame, Page } from "../parts/frame.tsx";
import {
  CertificateTag,
  hostPath,
  hostTitle,
  Incomplete,
  number,
  Pager,
  plural,
  Ready,
  Search,
  Table,
  Tag,
} from "../parts/parts.tsx";

const MOST_SERVICES = 3;

export function HostsPage({ frame, list }: { readonly frame: Frame; readonly list: HostList }) {
  const { query, total, page, pages, hosts, address, complete } = list;
  return (
    <Page
      frame={frame}
      at="/hosts"
      title="Hosts"
      live={
        <>
          <Incomplete complete={complete} />
          {address === null ? null : (
            <p class="notice">
              {address.owners.length === 0
                ? `Nothing in the cluster has the address ${address.address}.`
                : `${address.address} is ${address.owners.join(", and ")}. Hosts that lead there:`}
            </p>
          )}
          <p class="muted">
            {query === "" ? plural(total, "host") : `${plural(total, "host")} for “${query}”`}
          </p>
          {hosts.length === 0 ? (
            <p class="card">No host, Ingress or Service has that in its name.</p>
          ) : (
            <Table label="Hosts" head={["Host", "State", "#Routes", "Services", "Ingress", "Certificate"]}>
              {hosts.map((host) => (
                <Row host={host} />
              ))}
            </Table>
          )}
          <Pager path="/hosts" query={query} page={page} pages={pages} />
        </>
      }
    >
      <Search
        action="/hosts"
        label="A part of a host, Ingress or Service, or a pod's address ( / )"
        query={query}
      />
    </Page>
  );
}

function Row({ host }: { readonly host: HostEntry }) {
  const { name, routes, ingresses, services, certificate, down } = host;
  return (
    <tr>
      <th scope="row" class="wrap">
        <a href={hostPath(name)}>{hostTitle(name)}</a>
      </th>
      <td>
        {down === 0 ? (
          <Tag tone="ok">serves</Tag>
        ) : (
          <Tag tone="bad">{down === routes ? "503" : `503 on ${down} of ${routes}`}</Tag>
        )}
      </td>
      <td class="n">{number(routes)}</td>
      <td>
        {services.slice(0, MOST_SERVICES).map(({ service, ready, endpoints }) => (
          <div class="nowrap">
            {service} <Ready ready={ready} total={endpoints} />
          </div>
        ))}
        {services.length > MOST_SERVICES ? (
          <span class="muted">and {services.length - MOST_SERVICES} more</span>
        ) : services.length === 0 ? (
          <span class="muted">none</span>
        ) : null}
      </td>
      <td class="wrap">
        {ingresses.slice(0, MOST_SERVICES).join(", ")}
        {ingresses.length > MOST_SERVICES ? (
          <span class="muted"> and {ingresses.length - MOST_SERVICES} more</span>
        ) : null}
      </td>
      <td>
        <CertificateTag certificate={certificate} />
      </td>
    </tr>
  );
}
