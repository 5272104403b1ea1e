/** What all pages have around them. */
import type { Child } from "hono/jsx";
import type { Assets } from "../assets.ts";

export interface Frame {
  readonly assets: Assets;
  readonly cluster: string;
  readonly generation: number;
  readonly published: number;
  readonly now: number;
  /** Errors and warnings there are; `undefined` where nobody has counted them for this page. */
  readonly warnings: number | undefined;
  /** Whether there is a session to end. */
  readonly hasSession: boolean;
}

const PAGES = [
  ["/", "Overview"],
  ["/hosts", "Hosts"],
  ["/traffic", "Traffic"],
  ["/failures", "Failures"],
  ["/explain", "Explain"],
  ["/dns", "DNS"],
  ["/certificates", "Certificates"],
  ["/warnings", "Warnings"],
  ["/history", "History"],
] as const;

export type PagePath = (typeof PAGES)[number][0];

interface PageProps {
  readonly frame: Frame;
  readonly at: PagePath;
  readonly title: string;
  readonly lede?: Child;
  /** Replaced while the page is open; forms must not lie in it. */
  readonly live?: Child;
  readonly children?: Child;
}

export function Page({ frame, at, title, lede, live, children }: PageProps) {
  return (
    <Document
      assets={frame.assets}
      title={`${title} · Lintel ${frame.cluster}`}
      generation={frame.generation}
    >
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="side">
        <a class="brand" href="/">
          <img src={frame.assets.icon.path} alt="" width="20" height="20" />
          Lintel
        </a>
        <nav aria-label="Pages" id="pages" data-live>
          <ul>
            {PAGES.map(([path, name]) => (
              <li>
                <a href={path} aria-current={path === at ? "page" : undefined}>
                  {name}
                  {path === "/warnings" && frame.warnings ? (
                    <span class="count" aria-label={`${frame.warnings} open`}>
                      {frame.warnings}
                    </span>
                  ) : null}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="foot">
          <div id="foot" data-live>
            <p>
              {frame.cluster}, generation {frame.generation}
            </p>
            <p>
              made <Ago time={frame.published} now={frame.now} />
            </p>
          </div>
          <p>
            <span id="live-state" class="live">
              Reload for newer numbers
            </span>
          </p>
          {frame.hasSession ? (
            <form method="post" action="/sign-out">
              <button class="quiet">Sign out</button>
            </form>
          ) : null}
        </div>
      </header>
      <main id="main" tabindex={-1}>
        <h1>{title}</h1>
        {lede === undefined ? null : <p class="lede">{lede}</p>}
        {children}
        {live === undefined ? null : (
          <div id="live" data-live>
            {live}
          </div>
        )}
      </main>
      <p id="say" class="sr" role="status"></p>
    </Document>
  );
}

interface DocumentProps {
  readonly assets: Assets;
  readonly title: string;
  readonly generation?: number;
  readonly children?: Child;
}

export function Document({ assets, title, generation, children }: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href={assets.icon.path} />
        <link rel="stylesheet" href={assets.style.path} />
        <script src={assets.script.path} defer></script>
      </head>
      <body data-generation={generation}>{children}</body>
    </html>
  );
}

/** How long ago, and when to the second for those who point at it. */
export function Ago({ time, now }: { readonly time: number; readonly now: number }) {
  const iso = new Date(time).toISOString();
  return (
    <time datetime={iso} title={iso}>
      {duration((now - time) / 1000)} ago
    </time>
  );
}

/** In its largest unit that is not too coarse: `45 s`, `12 min`, `5 h`, `9 days`. */
export function duration(seconds: number): string {
  const s = Math.max(0, seconds);
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < 36 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}
