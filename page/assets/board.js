// The board: the controller with its labels, the parts, and the wires between them.
import { Part } from './part.js';

const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

export class Board {
  constructor(ask) {
    this.ask = ask;
    this.parts = [];
    this.nets = [];
    this.place = document.getElementById('board');
    this.svg = document.getElementById('wires');
    new ResizeObserver(() => this.wire()).observe(this.place);
    new ResizeObserver(() => this.wire()).observe(document.getElementById('parts'));
  }

  /** Shows a board that was described. */
  show(board) {
    this.description = board;
    this.nets = board.nets;
    const controller = document.getElementById('controller');
    controller.replaceChildren(make('h2', { textContent: 'controller' }));
    this.pins = board.labels.map((label) => {
      const pin = make('div', { className: `pin ${label.kind}`, textContent: label.label, title: `${label.kind} on ${label.on ?? '?'}` });
      controller.append(pin);
      return pin;
    });
    const parts = document.getElementById('parts');
    parts.replaceChildren();
    this.parts = board.parts.map((part) => {
      const shown = new Part(part, this.ask);
      parts.append(shown.element);
      return shown;
    });
    this.levels = board.nets.map(({ high }) => (high ? '1' : '0')).join('');
    this.wire();
  }

  /** Takes new values of parts, and new levels of nets. */
  values({ parts, levels }) {
    parts.forEach((values, place) => this.parts[place]?.values(values));
    if (levels === this.levels) return;
    this.levels = levels;
    this.description.labels.forEach((label, place) => {
      const net = this.nets.findIndex(({ name }) => name === label.on);
      this.pins[place].classList.toggle('high', net >= 0 && label.kind === 'gpio' && levels[net] === '1');
    });
    this.svg.querySelectorAll('path[data-net]').forEach((path) => path.classList.toggle('low', levels[path.dataset.net] !== '1'));
  }

  /** Takes a picture: kind, contrast, part, width, height, and the dots or colours. */
  picture(buffer) {
    const view = new DataView(buffer);
    const [part, width, height] = [2, 4, 6].map((at) => view.getUint16(at, true));
    const frame = { dots: view.getUint8(0) === 1, contrast: view.getUint8(1), width, height, data: new Uint8Array(buffer, 8) };
    this.parts[part]?.picture(frame);
  }

  /** Returns the labels that may have begun a transaction, and the part at its address. */
  ends(transaction) {
    const address = transaction.steps.find(([, what]) => what === 'A')?.[2];
    const { labels, parts } = this.description;
    if (transaction.kind === 'i2c') {
      const grants = (label) => label.allow.some(([from, to]) => from <= address && address <= to);
      const label = labels.filter((one) => one.kind === 'i2c' && one.on === transaction.on && grants(one));
      const part = parts.find(({ on }) => on?.bus === 'i2c' && on.name === transaction.on && on.from <= address && address <= on.to);
      return { label: label.map((one) => one.label).join(', ') || transaction.on, part: part?.name ?? '' };
    }
    const label = labels.find((one) => one.kind === 'spi' && (one.label === transaction.on || one.on === transaction.on));
    const part = parts.filter(({ on }) => on?.bus === 'spi' && (on.name === label?.label || on.select === transaction.on));
    return { label: label?.label ?? transaction.on, part: part.map(({ name }) => name).join(', ') };
  }

  /** Draws the wires, from each label to the parts on its bus or net. */
  wire() {
    if (!this.description) return;
    const origin = this.place.getBoundingClientRect();
    const spot = (element, right) => {
      const box = element.getBoundingClientRect();
      return [(right ? box.right : box.left) - origin.left, box.top + Math.min(box.height / 2, 22) - origin.top];
    };
    const paths = [];
    this.description.labels.forEach((label, place) => {
      this.description.parts.forEach((part, number) => {
        const { on, nets } = part;
        const bus = on && on.bus === label.kind && (on.name === label.on || on.name === label.label);
        const net = ['gpio', 'pwm', 'adc'].includes(label.kind) && Object.values(nets).includes(label.on);
        if (!bus && !net) return;
        const [x1, y1] = spot(this.pins[place], true);
        const [x2, y2] = spot(this.parts[number].element, false);
        const middle = x1 + 10 + (place % 8) * 4;
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        path.setAttribute('d', `M${x1} ${y1}H${middle}V${y2}H${x2}`);
        path.setAttribute('class', net ? 'net' : label.kind);
        if (net) {
          path.dataset.net = this.nets.findIndex(({ name }) => name === label.on);
          path.classList.toggle('low', this.levels[path.dataset.net] !== '1');
        }
        paths.push(path);
      });
    });
    this.svg.replaceChildren(...paths);
  }
}
