/** A headless Chromium, as far as tests of pages need one: it speaks the DevTools protocol over one WebSocket. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #listeners: ((message: Message) => void)[] = [];
  #ids = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#receive(JSON.parse(data.toString()) as Message));
  }

  static async start(): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), "lintel-browser-"));
    const child = spawn(
      "chromium",
      [
        "--headless",
        // The sandbox needs rights that containers seldom give; the pages are the test's own.
        "--no-sandbox",
        "--disable-gpu",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const socket = new WebSocket(await debuggerOf(child));
    await once(socket, "open");
    return new Browser(child, profile, socket);
  }

  async page(): Promise<Page> {
    const { targetId } = (await this.send("Target.createTarget", { url: "about:blank" })) as {
      targetId: string;
    };
    const attached = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const { sessionId } = attached as { sessionId: string };
    const page = new Page(this, sessionId);
    for (const domain of ["Page", "Runtime", "Log"]) await page.send(`${domain}.enable`);
    return page;
  }

  /** Rejects with the protocol's error. */
  async send(method: string, params: object = {}, sessionId?: string): Promise<unknown> {
    const id = ++this.#ids;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return waiting.promise;
  }

  listen(listener: (message: Message) => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  async close(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#socket.terminate();
    this.#child.kill("SIGKILL");
    await exited;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(message: Message): void {
    if (message.id === undefined) {
      for (const listener of this.#listeners) listener(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.result);
    else waiting?.reject(new Error(message.error.message));
  }
}

async function debuggerOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error("Chromium has no stderr");
  for await (const line of createInterface({ input: child.stderr })) {
    const [, url] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (url !== undefined) {
      child.stderr.resume();
      return url;
    }
  }
  throw new Error("Chromium ended before it listened");
}

export class Page {
  readonly #browser: Browser;
  readonly #session: string;
  /** What the page's console was told as an error, refusals of its policy included. */
  readonly errors: string[] = [];
  readonly #loaded: (() => void)[] = [];

  constructor(browser: Browser, session: string) {
    this.#browser = browser;
    this.#session = session;
    browser.listen(({ method, params, sessionId }) => {
      if (sessionId !== session) return;
      if (method === "Page.loadEventFired") for (const loaded of this.#loaded.splice(0)) loaded();
      if (method === "Runtime.exceptionThrown") this.errors.push(JSON.stringify(params));
      if (method === "Log.entryAdded") {
        const { entry } = params as { entry: { level: string; text: string; url?: string } };
        if (entry.level === "error") this.errors.push(`${entry.text} ${entry.url ?? ""}`);
      }
    });
  }

  async send(method: string, params: object = {}): Promise<unknown> {
    return this.#browser.send(method, params, this.#session);
  }

  /** Resolves when what `begin` leads to has been loaded. */
  async loading(begin: () => Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#loaded.push(() => resolve(undefined));
    await begin();
    await promise;
  }

  async open(url: string): Promise<void> {
    await this.loading(() => this.send("Page.navigate", { url }));
  }

  /** The value of an expression, or of what it promises. */
  async evaluate<T>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = (await this.send("Runtime.evaluate", options)) as Evaluated;
    if (exceptionDetails === undefined) return result.value as T;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  /** Resolves once an expression holds, looked at whenever the page changes. */
  async holds(expression: string): Promise<void> {
    await this.evaluate(`new Promise((resolve) => {
      const look = () => { if (${expression}) { observer.disconnect(); resolve(true); } };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    })`);
  }

  async press(key: string, text?: string): Promise<void> {
    const code = key === "Tab" ? 9 : key === "Enter" ? 13 : undefined;
    const common = { key, windowsVirtualKeyCode: code, ...(text !== undefined && { text }) };
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...common });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...common });
  }

  async type(text: string): Promise<void> {
    await this.send("Input.insertText", { text });
  }

  async theme(scheme: "light" | "dark"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
  }

  async width(width: number): Promise<void> {
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: false };
    await this.send("Emulation.setDeviceMetricsOverride", metrics);
  }
}
