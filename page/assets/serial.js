// Serial ports as terminals: what the guest sends is white, what it receives is blue.

const CHARACTERS = 20000;
const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

export class Serial {
  constructor(ask) {
    this.ask = ask;
    this.sheet = document.getElementById('sheet-serial');
    this.ports = [];
  }

  show(board) {
    this.sheet.replaceChildren();
    if (!board.ports.length) this.sheet.append(make('p', { className: 'hint', textContent: 'The policy has no serial port.' }));
    this.ports = board.ports.map((label) => {
      const screen = make('div', { className: 'terminal', tabIndex: 0 });
      screen.setAttribute('role', 'log');
      screen.setAttribute('aria-label', `what goes over ${label}`);
      const form = make('form', { className: 'row' });
      const input = make('input', { type: 'text', autocomplete: 'off' });
      input.setAttribute('aria-label', `send to ${label}`);
      const end = make('select');
      end.setAttribute('aria-label', `end of a line on ${label}`);
      end.append(...[['\n', 'LF'], ['\r\n', 'CR LF'], ['\r', 'CR'], ['', 'nothing']].map(([value, textContent]) => make('option', { value, textContent })));
      form.append(input, end, make('button', { type: 'submit', textContent: 'Send' }));
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.ask({ do: 'type', port: label, text: input.value + end.value });
        input.value = '';
      });
      this.sheet.append(make('h3', { textContent: label }), screen, form);
      return { screen, decoders: [new TextDecoder(), new TextDecoder()] };
    });
  }

  add(said, lost) {
    let at = 0;
    while (at < said.length) {
      // Bytes of one port in one direction together: text is laid out once for all.
      const [, port, sent] = said[at];
      let end = at;
      while (end < said.length && said[end][1] === port && said[end][2] === sent) end += 1;
      const bytes = new Uint8Array(said.slice(at, end).map(([, , , byte]) => byte));
      at = end;
      const { screen, decoders } = this.ports[port] ?? {};
      if (!screen) continue;
      const text = decoders[sent].decode(bytes, { stream: true });
      const kind = sent ? 'sent' : 'received';
      let last = screen.lastElementChild;
      if (last?.className !== kind) {
        last = make('span', { className: kind });
        screen.append(last);
      }
      last.textContent = (last.textContent + text).slice(-CHARACTERS);
      while (screen.childElementCount > 200) screen.firstChild.remove();
      screen.scrollTop = screen.scrollHeight;
    }
    if (lost) this.ports.forEach(({ screen }) => screen.append(make('span', { className: 'lost', textContent: ` [${lost} bytes not shown] ` })));
  }
}
