// The wires over time, from nanoseconds to minutes: nets as they change, buses bit by bit or as bytes, as far as there is room.
import { duration } from './bus.js';

const ROW = 34;
const NAMES = 96;
/** How much is kept to look back at, and the shortest time between two drawings, in milliseconds. */
const KEPT = 20000;
const PAUSE = 80;

export class LogicView {
  constructor(board) {
    this.board = board;
    this.canvas = document.getElementById('logic');
    this.context = this.canvas.getContext('2d');
    this.span = 1e9;
    this.end = 0;
    this.follows = true;
    this.clear();
    const on = (id, act) => document.getElementById(id).addEventListener('click', act);
    on('zoom-in', () => this.zoom(0.5));
    on('zoom-out', () => this.zoom(2));
    on('earlier', () => this.move(-0.25));
    on('later', () => this.move(0.25));
    on('follow', () => { this.follow(!this.follows); this.draw(); });
    this.canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      if (event.shiftKey) this.move(Math.sign(event.deltaY + event.deltaX) * 0.1);
      else this.zoom(event.deltaY > 0 ? 1.25 : 0.8, (event.offsetX - NAMES) / (this.canvas.clientWidth - NAMES));
    }, { passive: false });
    this.canvas.addEventListener('keydown', (event) => {
      const act = { '+': () => this.zoom(0.5), '-': () => this.zoom(2), ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25), End: () => { this.follow(true); this.draw(); } }[event.key];
      if (act) { event.preventDefault(); act(); }
    });
    let from;
    this.canvas.addEventListener('pointerdown', (event) => { from = event.offsetX; this.canvas.setPointerCapture(event.pointerId); });
    this.canvas.addEventListener('pointermove', (event) => {
      if (from === undefined) return;
      this.move((from - event.offsetX) / (this.canvas.clientWidth - NAMES));
      from = event.offsetX;
    });
    this.canvas.addEventListener('pointerup', () => { from = undefined; });
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  clear() {
    this.now = 0;
    this.nets = [];
    this.buses = new Map();
    this.ports = new Map();
  }

  show(board) {
    this.clear();
    this.nets = board.nets.map(({ name, high }) => ({ name, edges: [[0, high ? 1 : 0]] }));
    this.names = board.ports;
    this.follow(true);
    this.draw();
  }

  add({ now, edges, edges_lost: lost, transactions, said }) {
    const isNew = now !== this.now || edges.length || transactions.length;
    this.now = now;
    if (lost) this.nets.forEach((net) => net.edges.push([edges[0]?.[0] ?? now, null]));
    for (const [at, net, signal] of edges) this.nets[net]?.edges.push([at, signal]);
    for (const net of this.nets) if (net.edges.length > KEPT) net.edges.splice(0, net.edges.length - KEPT);
    for (const one of transactions) {
      if (!this.buses.has(one.on)) this.buses.set(one.on, []);
      const all = this.buses.get(one.on);
      all.push(one);
      if (all.length > KEPT / 4) all.shift();
    }
    for (const [at, port, sent, byte, bit] of said) {
      const name = `${this.names[port]} ${sent ? 'TX' : 'RX'}`;
      if (!this.ports.has(name)) this.ports.set(name, []);
      const all = this.ports.get(name);
      all.push({ at, byte, bit });
      if (all.length > KEPT) all.shift();
    }
    if (this.follows) this.end = now;
    if (isNew) this.draw();
  }

  follow(on) {
    this.follows = on;
    if (on) this.end = this.now;
    document.getElementById('follow').setAttribute('aria-pressed', String(on));
  }

  zoom(factor, where = 1) {
    const pivot = this.end - this.span * (1 - where);
    this.span = Math.min(Math.max(this.span * factor, 20), 600e9);
    if (where < 1) this.follow(false);
    if (!this.follows) this.end = pivot + this.span * (1 - where);
    this.draw();
  }

  move(part) {
    this.follow(false);
    this.end = Math.min(this.end + part * this.span, this.now + this.span / 2);
    this.draw();
  }

  /** Draws soon, and not more often than one sees. */
  draw() {
    document.getElementById('span').textContent = `${duration(this.span)} across`;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.paint();
    }, PAUSE);
  }

  paint() {
    const { canvas, context } = this;
    if (!canvas.clientWidth) return;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`);
    context.clearRect(0, 0, width, height);
    context.font = '12px ui-monospace, monospace';
    const start = this.end - this.span;
    const x = (at) => NAMES + ((at - start) / this.span) * (width - NAMES);
    const rows = [
      ...[...this.buses].flatMap(([name, all]) => this.lines(name, all)),
      ...[...this.ports].map(([name, all]) => ({ name, kind: 'uart', draw: (y) => this.serial(all, x, y, colour('uart')) })),
      ...this.nets.map((net) => ({ name: net.name, kind: 'net', draw: (y) => this.net(net, x, y, colour) })),
    ];
    let y = 10;
    for (const row of rows) {
      context.fillStyle = colour('dim');
      context.fillText(row.name.slice(0, 13), 2, y + ROW / 2);
      context.save();
      context.beginPath();
      context.rect(NAMES, 0, width - NAMES, height);
      context.clip();
      row.draw(y, x, colour);
      context.restore();
      y += ROW;
    }
    context.fillStyle = colour('dim');
    context.fillText(`${(start / 1e9).toFixed(9)} s`, NAMES, height - 4);
    const last = `${(this.end / 1e9).toFixed(9)} s`;
    context.fillText(last, width - context.measureText(last).width - 2, height - 4);
    const inside = [...this.buses.values()].flat().filter(({ at, end }) => end >= start && at <= this.end).length;
    const changes = this.nets.reduce((sum, net) => sum + net.edges.filter(([at]) => at >= start && at <= this.end).length, 0);
    document.getElementById('logic-text').textContent = `${inside} transactions and ${changes} changes of nets in ${duration(this.span)}`;
  }

  /** The wires of a bus: clock and data. */
  lines(name, all) {
    const kind = all[0].kind;
    const wires = kind === 'i2c' ? ['SCL', 'SDA'] : ['SCK', 'MOSI', 'MISO'];
    return wires.map((wire) => ({
      name: `${name} ${wire}`.slice(-13),
      kind,
      draw: (y, x, colour) => {
        const { context } = this;
        context.strokeStyle = colour(kind);
        context.fillStyle = colour(kind);
        const from = this.end - this.span;
        let drawn = -1;
        for (const one of all) {
          if (one.end < from || one.at > this.end) continue;
          if (x(one.end) - x(one.at) < 3 * one.steps.length) {
            // No room for bytes: a block, and one for all that end in the same pixel.
            if (x(one.end) < drawn) continue;
            drawn = Math.floor(x(one.end)) + 1;
            context.fillRect(x(one.at), y + 4, Math.max(1, x(one.end) - x(one.at)), ROW - 14);
          } else if (kind === 'i2c') this.i2c(one, wire, x, y, colour);
          else this.spi(one, wire, x, y, colour);
        }
      },
    }));
  }

  /** Draws levels: pairs of time and level, in their order. */
  trail(points, x, y) {
    const { context } = this;
    const [high, low] = [y + 4, y + ROW - 10];
    context.beginPath();
    let drawn = -1;
    points.forEach(([at, level], place) => {
      const px = x(at);
      // Many changes in one pixel are one line from low to high.
      const next = points[place + 1];
      if (place && next && x(next[0]) < drawn) return;
      if (px >= drawn) drawn = Math.floor(px) + 1;
      if (place) context.lineTo(px, points[place - 1][1] ? high : low);
      context[place ? 'lineTo' : 'moveTo'](px, level ? high : low);
    });
    context.stroke();
  }

  word(text, from, to, x, y, colour) {
    if (x(to) - x(from) < this.context.measureText(text).width + 4) return;
    this.context.fillStyle = colour('text');
    this.context.fillText(text, (x(from) + x(to)) / 2 - this.context.measureText(text).width / 2, y + ROW - 1);
    this.context.fillStyle = colour('i2c');
  }

  i2c({ at: begin, unit, steps }, wire, x, y, colour) {
    const points = [[begin, 1]];
    const push = (at, level) => points.push([at, level ? 1 : 0]);
    for (const [after, what, value, reads, ack] of steps) {
      const at = begin + after;
      if (what === 'S') wire === 'SDA' ? push(at + unit / 2, 0) : push(at + unit, 0);
      if (what === 'R') {
        if (wire === 'SDA') { push(at + unit / 20, 1); push(at + unit, 0); } else { push(at + unit / 2, 1); push(at + 1.5 * unit, 0); }
      }
      if (what === 'A' || what === 'B') {
        const byte = what === 'A' ? ((value << 1) | reads) & 0xff : value;
        for (let bit = 0; bit < 9; bit += 1) {
          const from = at + bit * unit;
          if (wire === 'SDA') push(from + unit / 20, bit < 8 ? (byte >> (7 - bit)) & 1 : !ack);
          else { push(from, 0); push(from + unit / 2, 1); }
        }
        if (wire === 'SDA') this.word(`${what === 'A' ? `${reads ? 'r' : 'w'} ${value.toString(16)}` : value.toString(16).padStart(2, '0')}${ack ? '' : ' N'}`, at, at + 9 * unit, x, y, colour);
      }
      if (what === 'P') {
        if (wire === 'SDA') { push(at + unit / 20, 0); push(at + unit, 1); } else { push(at, 0); push(at + unit / 2, 1); }
      }
    }
    this.trail(points, x, y);
  }

  spi({ at: begin, unit, steps }, wire, x, y, colour) {
    const points = [[begin, wire === 'MISO' ? 1 : 0]];
    for (const [after, what, mosi, miso] of steps) {
      if (what !== 'X') continue;
      const at = begin + after;
      const byte = wire === 'MISO' ? miso : mosi;
      for (let bit = 0; bit < 8; bit += 1) {
        const from = at + (bit * unit) / 8;
        if (wire === 'SCK') points.push([from + unit / 32, 1], [from + (3 * unit) / 32, 0]);
        else points.push([from, (byte >> (7 - bit)) & 1]);
      }
      if (wire !== 'SCK') this.word(byte.toString(16).padStart(2, '0'), at, at + unit, x, y, colour);
    }
    this.trail(points, x, y);
  }

  serial(all, x, y, colour) {
    const { context } = this;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    const from = this.end - this.span;
    let drawn = -1;
    for (const { at, byte, bit } of all) {
      const end = at + 10 * bit;
      if (end < from || at > this.end) continue;
      if (x(end) - x(at) < 20) {
        if (x(end) < drawn) continue;
        drawn = Math.floor(x(end)) + 1;
        context.fillRect(x(at), y + 4, Math.max(1, x(end) - x(at)), ROW - 14);
        continue;
      }
      const points = [[at, 0]];
      for (let place = 0; place < 8; place += 1) points.push([at + (place + 1) * bit, (byte >> place) & 1]);
      points.push([at + 9 * bit, 1], [at + 10 * bit, 1]);
      this.trail(points, x, y);
    }
  }

  net(net, x, y, colour) {
    const { context } = this;
    const from = this.end - this.span;
    context.strokeStyle = colour('net');
    context.fillStyle = colour('net');
    const first = Math.max(0, net.edges.findIndex(([at]) => at > from) - 1);
    const part = net.edges.slice(net.edges.some(([at]) => at > from) ? first : -1);
    const until = Math.min(this.now, this.end);
    let points = [];
    part.forEach(([at, signal], place) => {
      const next = part[place + 1]?.[0] ?? until;
      if (Array.isArray(signal)) {
        // Pulses, as long as each has room; else a block as high as its duty.
        const [period, high] = signal;
        if (x(at + period) - x(at) > 3) {
          for (let edge = Math.max(at, at + Math.floor((from - at) / period) * period); edge < Math.min(next, this.end); edge += period) points.push([edge, 1], [edge + high, 0]);
        } else {
          context.globalAlpha = 0.5;
          const part = period ? high / period : 0;
          context.fillRect(x(at), y + 4 + (ROW - 14) * (1 - part), x(next) - x(at), (ROW - 14) * part);
          context.globalAlpha = 1;
        }
      } else if (signal === null) {
        // Edges that the page did not get.
        this.trail(points, x, y);
        points = [];
        context.fillStyle = colour('warn');
        context.fillRect(x(at), y + 4, 2, ROW - 14);
        context.fillStyle = colour('net');
      } else points.push([at, signal]);
    });
    if (points.length) points.push([until, points[points.length - 1][1]]);
    this.trail(points, x, y);
  }
}
