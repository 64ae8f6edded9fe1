// The WebSocket to the board. It opens itself again when the command was started anew at the same address.

/** Connects, and calls `text`, `binary` with what comes, and `state` with a sentence while there is no connection. */
export function connect({ text, binary, state }) {
  const waiting = new Map();
  let socket;
  let number = 0;

  function open() {
    const address = new URL('feed', location.href);
    address.protocol = 'ws:';
    socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => state());
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return binary(data);
      const message = JSON.parse(data);
      if (message.t !== 'answer') return text(message);
      const answer = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) answer?.refused(message.error);
      else answer?.done();
    });
    socket.addEventListener('close', () => {
      state('The board has gone: the command has ended, or too many pages are open.');
      waiting.forEach(({ refused }) => refused('The board has gone.'));
      waiting.clear();
      setTimeout(open, 2000);
    });
  }

  open();
  return {
    ask(message) {
      return new Promise((done, refused) => {
        if (socket.readyState !== WebSocket.OPEN) return refused('The board is not there: wait for the page to connect.');
        number += 1;
        waiting.set(number, { done, refused });
        socket.send(JSON.stringify({ ...message, id: number }));
      });
    },
  };
}
