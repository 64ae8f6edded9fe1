// Faults, to switch on and off.

const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

export class Faults {
  constructor(ask) {
    this.ask = ask;
    this.sheet = document.getElementById('sheet-faults');
    this.boxes = [];
  }

  show(board) {
    this.sheet.replaceChildren(make('p', { className: 'hint', textContent: 'What is on strikes from now on, every time. The title of each is what a policy would say.' }));
    const places = new Map();
    this.boxes = board.faults.map(({ place, about, toml }, number) => {
      if (!places.has(place)) {
        const group = make('fieldset');
        group.append(make('legend', { textContent: place }));
        places.set(place, group);
        this.sheet.append(group);
      }
      const line = make('label', { className: 'fault', title: toml });
      const box = make('input', { type: 'checkbox' });
      box.addEventListener('change', () => this.ask({ do: 'fault', fault: number, on: box.checked }));
      line.append(box, about);
      places.get(place).append(line);
      return box;
    });
  }

  values(on) {
    on.forEach((is, number) => { if (this.boxes[number]) this.boxes[number].checked = is; });
  }
}
