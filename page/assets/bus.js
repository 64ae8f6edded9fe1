// The bus monitor: transactions, by label and part.

/** How many rows are kept, and how often new ones are laid out, in milliseconds. */
const ROWS = 200;
const PAUSE = 100;
const hex = (byte) => byte.toString(16).padStart(2, '0');

/** Returns a time in the unit that fits it. */
export function duration(ns) {
  for (const [unit, length] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]]) if (ns >= length) return `${(ns / length).toFixed(ns >= 10 * length ? 1 : 2)} ${unit}`;
  return `${ns} ns`;
}

/** Returns the words for a transaction. */
export function decode({ kind, steps, bytes }) {
  if (kind === 'spi') {
    const exchanged = steps.filter(([, what]) => what === 'X');
    const more = bytes > exchanged.length ? ` … ${bytes} bytes` : '';
    const line = (name, at) => `${name} ${exchanged.map((step) => hex(step[at])).join(' ')}${more}`;
    return { text: exchanged.length ? `${line('out', 2)}   ${line('in', 3)}` : 'selected, without a byte', nack: false };
  }
  const words = [];
  let nack = false;
  let last = '';
  let seen = 0;
  for (const [, what, value, reads, ack] of steps) {
    if (what === 'A') {
      last = '';
      words.push(`${reads ? 'read' : 'write'} 0x${hex(value)}${ack ? '' : ' not acknowledged'}`);
      nack ||= !ack;
    } else if (what === 'B') {
      words.push(`${last === 'B' ? '' : ': '}${hex(value)}${ack || reads ? '' : ' not acknowledged'}`);
      nack ||= !ack && !reads;
      seen += 1;
    } else if (what === 'R') words.push(', ');
    else if (what === 'H') words.push(' held');
    else if (what === 'L') { words.push(' arbitration lost'); nack = true; }
    if (what === 'B' && last === 'B') words[words.length - 1] = ` ${words[words.length - 1]}`;
    last = what;
  }
  if (bytes > seen) words.push(` … ${bytes} bytes`);
  return { text: words.join(''), nack };
}

export class BusMonitor {
  constructor(board) {
    this.board = board;
    this.body = document.querySelector('#bus tbody');
    this.filter = document.getElementById('bus-filter');
    this.all = [];
    this.waiting = [];
    this.filter.addEventListener('change', () => this.redraw());
    document.getElementById('bus-clear').addEventListener('click', () => { this.all = []; this.redraw(); });
  }

  show(board) {
    this.all = [];
    const names = [...board.parts.filter(({ on }) => on && on.bus !== 'uart').map(({ name }) => name)];
    const option = (value, textContent) => Object.assign(document.createElement('option'), { value, textContent });
    this.filter.replaceChildren(option('', 'all transactions'), ...names.map((name) => option(name, name)));
    this.redraw();
  }

  redraw() {
    this.waiting = [];
    this.body.replaceChildren();
    this.rows(this.all.slice(-ROWS));
  }

  add(transactions) {
    if (!transactions.length) return;
    this.all = this.all.concat(transactions).slice(-4 * ROWS);
    this.waiting = this.waiting.concat(transactions).slice(-ROWS);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.rows(this.waiting.splice(0));
    }, PAUSE);
  }

  rows(transactions) {
    const scroll = this.body.closest('.scroll');
    const follows = scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 30;
    const rows = document.createDocumentFragment();
    for (const transaction of transactions) {
      const { label, part } = this.board.ends(transaction);
      if (this.filter.value && this.filter.value !== part) continue;
      const { text, nack } = decode(transaction);
      const row = document.createElement('tr');
      row.className = nack ? 'nack' : '';
      const time = (transaction.at / 1e9).toFixed(6);
      for (const cell of [time, label, part, text, duration(transaction.end - transaction.at)]) row.insertCell().textContent = cell;
      rows.append(row);
    }
    this.body.append(rows);
    while (this.body.rows.length > ROWS) this.body.deleteRow(0);
    if (follows) scroll.scrollTop = scroll.scrollHeight;
  }
}
