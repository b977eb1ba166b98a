import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { filmOfCode } from './film-of-code.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const CHROMIUM = process.env.VIGIE_CHROMIUM ?? '/usr/bin/chromium';
const CONSOLE = new URL('../console', import.meta.url).pathname;
/** Where pictures go, for people to look at; none are taken where it is not set. */
const PICTURES = process.env.VIGIE_TEST_PICTURES;
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
];
const DESKTOP = { width: 1_280, height: 860 };
const PHONE = { width: 390, height: 844 };
const WAIT = { timeout: 10_000, interval: 50 };
const ROW = { id: 'seule', name: 'Seule ligne', state: 'online', config: { revision: 1, applied: 1 }, devices: 7 };
const DEVICE_CODE = 'LW:D0:70B3D57ED0000001:70B3D5FFFE00AB02:02591122';

let server: TestServer;
let gateway: TestGateway;
let browser: Browser;
let folder: string;
let page: Page;
const complaints: string[] = [];
/** What a test provokes on purpose, however often the page meets it until it is closed. */
let provoked: RegExp | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-console-'));
  await promisify(execFile)('npx', ['vite', 'build', '--outDir', folder, '--emptyOutDir'], { cwd: CONSOLE });
  server = await TestServer.start(undefined, { consoleFolder: folder });
  await furnish();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...(await camera())] });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await gateway?.end();
  await server?.remove();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  await page?.context().close();
  const unexpected = complaints.filter((text) => !provoked?.test(text));
  provoked = undefined;
  expect(unexpected).toEqual([]);
});

/** A camera that sees a device's label, and that pages may use. */
async function camera(): Promise<string[]> {
  const film = join(folder, 'label.y4m');
  await writeFile(film, filmOfCode(DEVICE_CODE));
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

async function furnish(): Promise<void> {
  gateway = await TestGateway.enrol(server, 'ville', 'mairie-01');
  await server.admin('PUT', '/tenants/ville/gateways/mairie-01', { name: 'Mairie, toit nord' });
  await server.admin('POST', '/tenants/ville/gateways', { id: 'ecole-02', name: 'École Jules-Ferry' });
  const lorawan = (end: string) => ({
    ...{ devEui: `70b3d5fffe0000${end}`, macVersion: '1.0.3', class: 'A' },
    activation: { mode: 'otaa', joinEui: '0000000000000001', appKey: '000102030405060708090a0b0c0d0e0f' },
  });
  await server.admin('PUT', '/tenants/ville/gateways/mairie-01/config', {
    schema: 1,
    lorawan: { region: 'EU868', netId: '000000', sources: [] },
    modbus: { buses: [{ id: 'plc', type: 'tcp', host: '127.0.0.1', port: 502 }] },
    devices: [
      {
        id: 'armoire-7',
        name: 'Armoire rue Haute',
        model: 'vigie/lighting-cabinet',
        modbus: { bus: 'plc', unit: 1, intervalMs: 1_000 },
      },
      { id: 'lampe-12', name: 'Candélabre 12', model: 'nasys/ul20xx', asset: 'rue-haute-12', lorawan: lorawan('01') },
      { id: 'script', name: '<img src=x onerror=alert(1)>', model: 'nasys/ul20xx', lorawan: lorawan('02') },
    ],
  });
  await gateway.connect();
  gateway.hello({ applied: 1 });
  gateway.publish('status', {
    ...{ v: 1, at: Date.now(), agentVersion: '0.1.0', uptimeSeconds: 93_600, rssBytes: 71_000_000, clockTrusted: true },
    ...{ config: { applied: 1 }, outbox: { records: 3, bytes: 900 }, ledger: {} },
  });
  gateway.send([
    readings({ 'cab.power': 12_450, 'cab.energy': 1_234_567, 'cab.door': 'closed' }, { device: 'armoire-7' }),
    readings({ 'lamp.power': 42.5, 'lamp.dim': 80, 'lamp.energy': 98_765 }, { device: 'lampe-12' }),
    {
      kind: 'event',
      code: 'MODBUS_TIMEOUT',
      severity: 'warning',
      device: 'armoire-7',
      at: Date.now(),
      message: 'no answer',
    },
  ]);
  await vi.waitFor(async () => {
    const { items } = await server.admin('GET', '/tenants/ville/readings/latest');
    expect(items).toHaveLength(6);
  }, WAIT);
}

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: DESKTOP, locale: 'fr-FR', ...options });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  complaints.length = 0;
  // A refusal before signing in, or of what was typed, is no fault; a broken content security policy or an exception is.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/\b(401|422)\b/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`https://127.0.0.1:${server.running.http.port}/`);
  return page;
}

