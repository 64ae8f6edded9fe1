// The page: takes what the board sends, and gives it to the instruments.
import { connect } from './link.js';
import { Board } from './board.js';
import { BusMonitor } from './bus.js';
import { LogicView } from './logic.js';
import { Log } from './log.js';
import { Serial } from './serial.js';
import { Faults } from './faults.js';
import { tabs } from './tabs.js';

const at = (id) => document.getElementById(id);
const problem = at('problem');

/** Tells what went wrong, until something else goes well. */
function tell(error) {
  problem.textContent = error ?? '';
  problem.hidden = !error;
}

const link = connect({ text: take, binary: (bytes) => board.picture(bytes), state: tell });
/** Asks the board for something, and tells why if it refuses. */
const ask = (message) => link.ask(message).then(tell, tell);

const board = new Board(ask);
const bus = new BusMonitor(board);
const logic = new LogicView(board);
const log = new Log();
const serial = new Serial(ask);
const faults = new Faults(ask);
tabs([
  ['bus', 'Bus'], ['wires', 'Wires'], ['log', 'Log'], ['serial', 'Serial'], ['faults', 'Faults'], ['policy', 'Policy'],
], (name) => name === 'wires' && logic.draw());

let mode = 'going';
let lost = { lines: 0, transactions: 0, edges: 0, said: 0 };

function take(message) {
  if (message.t === 'board') {
    lost = { lines: 0, transactions: 0, edges: 0, said: 0 };
    board.show(message.board);
    for (const instrument of [bus, logic, serial, faults]) instrument.show(message.board);
    const policy = at('policy');
    if (document.activeElement !== policy) policy.value = message.policy;
    return;
  }
  if (message.t !== 'feed') return;
  mode = message.ending ? 'ended' : message.mode;
  at('now').textContent = (message.now / 1e9).toFixed(6);
  const phase = at('phase');
  const words = { going: 'running', paused: 'paused', step: 'stepping', ended: message.ending?.text ?? '' };
  if (phase.textContent !== words[mode]) phase.textContent = words[mode];
  phase.className = mode === 'step' ? 'going' : mode;
  at('pause').setAttribute('aria-pressed', String(mode === 'paused'));
  at('pause').textContent = mode === 'paused' ? 'Go on' : 'Pause';
  const speed = message.speed === null ? 'max' : String(message.speed);
  if (document.activeElement !== at('speed')) at('speed').value = speed;
  if (message.values) {
    board.values(message.values);
    faults.values(message.values.faults);
  }
  for (const kind of Object.keys(lost)) lost[kind] += message[`${kind}_lost`];
  const missed = (count, what) => (count ? `${count.toLocaleString('en')} ${what} not shown: the board is faster than the page` : '');
  at('bus-lost').textContent = missed(lost.transactions, 'transactions');
  at('edges-lost').textContent = missed(lost.edges, 'edges');
  at('log-lost').textContent = missed(lost.lines, 'lines');
  bus.add(message.transactions);
  logic.add(message);
  log.add(message.lines);
  serial.add(message.said, message.said_lost);
}

at('pause').addEventListener('click', () => ask({ do: mode === 'paused' ? 'go' : 'pause' }));
at('step').addEventListener('click', () => ask({ do: 'step' }));
at('speed').addEventListener('change', (event) => {
  const { value } = event.target;
  ask({ do: 'speed', speed: value === 'max' ? null : Number(value) });
});
const restart = (shown) => {
  shown.textContent = '';
  link.ask({ do: 'restart', policy: at('policy').value }).then(() => tell(), (error) => { shown.textContent = error; });
};
at('restart').addEventListener('click', () => restart(problem.hidden ? at('policy-error') : problem));
at('apply').addEventListener('click', () => restart(at('policy-error')));

// Keys for the time, wherever nobody writes.
document.addEventListener('keydown', (event) => {
  const writes = event.target.closest('input, textarea, select, [contenteditable]');
  if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'p') at('pause').click();
  if (event.key === 's') at('step').click();
});
