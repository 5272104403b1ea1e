import { Lintel } from "./lintel.ts";

export interface Stub {
  readonly lintel: Lintel;
  readonly port: number;
}

/** `lintel dns` on a free port of 127.0.0.1. */
export async function startStub(flags: readonly string[], env: Record<string, string> = {}): Promise<Stub> {
  const lintel = new Lintel(["dns", "--listen", "127.0.0.1:0", ...flags], env);
  const [, port] = await lintel.printed(/DNS +127\.0\.0\.1:(\d+)/);
  return { lintel, port: Number(port) };
}
