// The board page in a real Chromium: what it promises, on a board that `wasm-embedded-rt run --board` runs.
//
//   node test.mjs RT CHROMIUM PANEL.wasm PANEL.toml FOLDER
//
// FOLDER gets the trace of the run and `board.png`, the picture of the README.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [rt, executablePath, component, policy, folder] = process.argv.slice(2);
const trace = join(folder, 'trace.txt');

const board = spawn(rt, ['run', component, '--policy', policy, '--board', `--trace-text=${trace}`], { stdio: ['ignore', 'ignore', 'pipe'] });
const ended = once(board, 'exit');
let told = '';
const address = await new Promise((found, failed) => {
  board.stderr.setEncoding('utf8').on('data', (text) => {
    told += text;
    const line = told.match(/^the board: (http:\S+)$/m);
    if (line) found(line[1]);
  });
  board.on('exit', () => failed(new Error(`the command ended without an address:\n${told}`)));
});
const { port, pathname } = new URL(address);

// A container has no user namespaces for Chromium's own sandbox; the pages are our own.
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
const page = await context.newPage();
const complaints = [];
const foreign = [];
page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
page.on('pageerror', (error) => complaints.push(error.message));
page.on('request', (request) => !request.url().startsWith(address) && !request.url().startsWith('data:') && foreign.push(request.url()));
page.setDefaultTimeout(20_000);

const part = (name) => page.locator(`[data-part="${name}"]`);
const readout = (name, key) => part(name).locator(`[data-readout="${key}"]`);
const tab = (name) => page.getByRole('tab', { name, exact: true });
const now = async () => Number(await page.locator('#now').textContent());
const pixels = () => part('oled').locator('canvas').evaluate((canvas) => canvas.toDataURL());

