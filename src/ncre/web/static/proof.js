// A proof of work in place of the picture: finds the number whose key begins as the page asks (altcha, v2 challenges).
'use strict';

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function solved({ parameters, signature }) {
  const { nonce, salt, cost, keyLength, keyPrefix } = parameters;
  const start = bytes(nonce);
  for (let counter = 0; ; counter += 1) {
    const password = new Uint8Array(start.length + 4);
    password.set(start);
    new DataView(password.buffer).setUint32(start.length, counter);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const settings = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost };
    const derived = hex(await crypto.subtle.deriveBits(settings, key, keyLength * 8));
    if (derived.startsWith(keyPrefix)) {
      return btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey: derived } }));
    }
  }
}

for (const box of document.querySelectorAll('[data-work]')) {
  if (!window.crypto?.subtle) continue;
  const [button, said] = [box.querySelector('button'), box.querySelector('[role=status]')];
  box.hidden = false;
  button.addEventListener('click', async () => {
    button.disabled = true;
    said.textContent = box.dataset.working;
    box.querySelector('[name=work]').value = await solved(JSON.parse(box.dataset.work));
    document.getElementById('answer').required = false;
    said.textContent = box.dataset.done;
  });
}
