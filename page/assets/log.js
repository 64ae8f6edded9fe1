// The log: what the guest writes and logs, faults that strike, and what the page did.

/** How many lines are kept, and how often new ones are laid out, in milliseconds. */
const LINES = 500;
const PAUSE = 100;

export class Log {
  constructor() {
    this.place = document.getElementById('log');
    this.waiting = [];
  }

  add(lines) {
    if (!lines.length) return;
    this.waiting = this.waiting.concat(lines).slice(-LINES);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.rows(this.waiting.splice(0));
    }, PAUSE);
  }

  rows(lines) {
    const follows = this.place.scrollTop + this.place.clientHeight >= this.place.scrollHeight - 30;
    const rows = document.createDocumentFragment();
    for (const [at, kind, text] of lines) {
      const line = document.createElement('div');
      line.className = kind;
      const time = document.createElement('time');
      time.textContent = `${(at / 1e9).toFixed(6)} `;
      line.append(time, kind === 'out' ? text : `${kind}: ${text}`);
      rows.append(line);
    }
    this.place.append(rows);
    while (this.place.childElementCount > LINES) this.place.firstChild.remove();
    if (follows) this.place.scrollTop = this.place.scrollHeight;
  }
}