/** Waits until something is so. */
async function until(what, is) {
  const end = Date.now() + 20_000;
  while (!(await is())) {
    assert.ok(Date.now() < end, `it did not come: ${what}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** Asks the server without a browser. */
function ask(path, headers) {
  return new Promise((done, failed) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more) => { text += more; }).on('end', () => done({ status: response.statusCode, text, headers: response.headers }));
    });
    request.on('upgrade', (response, socket) => { socket.destroy(); done({ status: response.statusCode, text: '' }); });
    request.on('error', failed);
  });
}

const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };

const tests = {
  async 'a wrong secret gets nothing but a sentence'() {
    for (const path of ['/', '/wrong/', '/wrong/main.js', '/main.js', `${pathname.slice(0, -2)}/`, `/${'0'.repeat(32)}/`, '/wrong/feed', '//', '/%00/']) {
      const { status, text } = await ask(path, { ...(path.endsWith('feed') ? upgrade : {}) });
      assert.equal(status, 403, path);
      assert.match(text, /^[A-Z][^<>]*\.\n$/, path);
    }
  },

  async 'another host and another origin get nothing, even with the secret'() {
    assert.equal((await ask(pathname, {})).status, 200);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1:1']) assert.equal((await ask(pathname, { Host: host })).status, 403, host);
    const origin = `http://127.0.0.1:${port}`;
    assert.equal((await ask(`${pathname}feed`, { ...upgrade, Origin: origin })).status, 101);
    for (const other of ['http://evil.example', 'null', `http://127.0.0.1:${Number(port) + 1}`]) {
      assert.equal((await ask(`${pathname}feed`, { ...upgrade, Origin: other })).status, 403, other);
    }
    assert.equal((await ask(`${pathname}feed`, upgrade)).status, 403, 'a socket without an origin');
    // A page of another site in the same browser, which knows the secret.
    const site = http.createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>evil</title>')).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const other = await context.newPage();
    await other.goto(`http://127.0.0.1:${site.address().port}/`);
    const got = await other.evaluate(async (address) => {
      const socket = new WebSocket(`${address.replace('http', 'ws')}feed`);
      const opened = await new Promise((done) => { socket.onopen = () => done('opened'); socket.onerror = () => done('refused'); });
      const text = await fetch(address).then((response) => response.text(), () => 'refused');
      return [opened, text];
    }, address);
    assert.deepEqual(got, ['refused', 'refused']);
    await other.close();
    site.close();
  },

  async 'the page shows the board'() {
    const { headers } = await ask(pathname, {});
    assert.match(headers['content-security-policy'], /default-src 'none'/);
    await page.goto(address);
    await until('the board runs', async () => (await page.locator('#phase').textContent()) === 'running');
    for (const name of ['oled', 'bme280', 'button', 'led']) await part(name).waitFor();
    await until('the display shows something', async () => (await pixels()).length > 1000);
    assert.equal(await readout('led', 'lit').textContent(), 'no');
    assert.ok((await page.locator('#wires path').count()) >= 5, 'wires are drawn');
  },

  async 'a press of the button lights the LED'() {
    const button = part('button').getByRole('button', { name: 'button: hold to press' });
    await button.hover();
    await page.mouse.down();
    await until('the LED is lit', async () => (await readout('led', 'lit').textContent()) === 'yes');
    await until('the button says so', async () => (await button.getAttribute('aria-pressed')) === 'true');
    await page.mouse.up();
    assert.equal(await part('led').locator('wokwi-led').evaluate((led) => led.value), true);
    await until('the button is released', async () => (await readout('button', 'closed').textContent()) === 'no');
  },

  async 'the keyboard is enough'() {
    const button = part('button').getByRole('button', { name: 'button: hold to press' });
    for (let tries = 0; tries < 40; tries += 1) {
      await page.keyboard.press('Tab');
      if (await button.evaluate((element) => element === document.activeElement)) break;
    }
    await page.keyboard.down(' ');
    await until('the LED is dark', async () => (await readout('led', 'lit').textContent()) === 'no');
    await page.keyboard.up(' ');
    const slider = part('bme280').getByRole('slider', { name: 'bme280: temperature, slider' });
    const before = Number(await slider.inputValue());
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    assert.ok(Number(await slider.inputValue()) > before);
    await tab('Bus').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await tab('Wires').getAttribute('aria-selected'), 'true');
    await page.keyboard.press('ArrowLeft');
  },

  async 'the display shows a temperature that was changed'() {
    const before = await pixels();
    const box = part('bme280').getByRole('spinbutton', { name: /^temperature/ });
    await box.fill('36.6');
    await box.press('Enter');
    await until('the picture changes', async () => (await pixels()) !== before);
    await tab('Log').click();
    await page.locator('#log', { hasText: /panel: (2[2-9]|3\d)\.\d\d °C/ }).waitFor();
  },

  async 'transactions are shown by label and part'() {
    await tab('Bus').click();
    const row = page.locator('#bus tbody tr', { hasText: 'sensor' }).last();
    assert.match(await row.textContent(), /bme280.*write 0x76: [0-9a-f]{2}/);
    await page.locator('#bus-filter').selectOption('oled');
    assert.equal(await page.locator('#bus tbody tr', { hasText: 'bme280' }).count(), 0);
    await page.locator('#bus-filter').selectOption('');
  },

  async 'time stands still, goes on by one transaction, and has a speed'() {
    const rows = () => page.locator('#bus tbody tr').count();
    await page.locator('#bus-clear').click();
    await page.locator('h1').click();
    await page.keyboard.press('p');
    await until('it is paused', async () => (await page.locator('#phase').textContent()) === 'paused');
    await page.waitForTimeout(150);
    await page.locator('#bus-clear').click();
    const at = await now();
    await page.waitForTimeout(400);
    assert.equal(await now(), at, 'no time passes');
    for (const count of [1, 2, 3]) {
      await page.locator('#step').click();
      await until(`${count} transactions`, async () => (await rows()) === count);
      await page.waitForTimeout(150);
      assert.equal(await rows(), count, 'and no more');
    }
    // What is set while time stands still is there at once.
    await part('bme280').getByRole('spinbutton', { name: /^humidity/ }).fill('70');
    await page.keyboard.press('Enter');
    await page.locator('#speed').selectOption('0.01');
    await page.locator('#pause').click();
    const slow = await now();
    await page.waitForTimeout(1000);
    assert.ok((await now()) - slow < 0.1, 'a hundredth of the speed');
    await page.locator('#speed').selectOption('max');
    await until('a minute has passed', async () => (await now()) > slow + 60);
    await page.locator('#speed').selectOption('1');
  },

  async 'serial ports are terminals'() {
    await tab('Serial').click();
    const screen = page.getByRole('log', { name: 'what goes over SERIAL' });
    await until('what is measured', async () => /°C/.test(await screen.textContent()));
    await page.getByRole('textbox', { name: 'send to SERIAL' }).fill('is anybody there?');
    await page.keyboard.press('Enter');
    await until('the guest answers', async () => (await screen.locator('.sent').allTextContents()).join('').includes('is anybody there?'));
  },

  async 'the wires can be seen from a minute to a bit'() {
    await tab('Wires').click();
    const span = page.locator('#span');
    for (let zoom = 0; zoom < 8; zoom += 1) await page.locator('#zoom-out').click();
    assert.match(await span.textContent(), /^2\d\d\.\d s across$/);
    await page.locator('#pause').click();
    await page.locator('#logic').focus();
    for (let zoom = 0; zoom < 40; zoom += 1) await page.keyboard.press('+');
    assert.equal(await span.textContent(), '20 ns across');
    for (let zoom = 0; zoom < 26; zoom += 1) await page.keyboard.press('-');
    await until('what is there is counted', async () => /transactions and \d+ changes/.test(await page.locator('#logic-text').textContent()));
    const inked = () => page.locator('#logic').evaluate((canvas) => canvas.getContext('2d').getImageData(120, 0, canvas.width - 120, canvas.height - 40).data.some((value) => value));
    await until('something is drawn', inked);
    await page.locator('#pause').click();
    await page.locator('#follow').click();
  },

  async 'a fault that is switched on strikes, and goes away'() {
    await tab('Faults').click();
    const fault = page.getByRole('group', { name: 'bme280' }).getByRole('checkbox', { name: /^unplugged/ });
    await fault.check();
    await tab('Log').click();
    await page.locator('#log .error', { hasText: 'the sensor' }).first().waitFor();
    await page.locator('#log .fault', { hasText: 'unplugged' }).first().waitFor();
    await tab('Bus').click();
    await page.locator('#bus tr.nack').first().waitFor();
    await tab('Faults').click();
    await fault.uncheck();
    await tab('Log').click();
    await page.locator('#log .page', { hasText: 'unplugged: off the board, without supply is off' }).waitFor();
  },

  async 'a slow page costs the guest no time, and says what it missed'() {
    // The page is busy for a second while the board goes as fast as it can: the board comes further than a page could follow.
    const before = await now();
    await page.locator('#speed').selectOption('max');
    await page.evaluate(() => { const end = Date.now() + 1000; while (Date.now() < end); });
    await until('it catches up', async () => (await now()) > before + 10);
    await tab('Bus').click();
    await until('it says what it missed', async () => /transactions not shown/.test(await page.locator('#bus-lost').textContent()));
    await page.locator('#speed').selectOption('1');
  },

  async 'everything that is worked has a name, and every size of window has room'() {
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, select, textarea')]
      .filter((one) => !one.labels?.length && !one.getAttribute('aria-label') && !one.textContent.trim()).map((one) => one.outerHTML));
    assert.deepEqual(nameless, []);
    for (const width of [320, 480, 800]) {
      await page.setViewportSize({ width, height: 700 });
      const room = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(room <= 0, `${width} pixels: ${room} too wide`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await back();
    await page.emulateMedia({ colorScheme: 'light' });
    assert.notEqual(await back(), dark);
    await page.emulateMedia({ colorScheme: 'dark' });
  },

  async 'the board begins anew with an edited policy, without leaving the page'() {
    await tab('Policy').click();
    const text = page.locator('#policy');
    const whole = await text.inputValue();
    await text.fill(whole.replace('temperature = 21.5', 'temperature = "hot"'));
    await page.locator('#apply').click();
    await page.locator('#policy-error', { hasText: 'temperature' }).waitFor();
    assert.ok((await now()) > 5, 'the board goes on');
    await text.fill(whole.replace('temperature = 21.5', 'temperature = -12.5'));
    await page.locator('#apply').click();
    await until('it begins anew', async () => (await now()) < 5);
    await tab('Log').click();
    await page.locator('#log', { hasText: '-12.50 °C' }).waitFor();
    await until('the LED is dark again', async () => (await readout('led', 'lit').textContent()) === 'no');
    assert.equal(readFileSync(policy, 'utf8'), whole, 'the file stays as it is');
  },

  async 'the picture of the README is of this page'() {
    const button = part('button').getByRole('button', { name: 'button: hold to press' });
    await tab('Policy').click();
    const text = page.locator('#policy');
    await text.fill((await text.inputValue()).replace('temperature = -12.5', 'temperature = 21.5'));
    await page.locator('#apply').click();
    await tab('Log').click();
    await page.locator('#log', { hasText: '21.50 °C' }).last().waitFor();
    await tab('Bus').click();
    await button.click({ delay: 100 });
    await until('the LED is lit', async () => (await readout('led', 'lit').textContent()) === 'yes');
    await page.locator('h1').click();
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.waitForTimeout(1200);
    await page.screenshot({ path: join(folder, 'board.png') });
  },

  async 'nothing was loaded from elsewhere, and nothing complained'() {
    assert.deepEqual(foreign, []);
    assert.deepEqual(complaints, []);
  },

  async 'the press is in the trace, and the end is clean'() {
    board.kill('SIGINT');
    const [status] = await ended;
    assert.equal(status, 130, told);
    const edges = readFileSync(trace, 'utf8').split('\n').filter((line) => / net LED /.test(line) || /\bLED\b/.test(line));
    assert.ok(edges.some((line) => /high|1$/.test(line)), `no edge of the LED in the trace: ${edges.slice(0, 3)}`);
  },
};

let failures = 0;
for (const [name, test] of Object.entries(tests)) {
  const began = Date.now();
  try {
    await test();
    console.log(`ok    ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL  ${name}\n      ${String(error.stack ?? error).replaceAll('\n', '\n      ')}`);
    await page.screenshot({ path: join(folder, `failed-${failures}.png`) }).catch(() => {});
  }
}
await browser.close();
board.kill('SIGKILL');
if (failures) console.log(`the command said:\n${told.split('\n').slice(-15).join('\n')}`);
process.exitCode = failures ? 1 : 0;
