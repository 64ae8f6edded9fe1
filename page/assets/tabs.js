// Tabs as the ARIA Authoring Practices have them: arrow keys move, one tab is in the order of the Tab key.

/** Makes the tabs of these names and titles; `opened` hears which is open. */
export function tabs(all, opened) {
  const list = document.getElementById('tabs');
  const buttons = all.map(([name, title]) => {
    const tab = document.createElement('button');
    Object.assign(tab, { type: 'button', id: `tab-${name}`, textContent: title });
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', `sheet-${name}`);
    tab.addEventListener('click', () => open(name));
    list.append(tab);
    return tab;
  });
  function open(name) {
    all.forEach(([other], place) => {
      const is = other === name;
      buttons[place].setAttribute('aria-selected', String(is));
      buttons[place].tabIndex = is ? 0 : -1;
      document.getElementById(`sheet-${other}`).hidden = !is;
    });
    opened(name);
  }
  list.addEventListener('keydown', (event) => {
    const now = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (now < 0 || to === undefined) return;
    event.preventDefault();
    const place = (to + buttons.length) % buttons.length;
    buttons[place].focus();
    open(all[place][0]);
  });
  open(all[0][0]);
}
