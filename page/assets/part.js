// A part: its figure, its controls and what can be read from it.
import { control } from './controls.js';
import { figure } from './figures.js';

const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

/** Returns a value with its unit, as a person reads it. */
export function shown(value, { kind, unit, step }) {
  if (kind === 'switch') return value ? 'yes' : 'no';
  if (kind !== 'number') return unit ? `${value} ${unit}` : String(value);
  const digits = Math.min(Math.max(0, Math.ceil(-Math.log10(step || 1))), 6);
  return `${value.toFixed(digits)}${unit ? ` ${unit === 'degC' ? '°C' : unit}` : ''}`;
}

export class Part {
  constructor(part, ask) {
    this.part = part;
    this.element = make('section', { className: 'part' });
    this.element.dataset.part = part.name;
    const id = `part-${part.name}`;
    this.element.setAttribute('aria-labelledby', id);
    const head = make('header');
    head.append(make('h2', { id, textContent: part.name }));
    const where = part.on?.bus === 'i2c' ? ` 0x${part.on.from.toString(16).padStart(2, '0')}` : '';
    head.append(make('small', { textContent: `${part.model}${where}`, title: part.about }));
    const set = (key, value) => ask({ do: 'set', part: part.name, control: key, value });
    this.figure = figure(part, set);
    this.element.append(head);
    if (this.figure.element) {
      const frame = make('div', { className: 'figure' });
      frame.append(this.figure.element);
      this.element.append(frame);
    }
    this.controls = part.controls.map((one) => control(part, one, (value) => set(one.key, value)));
    this.element.append(...this.controls.map(({ element }) => element));
    this.readouts = new Map();
    if (part.readouts.length) {
      const list = make('dl');
      for (const readout of part.readouts) {
        const value = make('dd', { textContent: '–' });
        value.dataset.readout = readout.key;
        list.append(make('dt', { textContent: readout.key, title: readout.about }), value);
        this.readouts.set(readout.key, { value, readout });
      }
      this.element.append(list);
    }
    const more = make('details');
    more.append(make('summary', { textContent: 'about this part' }));
    const nets = Object.entries(part.nets).map(([pin, net]) => `${pin} on ${net}`).join(', ');
    for (const text of [part.about, nets, part.data_sheet, part.omits]) if (text) more.append(make('p', { textContent: text }));
    this.element.append(more);
  }

  values(values) {
    for (const [key, { value, readout }] of this.readouts) {
      if (values[key] === undefined) continue;
      const text = shown(values[key], readout);
      if (value.textContent !== text) value.textContent = text;
    }
    for (const { key, show } of this.controls) if (values[key] !== undefined) show(values[key]);
    this.figure.values?.(values);
  }

  picture(frame) {
    this.figure.picture?.(frame);
  }
}
