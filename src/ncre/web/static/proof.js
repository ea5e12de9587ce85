// The 验证码: another picture while the page and what was typed on it stay, and a proof of work in place of the
// picture: finds the number whose key begins as the page asks (altcha, v2 challenges).
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

for (const field of document.querySelectorAll('[data-human]')) {
  const said = field.querySelector('[role=status]');
  const answer = field.querySelector('[name=answer]');
  const box = field.querySelector('[data-work]');
  const work = box.querySelector('[name=work]');
  const compute = box.querySelector('button');

  if (window.crypto?.subtle) {
    box.hidden = false;
    compute.addEventListener('click', async () => {
      compute.disabled = true;
      said.textContent = box.dataset.working;
      work.value = await solved(JSON.parse(box.dataset.work));
      answer.required = false;
      said.textContent = box.dataset.done;
    });
  }

  const change = field.querySelector('[data-new]');
  change.type = 'button';
  change.addEventListener('click', async () => {
    const reply = await fetch(change.dataset.new, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!reply?.ok) {
      change.type = 'submit'; // without the network the next press sends the form, as without a script
      return;
    }
    const question = await reply.json();
    field.querySelector('[name=question]').value = question.id;
    field.querySelector('img').src = question.picture;
    field.querySelector('audio').src = question.sound;
    box.dataset.work = question.work;
    answer.value = '';
    answer.focus();
    said.textContent = change.dataset.changed;
  });
}
