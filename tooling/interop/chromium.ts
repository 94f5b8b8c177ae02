import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** What the accessibility tree says of one element. */
export interface AccessibleNode {
  readonly role: string;
  readonly name: string;
}

/** Chromium with one page, driven over its debugging protocol as a person drives it: by keys. */
export interface Browser {
  open(url: string): Promise<void>;
  /** Presses a key, or types a text letter by letter. */
  type(text: string): Promise<void>;
  press(key: 'ArrowDown' | 'ArrowUp' | 'Enter' | 'Escape' | 'Home' | 'End' | 'Tab'): Promise<void>;
  /** The value of an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** What assistive technology is told, in the order of the page. */
  accessibleNodes(): Promise<readonly AccessibleNode[]>;
  /** Width of the window in pixels of the page. */
  resize(width: number, height: number): Promise<void>;
  /** As when the page is printed, or back. */
  media(media: 'print' | ''): Promise<void>;
  screenshot(): Promise<Uint8Array>;
  /** Messages of the console and violations of the policy so far. */
  readonly complaints: readonly string[];
  /** Every address that was asked for. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const keyCodes: Readonly<Record<string, number>> = {
  ArrowDown: 40,
  ArrowUp: 38,
  Enter: 13,
  Escape: 27,
  Home: 36,
  End: 35,
  Tab: 9,
};

export async function startChromium(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'mss-chromium-'));
  const child = spawn(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--lang=fr',
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /ws:\/\/(127\.0\.0\.1:\d+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`Chromium ended: ${said.slice(0, 500)}`)));
    });
    return await drive(address, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function drive(address: string, stop: () => Promise<void>): Promise<Browser> {
  const targets = (await (await fetch(`http://${address}/json/list`)).json()) as {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve, { once: true });
  });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const loads: (() => void)[] = [];
  const complaints: string[] = [];
  const requests: string[] = [];
  let lastId = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) {
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) one?.resolve(message.result);
      else one?.reject(new Error(message.error.message));
    } else if (message.method === 'Page.loadEventFired') loads.shift()?.();
    else if (message.method === 'Network.requestWillBeSent') {
      requests.push((message.params as { request: { url: string } }).request.url);
    } else if (message.method === 'Log.entryAdded') {
      complaints.push((message.params as { entry: { text: string } }).entry.text);
    } else if (message.method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(message.params));
  });
  const call = async <Result>(method: string, params: object = {}): Promise<Result> => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    socket.send(JSON.stringify({ id, method, params }));
    return (await answer) as Result;
  };
  for (const domain of ['Page', 'Runtime', 'Network', 'Log', 'Accessibility']) await call(`${domain}.enable`);
  const key = async (params: object): Promise<void> => {
    await call('Input.dispatchKeyEvent', { type: 'keyDown', ...params });
    await call('Input.dispatchKeyEvent', { type: 'keyUp', ...params });
  };
  return {
    complaints,
    requests,
    async open(url) {
      const loaded = new Promise<void>((resolve) => void loads.push(resolve));
      await call('Page.navigate', { url });
      await loaded;
    },
    async type(text) {
      for (const letter of text) await key({ text: letter, key: letter });
    },
    press: (name) => key({ key: name, code: name, windowsVirtualKeyCode: keyCodes[name], ...(name === 'Enter' ? { text: '\r' } : {}) }),
    async evaluate<Value>(expression: string): Promise<Value> {
      const { result, exceptionDetails } = await call<{ result: { value: Value }; exceptionDetails?: { text: string } }>(
        'Runtime.evaluate',
        {
          expression,
          returnByValue: true,
          awaitPromise: true,
        },
      );
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
      return result.value;
    },
    async accessibleNodes() {
      const { nodes } = await call<{ nodes: { ignored: boolean; role?: { value: string }; name?: { value: string } }[] }>(
        'Accessibility.getFullAXTree',
      );
      return nodes.filter(({ ignored }) => !ignored).map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }));
    },
    resize: (width, height) => call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false }),
    media: (media) => call('Emulation.setEmulatedMedia', { media }),
    async screenshot() {
      const { data } = await call<{ data: string }>('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(data, 'base64');
    },
    async close() {
      socket.close();
      await stop();
    },
  };
}
