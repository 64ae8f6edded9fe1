// What parts look like. Where `@wokwi/elements` has the part, it is drawn by that; the others are drawn here.

const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

/** The bits of seven segments, A first, for the characters that a display can show. */
const SEGMENTS = {
  ' ': '0000000', 0: '1111110', 1: '0110000', 2: '1101101', 3: '1111001', 4: '0110011', 5: '1011011', 6: '1011111', 7: '1110000',
  8: '1111111', 9: '1111011', A: '1110111', b: '0011111', C: '1001110', c: '0001101', d: '0111101', E: '1001111', F: '1000111',
  G: '1011110', H: '0110111', h: '0010111', L: '0001110', n: '0010101', o: '0011101', P: '1100111', r: '0000101', t: '0001111',
  U: '0111110', '-': '0000001', _: '0001000',
};

/** Returns what draws a part: its element, and what shows values and pictures. */
export function figure(part, set) {
  if (part.picture) return part.picture.height === 1 ? strip(part) : display(part);
  const draw = { led, button, servo, tm1637: segments, hd44780: characters, 'hd44780-i2c': characters, encoder, motor, dht22 }[part.model];
  return draw ? draw(part, set) : {};
}

/** A display, pixel by pixel. One without colours is lit as bright as its contrast says. */
function display(part) {
  const { width, height } = part.picture;
  const canvas = make('canvas', { width, height });
  const scale = Math.max(1, Math.min(4, Math.floor(320 / width)));
  canvas.style.width = `${width * scale + 8}px`;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `what ${part.name} shows`);
  const context = canvas.getContext('2d');
  const isMatrix = part.model === 'max7219';
  const lit = isMatrix ? [255, 48, 32] : [216, 238, 255];
  const dark = isMatrix ? [40, 8, 8] : [10, 14, 20];
  const picture = (frame) => {
    if (canvas.width !== frame.width) canvas.width = frame.width;
    if (canvas.height !== frame.height) canvas.height = frame.height;
    const image = context.createImageData(frame.width, frame.height);
    const bright = 0.3 + (0.7 * frame.contrast) / 255;
    for (let at = 0; at < frame.width * frame.height; at += 1) {
      const on = frame.dots && (frame.data[at >> 3] >> (7 - (at & 7))) & 1;
      for (let colour = 0; colour < 3; colour += 1) {
        const dot = on ? lit[colour] * bright : dark[colour];
        image.data[4 * at + colour] = frame.dots ? dot : frame.data[3 * at + colour];
      }
      image.data[4 * at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  };
  return { element: canvas, picture };
}

/** A strip of lights. */
function strip(part) {
  const element = make('div', { className: 'strip' });
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', `the lights of ${part.name}`);
  element.append(...Array.from({ length: part.picture.width }, () => make('i')));
  const picture = ({ data }) => {
    [...element.children].forEach((light, at) => {
      const [red, green, blue] = data.subarray(3 * at, 3 * at + 3);
      const colour = `rgb(${red} ${green} ${blue})`;
      light.style.background = colour;
      light.style.boxShadow = red + green + blue ? `0 0 8px ${colour}` : 'none';
    });
  };
  return { element, picture };
}

function led(part) {
  const element = make('wokwi-led', { color: 'red', label: '' });
  element.setAttribute('role', 'img');
  const values = ({ lit, brightness }) => {
    element.value = lit || brightness > 0;
    element.brightness = brightness;
    element.dataset.brightness = brightness;
    element.setAttribute('aria-label', `${part.name} is ${element.value ? `lit, ${Math.round(brightness * 100)} %` : 'dark'}`);
  };
  return { element, values };
}

function button(part, set) {
  const element = make('wokwi-pushbutton', { color: 'blue' });
  element.addEventListener('button-press', () => set('press', true));
  element.addEventListener('button-release', () => set('press', false));
  // The button below does the same for the keyboard, by its name.
  element.setAttribute('aria-hidden', 'true');
  element.tabIndex = -1;
  element.updateComplete?.then(() => element.shadowRoot?.querySelector('button')?.setAttribute('tabindex', '-1'));
  return { element, values: ({ closed }) => { element.pressed = Boolean(closed); } };
}

function servo(part) {
  const element = make('wokwi-servo');
  element.setAttribute('role', 'img');
  const values = ({ angle }) => {
    element.angle = angle;
    element.setAttribute('aria-label', `the arm of ${part.name} is at ${Math.round(angle)} degrees`);
  };
  return { element, values };
}

function segments(part) {
  const element = make('wokwi-7segment', { digits: 6 });
  element.setAttribute('role', 'img');
  const values = ({ text, on }) => {
    const bits = (character) => [...(SEGMENTS[character] ?? SEGMENTS['-'])].map(Number).concat(0);
    element.values = [...(on ? text : '').padEnd(6)].slice(0, 6).flatMap(bits);
    element.setAttribute('aria-label', `${part.name} shows ${on ? text : 'nothing'}`);
  };
  return { element, values };
}

function characters(part) {
  const [columns, rows] = part.settings.size.split('x').map(Number);
  const element = make('pre');
  element.setAttribute('role', 'img');
  const values = (all) => {
    const lines = [all.line1, all.line2, all.line3, all.line4].slice(0, rows).map((line) => (line ?? '').padEnd(columns).slice(0, columns));
    const text = (all.on ? lines : lines.map(() => ' '.repeat(columns))).join('\n');
    if (element.textContent !== text) element.textContent = text;
    element.style.opacity = all.backlight === false ? 0.6 : 1;
    element.setAttribute('aria-label', `${part.name} shows ${text.trim() || 'nothing'}`);
  };
  return { element, values };
}

function encoder(part, set) {
  const element = make('wokwi-ky-040');
  element.setAttribute('aria-hidden', 'true');
  let position = 0;
  element.addEventListener('rotate-cw', () => set('position', position + 1));
  element.addEventListener('rotate-ccw', () => set('position', position - 1));
  return { element, values: (values) => { position = values.position; } };
}

function motor(part) {
  const element = make('meter', { min: -1, max: 1, value: 0 });
  element.setAttribute('aria-label', `the power of ${part.name}`);
  return { element, values: ({ power }) => { element.value = power; } };
}

function dht22() {
  const element = make('wokwi-dht22');
  element.setAttribute('aria-hidden', 'true');
  return { element };
}
