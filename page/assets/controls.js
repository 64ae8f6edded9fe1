// Controls of parts, by what their values can be. All are usual elements of HTML: mouse, keyboard and screen readers work as ever.

const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

/** Returns a control: its element, its key, and what shows a value of the board. */
export function control(part, { key, about, kind, min, max, step, unit, choices }, set) {
  const id = `control-${part.name}-${key}`;
  const element = make('div', { className: 'control', title: about });
  const text = `${key}${unit ? `, ${unit === 'degC' ? '°C' : unit}` : ''}`;
  const label = make('label', { htmlFor: id, textContent: text });
  const busy = (input) => document.activeElement === input && input.matches(':active, [type="number"], [type="text"]');

  if (kind === 'number' || kind === 'integer') {
    const limits = { min, max, step: kind === 'integer' ? 1 : step || 'any' };
    const number = make('input', { type: 'number', id, ...limits });
    const slider = make('input', { type: 'range', ...limits });
    slider.setAttribute('aria-label', `${part.name}: ${key}, slider`);
    number.addEventListener('change', () => number.value !== '' && set(Number(number.value)));
    slider.addEventListener('input', () => { number.value = slider.value; set(Number(slider.value)); });
    element.append(label, number, slider);
    const show = (value) => {
      if (!busy(number)) number.value = value;
      if (!busy(slider)) slider.value = value;
    };
    return { key, element, show };
  }
  if (kind === 'switch' && key === 'press') {
    const button = make('button', { type: 'button', id, className: 'push', textContent: 'press' });
    button.setAttribute('aria-label', `${part.name}: hold to press`);
    button.setAttribute('aria-pressed', 'false');
    let held = false;
    const hold = (on) => { if (held !== on) { held = on; set(on); } };
    const isKey = ({ key: pressed }) => pressed === ' ' || pressed === 'Enter';
    button.addEventListener('pointerdown', (event) => { button.setPointerCapture(event.pointerId); hold(true); });
    for (const end of ['pointerup', 'pointercancel', 'blur']) button.addEventListener(end, () => hold(false));
    button.addEventListener('keydown', (event) => { if (isKey(event)) { event.preventDefault(); hold(true); } });
    button.addEventListener('keyup', (event) => { if (isKey(event)) { event.preventDefault(); hold(false); } });
    element.append(button);
    element.style.gridTemplateColumns = '1fr';
    return { key, element, show: (value) => button.setAttribute('aria-pressed', String(value)) };
  }
  if (kind === 'switch') {
    const box = make('input', { type: 'checkbox', id });
    box.addEventListener('change', () => set(box.checked));
    element.append(label, box);
    return { key, element, show: (value) => { box.checked = value; } };
  }
  if (kind === 'choice') {
    const select = make('select', { id });
    select.append(...choices.map((choice) => make('option', { value: choice, textContent: choice })));
    select.addEventListener('change', () => set(select.value));
    element.append(label, select);
    return { key, element, show: (value) => { if (document.activeElement !== select) select.value = value; } };
  }
  const input = make('input', { type: 'text', id });
  input.addEventListener('change', () => set(input.value));
  element.append(label, input);
  return { key, element, show: (value) => { if (document.activeElement !== input) input.value = value; } };
}
