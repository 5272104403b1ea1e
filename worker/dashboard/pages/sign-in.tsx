/** Where somebody shows the token, once a session. */
import type { Assets } from "../assets.ts";
import { Document } from "../parts/frame.tsx";

interface Props {
  readonly assets: Assets;
  /** Where to go then: a path of this very host. */
  readonly to: string;
  readonly problem?: string;
}

export function SignInPage({ assets, to, problem }: Props) {
  return (
    <Document assets={assets} title="Sign in · Lintel">
      <main class="narrow" id="main">
        <h1>Lintel</h1>
        <p class="muted">This edge shows itself to those who have its token (LINTEL_DNS_TOKEN).</p>
        {problem === undefined ? null : (
          <p class="notice bad" role="alert">
            {problem}
          </p>
        )}
        <form method="post" action="/sign-in">
          <input type="hidden" name="to" value={to} />
          <label>
            Token
            <input type="password" name="token" required autocomplete="current-password" autofocus />
          </label>
          <button>Sign in</button>
        </form>
      </main>
    </Document>
  );
}

/** Why there is nothing to be seen. */
export function ProblemPage({
  assets,
  title,
  text,
}: {
  readonly assets: Assets;
  readonly title: string;
  readonly text: string;
}) {
  return (
    <Document assets={assets} title={`${title} · Lintel`}>
      <main class="narrow" id="main">
        <h1>{title}</h1>
        <p>{text}</p>
      </main>
    </Document>
  );
}
