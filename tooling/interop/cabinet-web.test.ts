/**
 * The directory page of examples/cabinet-web in a real browser: the program as a person starts it, driven by keys, its
 * accessible names as assistive technology hears them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { sourceExecArgv } from '../../vitest.config.js';
import { startChromium, type Browser } from './chromium.js';

const claire = 'claire.moreau@cabinet-des-tilleuls.mssante.test';

let program: ChildProcess;
let url: string;
let browser: Browser;

beforeAll(async () => {
  const main = fileURLToPath(new URL('../../examples/cabinet-web/src/main.ts', import.meta.url));
  program = spawn(process.execPath, [...sourceExecArgv, '--no-warnings', main], { stdio: ['ignore', 'pipe', 'inherit'] });
  url = await new Promise<string>((resolve, reject) => {
    let said = '';
    program.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    program.once('exit', () => reject(new Error(`the program ended: ${said}`)));
  });
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  program?.kill();
});
beforeEach(async () => {
  await browser.resize(1_000, 800);
  await browser.media('');
  await browser.open(url);
});

const textOf = async (selector: string): Promise<string> =>
  browser.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);
const count = async (selector: string): Promise<number> =>
  browser.evaluate<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
const focused = async (): Promise<string> =>
  browser.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id ?? ''`);
const eventually = (ask: () => Promise<unknown>) => expect.poll(ask, { interval: 20, timeout: 15_000 });
const overhang = async (): Promise<number> =>
  browser.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Types into the box, which has the focus when the page opens, and waits for what comes of it. */
async function find(text: string): Promise<void> {
  await eventually(focused).toBe('text');
  await browser.type(text);
  await eventually(() => textOf('[role=status]')).toMatch(/résultat/);
}

it('says in a sentence that there is no directory', async () => {
  const main = fileURLToPath(new URL('../../examples/cabinet-web/src/main.ts', import.meta.url));
  const args = [...sourceExecArgv, '--no-warnings', main, '--db', fileURLToPath(new URL('absent.db', import.meta.url))];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  expect([status, said]).toEqual([
    2,
    "L'annuaire ne peut pas être ouvert (ERR_MSS_ANNUAIRE_NO_DIRECTORY) ; le créer avec « mss annuaire sync ».\n",
  ]);
});

describe('the directory page in Chromium', () => {
  it('shows the doctor first while one types, with her mailbox, activity and the reason', async () => {
    await find('moreau lim');
    expect(await textOf('.hit .name')).toBe('Dr Claire MOREAU');
    expect(await textOf('.hit .address')).toBe(claire);
    expect(await textOf('.hit .who')).toContain('CABINET DES TILLEULS, 87000 LIMOGES');
    expect(await textOf('.hit .kind')).toBe('Boîte personnelle');
    expect(await textOf('.hit .paperless')).toBe('Accepte les documents sans papier');
    expect(await browser.evaluate(`[...document.querySelectorAll('.hit:first-child mark')].map((one) => one.textContent)`)).toEqual(
      expect.arrayContaining(['MOREAU', 'LIM']),
    );
    expect(await textOf('.hit .reason')).toBe('Trouvé dans le nom et la ville.');
  });

  it('is walked by the keyboard alone: down to the results, Enter chooses, Escape returns', async () => {
    await find('moreau');
    await browser.press('ArrowDown');
    expect(await focused()).toMatch(/^Choisir /);
    const first = await focused();
    await browser.press('End');
    expect(await focused()).not.toBe(first);
    await browser.press('Home');
    expect(await focused()).toBe(first);
    await browser.press('Enter');
    await eventually(() => textOf('.chosen .name')).not.toBe('');
    expect(first).toContain(await textOf('.chosen .name'));
    await eventually(() => textOf('[role=status]')).toMatch(/^Destinataire : /);
    await browser.press('Escape');
    expect(await focused()).toBe('text');
  });

  it('greys out who has no mailbox, and offers nothing to choose there', async () => {
    await find('martin');
    // They stand behind those with one: the next page, and the next.
    for (let pages = 0; pages < 10 && (await count('.without-mailbox')) === 0; pages += 1) {
      const before = await count('.hit');
      await browser.evaluate(`document.querySelector('.more').click()`);
      await eventually(() => count('.hit')).toBeGreaterThan(before);
    }
    expect(await count('.without-mailbox')).toBeGreaterThan(0);
    expect(await count('.without-mailbox button')).toBe(0);
    expect(await textOf('.without-mailbox .kind')).toBe('Aucune boîte MSSanté publiée');
  });

  it('filters', async () => {
    await find('martin');
    const all = await textOf('[role=status]');
    await browser.evaluate(
      `{ const type = document.querySelector('#type'); type.value = 'PER'; type.dispatchEvent(new Event('change', { bubbles: true })); }`,
    );
    await eventually(async () => (await textOf('[role=status]')) !== '' && (await textOf('[role=status]')) !== all).toBe(true);
    expect(await count('.without-mailbox')).toBe(0);
    expect(await count('.hit')).toBeGreaterThan(0);
  });

  it('has a name for everything that can be used', async () => {
    await find('moreau limoges');
    const nodes = await browser.accessibleNodes();
    const usable = nodes.filter(({ role }) => ['searchbox', 'textbox', 'combobox', 'button', 'list', 'search', 'group'].includes(role));
    expect(usable.filter(({ name }) => name === '')).toEqual([]);
    expect(usable).toEqual(
      expect.arrayContaining([
        { role: 'search', name: 'Annuaire' },
        { role: 'searchbox', name: 'Rechercher un correspondant' },
        { role: 'combobox', name: 'Profession ou spécialité' },
        { role: 'combobox', name: 'Département' },
        { role: 'combobox', name: 'Type de boîte' },
        { role: 'list', name: 'Résultats' },
        {
          role: 'button',
          name: 'Choisir Dr Claire MOREAU, Médecin, Médecine Générale, Boîte personnelle, CABINET DES TILLEULS, 87000 LIMOGES',
        },
        { role: 'button', name: `Copier l’adresse ${claire}` },
      ]),
    );
    const buttons = usable.filter(({ role }) => role === 'button').map(({ name }) => name);
    expect(new Set(buttons).size).toBe(buttons.length);
    expect(await browser.evaluate('document.documentElement.lang')).toBe('fr');
  });

  it('fits a window of 320 pixels, and paper', async () => {
    await browser.resize(320, 640);
    await find('cardiologie');
    expect(await overhang()).toBe(0);
    await browser.media('print');
    const shown = async (selector: string): Promise<string> =>
      browser.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).display`);
    expect(await shown('form')).toBe('none');
    expect(await shown('.hit .actions')).toBe('none');
    expect(await shown('.hit')).not.toBe('none');
  });

  it('asks nobody but its own server, and once for what was typed quickly', async () => {
    const before = browser.requests.length;
    await browser.open(url);
    await find('moreau');
    const asked = browser.requests.slice(before);
    expect(asked.filter((one) => !one.startsWith(url))).toEqual([]);
    expect(asked.filter((one) => one.includes('/annuaire?')).length).toBeLessThan('moreau'.length);
    expect(browser.complaints).toEqual([]);
  });

  it('says so when its server is gone, and leaves nothing behind', async () => {
    await find('moreau');
    program.kill();
    await new Promise((resolve) => void program.once('exit', resolve));
    await browser.type('x');
    await eventually(() => textOf('.failure')).toMatch(/ne répond pas/);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('cabinet-web-'))).toEqual([]);
  });
});