async function enter(options: BrowserContextOptions = {}): Promise<Page> {
  await open(options);
  await page.getByLabel('Utilisateur').fill('admin');
  await page.getByLabel('Mot de passe').fill(server.password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('heading', { name: 'Passerelles', level: 1 }).waitFor();
  return page;
}

async function picture(name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

async function expectAccessible(): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/** Whoever wears gloves must hit it: 48 px each way, but for links inside a line of text. */
async function expectLargeTargets(): Promise<void> {
  const small = await page.locator('button:visible, select:visible, input:visible, a:visible').evaluateAll((targets) =>
    targets
      .filter((target) => !target.matches('.skip'))
      .map((target) => ({ html: target.outerHTML.slice(0, 120), box: target.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 48 || box.height < 47.5)
      .map(({ html, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`),
  );
  expect(small).toEqual([]);
}

const PAGES = ['gateways', 'gateways/mairie-01', 'devices', 'devices/mairie-01/lampe-12', 'live', 'events'];

async function visit(path: string): Promise<void> {
  await page.goto(`https://127.0.0.1:${server.running.http.port}/ville/${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // What is still loading says so in a notice.
  await page.locator('.notice').first().waitFor({ state: 'detached' });
}

describe.skipIf(!existsSync(CHROMIUM))('the console', { timeout: 90_000 }, () => {
  it('asks for a new password where somebody else has seen the first, before anything else', async () => {
    const order = { name: 'lucie', tenant: 'ville', role: 'operator' };
    const { password } = await server.admin('POST', '/users', order);
    await open();
    await page.getByLabel('Utilisateur').fill('lucie');
    await page.getByLabel('Mot de passe').fill(password);
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByRole('heading', { name: 'Choisissez votre mot de passe' }).waitFor();
    await expectAccessible();
    const choose = async (next: string) => {
      await page.getByLabel('Mot de passe actuel').fill(password);
      await page.getByLabel('Nouveau mot de passe').fill(next);
      await page.getByRole('button', { name: 'Changer le mot de passe' }).click();
    };
    await choose('motdepasse1234');
    await page.getByRole('alert').waitFor();
    await choose('trois lampes au bord du quai');
    await page.getByRole('heading', { name: 'Passerelles', level: 1 }).waitFor();
  });

  it('lets nobody in with a wrong password, and says so', async () => {
    await open();
    await page.getByLabel('Utilisateur').fill('admin');
    await page.getByLabel('Mot de passe').fill('wrong');
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.getByRole('alert').filter({ hasText: 'incorrect' }).waitFor();
    await expectAccessible();
    await expectLargeTargets();
    await picture('sign-in');
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('is accessible on every page, %s, %o', { timeout: 120_000 }, async (colorScheme, viewport) => {
    await enter({ colorScheme, viewport });
    for (const path of PAGES) {
      await visit(path);
      if (path === 'live') gateway.send([readings({ 'lamp.power': 43, 'lamp.dim': 81 }, { device: 'lampe-12' })]);
      if (path === 'live') await page.getByRole('row').nth(1).waitFor();
      await expectAccessible();
      await expectLargeTargets();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([path, overflow]).toEqual([path, 0]);
      await picture(`${path.replaceAll('/', '-')}-${colorScheme}-${viewport.width}`);
    }
  });

  it('shows gateways, their state and their configuration', async () => {
    await enter();
    const row = page.getByRole('row').filter({ hasText: 'Mairie, toit nord' });
    await row.getByText('En ligne').waitFor();
    await row.getByText('Appliquée').waitFor();
    await row.getByRole('link').click();
    await page.getByText('71 Mo').waitFor();
    await page.getByText(/98.765/).waitFor();
    await page.getByText('fermée').waitFor();
  });

  it('shows which records of a gateway are missing, until they come', async () => {
    await enter();
    const numbered = (...seqs: number[]) =>
      gateway.sendAs(seqs.map((seq) => ({ seq, record: readings({ 'lamp.power': 41 }, { device: 'lampe-12' }) })));
    const before = gateway.epoch;
    gateway.epoch = 'epoch00009';
    numbered(1, 5);
    await page.goto(`https://127.0.0.1:${server.running.http.port}/ville/gateways/mairie-01`);
    await page.getByRole('heading', { name: 'Complétude' }).waitFor();
    await page.getByText('2–4').waitFor();
    await expectAccessible();
    numbered(2, 3, 4);
    await page.getByText('Tous les enregistrements numérotés').waitFor();
    gateway.epoch = before;
  });

  it('makes a claim that is shown once', async () => {
    await enter();
    await page.getByRole('link', { name: 'École Jules-Ferry' }).click();
    await page.getByRole('button', { name: 'Créer un code d’installation' }).click();
    await page.getByText(/^vigie:127\.0\.0\.1:\d+#[0-9a-f]{64}\//).waitFor();
    await expectAccessible();
  });

  it('adds a gateway', async () => {
    await enter();
    await page.getByRole('button', { name: 'Ajouter une passerelle' }).click();
    await page.getByLabel('Identifiant').fill('stade-03');
    await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
    await page.getByRole('heading', { name: 'stade-03', level: 1 }).waitFor();
  });

  it('adds a device by its code, with the models of its vendor first', async () => {
    await enter();
    await visit('gateways/mairie-01');
    await page.getByRole('button', { name: 'Ajouter un équipement LoRaWAN' }).click();
    await page.getByLabel('Code de l’équipement').fill('LW:D0:70B3D57ED0000001:70B3D5FFFE00AB01:02591122:CFFFF');
    await page.getByRole('alert').filter({ hasText: 'checksum' }).waitFor();
    await page.getByLabel('Code de l’équipement').fill('LW:D0:70B3D57ED0000001:70B3D5FFFE00AB01:02591122');
    await page.getByText('DevEUI 70b3d5fffe00ab01').waitFor();
    // Chosen by a person, never by itself; the maker's come first.
    const model = page.locator('select[name=model]');
    expect(await model.inputValue()).toBe('');
    expect(await model.locator('option').nth(1).getAttribute('value')).toMatch(/^milesight\//);
    await page.getByRole('searchbox', { name: 'Chercher le modèle' }).fill('dingtek contenu');
    await vi.waitFor(async () =>
      expect(await model.locator('option').nth(1).getAttribute('value')).toMatch(/^dingtek\//),
    );
    await page.getByRole('searchbox', { name: 'Chercher le modèle' }).fill('EM300-DI');
    await model.selectOption('milesight/em300-di');
    await picture('add-device');
    await page.getByLabel('AppKey').fill('00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F');
    await page.getByLabel('Nom').fill('Bac place du marché');
    await expectAccessible();
    await expectLargeTargets();
    await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
    await page.getByText('Bac place du marché').waitFor();
    const { devices } = await server.admin('GET', '/tenants/ville/gateways/mairie-01/config');
    expect(devices.at(-1).lorawan).toMatchObject({
      devEui: '70b3d5fffe00ab01',
      activation: { mode: 'otaa', joinEui: '70b3d57ed0000001', appKey: '****0e0f' },
    });
  });

  it('reads the code of a device with the camera', async () => {
    await enter({ viewport: PHONE });
    await visit('gateways/mairie-01');
    await page.getByRole('button', { name: 'Ajouter un équipement LoRaWAN' }).click();
    await page.getByRole('button', { name: 'Scanner avec l’appareil photo' }).click();
    await page.getByText('DevEUI 70b3d5fffe00ab02').waitFor();
    expect(await page.getByLabel('Code de l’équipement').inputValue()).toBe(DEVICE_CODE);
    expect(await page.locator('video').count()).toBe(0);
  });

  it('says what to do when there is no camera or it may not be used', async () => {
    await enter({ viewport: PHONE });
    await visit('gateways/mairie-01');
    await page.getByRole('button', { name: 'Ajouter un équipement LoRaWAN' }).click();
    const refuse = (name: string) =>
      page.evaluate(`navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '${name}'))`);
    await refuse('NotAllowedError');
    await page.getByRole('button', { name: 'Scanner avec l’appareil photo' }).click();
    await page.getByRole('alert').filter({ hasText: 'l’autoriser' }).waitFor();
    await expectAccessible();
    await expectLargeTargets();
    await picture('scanner');
    await page.getByRole('button', { name: 'Fermer l’appareil photo' }).click();
    await refuse('NotFoundError');
    await page.getByRole('button', { name: 'Scanner avec l’appareil photo' }).click();
    await page.getByRole('alert').filter({ hasText: 'taper le code' }).waitFor();
  });

  it('finds devices whatever the accents, and shows a name that looks like a script as text', async () => {
    await enter();
    await visit('devices');
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    await page.getByRole('searchbox').fill('candelabre');
    await page.getByText('Candélabre 12').waitFor();
    expect(await page.getByText('Armoire rue Haute').count()).toBe(0);
  });

  it('shows readings while they come in, and holds still when told', async () => {
    await enter();
    await visit('live');
    await page.getByText('Connecté').waitFor();
    gateway.send([readings({ 'lamp.power': 4_711 }, { device: 'lampe-12' })]);
    await page.getByText('4 711').waitFor();
    await page.getByRole('button', { name: 'Mettre en pause' }).click();
    gateway.send([readings({ 'lamp.power': 4_712 }, { device: 'lampe-12' })]);
    await page.getByText('En pause').waitFor();
    expect(await page.getByText('4 712').count()).toBe(0);
  });

  it('shows no other tenant for an unknown address, and nothing to add to a missing gateway', async () => {
    await enter();
    provoked = /\b404\b/;
    const base = `https://127.0.0.1:${server.running.http.port}`;
    await page.goto(`${base}/nulle-part/gateways`);
    await page.getByRole('heading', { name: 'Collectivité introuvable' }).waitFor();
    expect(await page.getByText('Mairie, toit nord').count()).toBe(0);
    await expectAccessible();
    await page.goto(`${base}/ville/gateways/absente-99`);
    await page.getByRole('heading', { name: 'Passerelle introuvable' }).waitFor();
    expect(await page.getByRole('button', { name: /^Ajouter/ }).count()).toBe(0);
  });

  it('counts what the server has, not the rows that came', async () => {
    await enter();
    await page.route('**/gateways?limit=*', (route) => route.fulfill({ json: { items: [ROW] } }));
    await page.reload();
    await page.getByText('Seule ligne').waitFor();
    const { gateways, devices } = await server.admin('GET', '/tenants/ville/counts');
    expect(gateways.total).toBeGreaterThan(1);
    const figure = (name: string) => page.locator('.figure').filter({ hasText: name }).locator('dd').textContent();
    await vi.waitFor(async () => expect(await figure('À installer')).toBe(String(gateways.new)), WAIT);
    expect(await page.locator('.figure').last().locator('dd').textContent()).toBe(String(devices.total));
  });

  it('says that there is no network, and goes on once it is back', async () => {
    await enter();
    provoked = /net::ERR_/;
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Événements' }).click();
    await page.getByRole('alert').filter({ hasText: 'Pas de réseau' }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('row').nth(1).waitFor();
  });

  it('lets the server look for gateways', async () => {
    await enter();
    await page.getByText('Mairie, toit nord').waitFor();
    await page.getByRole('searchbox').fill('ecole-02');
    await vi.waitFor(async () => expect(await page.getByText('Mairie, toit nord').count()).toBe(0), WAIT);
    await page.getByText('École Jules-Ferry').waitFor();
    await page.getByRole('searchbox').fill('introuvable');
    await page.getByText('Aucun résultat pour cette recherche.').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByText('Mairie, toit nord').waitFor();
  });

  it('speaks the language of the browser', async () => {
    await open({ locale: 'en-GB' });
    await page.getByLabel('Password').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('speaks English when asked, and remembers it', async () => {
    await enter();
    await page.getByRole('button', { name: /English/ }).click();
    await page.getByRole('heading', { name: 'Gateways', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Gateways', level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('can be used with the keyboard alone', async () => {
    await enter();
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Équipements' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Équipements', level: 1 }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Équipements');
  });

  it('goes back to the door when the session ends', async () => {
    await enter();
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.getByRole('button', { name: 'Se connecter' }).waitFor();
  });
});
