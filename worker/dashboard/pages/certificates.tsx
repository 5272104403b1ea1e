/** Certificates, the first to expire first. */
import type { CertificateList } from "../../system/state/certificates.ts";
import { type Frame, Page } from "../parts/frame.tsx";
import { CertificateTag, ChainText, Incomplete, Pager, plural, Search, Table } from "../parts/parts.tsx";

interface Props {
  readonly frame: Frame;
  readonly list: CertificateList;
  readonly query: string;
}

export function CertificatesPage({ frame, list, query }: Props) {
  const { certificates, total, page, pages, complete } = list;
  return (
    <Page
      frame={frame}
      at="/certificates"
      title="Certificates"
      lede="Those that Ingresses name, the first to expire first. Hosts without one get the platform's, or this machine's own."
      live={
        <>
          <Incomplete complete={complete} />
          <p class="muted">{plural(total, "server name")}</p>
          {certificates.length === 0 ? (
            <p class="card">
              {query === "" ? "No Ingress names a certificate." : "No name, Secret or issuer has that in it."}
            </p>
          ) : (
            <Table
              label="Certificates"
              head={["Server name", "Left", "Expires", "Issuer", "Chain", "Secret"]}
            >
              {certificates.map((certificate) => (
                <tr>
                  <th scope="row" class="wrap">
                    {certificate.name}
                  </th>
                  <td>
                    <CertificateTag certificate={certificate} />
                  </td>
                  <td class="nowrap">
                    <time datetime={certificate.expires}>
                      {certificate.expires.slice(0, 16).replace("T", " ")} UTC
                    </time>
                  </td>
                  <td class="wrap">{certificate.chain.issuer ?? "–"}</td>
                  <td>
                    <ChainText chain={certificate.chain} />
                  </td>
                  <td class="wrap">{certificate.secret}</td>
                </tr>
              ))}
            </Table>
          )}
          <Pager path="/certificates" query={query} page={page} pages={pages} />
        </>
      }
    >
      <Search action="/certificates" label="A part of a server name, Secret or issuer ( / )" query={query} />
    </Page>
  );
}
