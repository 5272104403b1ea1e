/** Style and script under names that change with their content: browsers keep them for good. */
import { sha256 } from "../../contract/index.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

export interface Assets {
  readonly style: Asset;
  readonly script: Asset;
  readonly icon: Asset;
}

/** Two themes in one: it stands on the browser's own ground. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M4 8h24v5H4z" fill="#0a58ad"/><path d="M8 15h5v13H8zM19 15h5v13h-5z" fill="#4b8fd6"/></svg>';

export async function makeAssets(): Promise<Assets> {
  return {
    style: await asset("css", "text/css; charset=utf-8", STYLE.trim()),
    script: await asset("js", "text/javascript; charset=utf-8", SCRIPT.trim()),
    icon: await asset("svg", "image/svg+xml", ICON),
  };
}

async function asset(extension: string, type: string, text: string): Promise<Asset> {
  return { path: `/assets/${(await sha256(text)).slice(0, 16)}.${extension}`, type, text };
}
