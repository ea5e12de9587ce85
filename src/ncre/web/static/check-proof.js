// 核验证明文件: checks a proof file of the ledger in the browser; nothing leaves it. The same checks as verify.py makes
// of it, money apart: signatures, every line under the signed root, versions without holes, statuses by the signed table.
'use strict';

const text = (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
const octets = (string) => new TextEncoder().encode(string);
const decoded = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer()));
const leafHash = (line) => sha256(Uint8Array.of(0), line);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

class Refused extends Error {
  constructor(check, line = 0) {
    super(check);
    this.check = check;
    this.line = line;
  }
}

// The members of a ZIP file by their names, as its central directory lists them.
async function unzipped(buffer) {
  const view = new DataView(buffer);
  let end = buffer.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  const members = new Map();
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count -= 1) {
    const [method, crc, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [named, extra, comment, local] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const name = text(new Uint8Array(buffer, at + 46, named));
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const bytes = await inflated(new Uint8Array(buffer, start, packed), method);
    if (bytes.length !== size || crc32(bytes) !== crc) throw new Refused('file');
    members.set(name, bytes);
    at += 46 + named + extra + comment;
  }
  return members;
}

async function inflated(bytes, method) {
  if (method === 0) return bytes;
  if (method !== 8) throw new Refused('file');
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// A public key as C2SP writes it: name+id+base64.
async function keyOf(written) {
  const [, name, id, base64] = written.trim().match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/) ?? [];
  if (!name) throw new Refused('key');
  const raw = decoded(base64);
  const found = (await sha256(octets(`${name}\n`), raw)).slice(0, 4);
  const hex = Array.from(found, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (raw[0] !== 1 || raw.length !== 33 || hex !== id) throw new Refused('key');
  const key = await crypto.subtle.importKey('raw', raw.slice(1), { name: 'Ed25519' }, false, ['verify']);
  return { written: written.trim(), name, id: found, key };
}

async function isSigned(note, key) {
  const divided = note.lastIndexOf('\n\n');
  const body = note.slice(0, divided + 1);
  for (const line of note.slice(divided + 2).trimEnd().split('\n')) {
    const [dash, name, base64] = line.split(' ');
    const raw = decoded(base64);
    if (dash === '—' && name === key.name && same(raw.slice(0, 4), key.id)) {
      return crypto.subtle.verify({ name: 'Ed25519' }, key.key, raw.slice(4), octets(body));
    }
  }
  return false;
}

// The log's keys, each with the sizes that it signs; neighbours sign each handover, both of them.
async function rangesOf(rows, trusted) {
  const keys = await Promise.all(rows.map((row) => keyOf(row.key)));
  if (!keys.some((key) => key.written === trusted.written)) throw new Refused('key');
  for (let at = 1; at < rows.length; at += 1) {
    const said = `${trusted.name}/handover\n${rows[at].from}\n${keys[at - 1].written}\n${keys[at].written}\n\n`;
    const note = rows[at].handover;
    const both = (await isSigned(note, keys[at - 1])) && (await isSigned(note, keys[at]));
    if (!note.startsWith(said) || !both || rows[at].from <= rows[at - 1].from) throw new Refused('key');
  }
  return keys.map((key, at) => ({ key, from: rows[at].from, upto: rows[at + 1]?.from ?? Infinity }));
}

async function checkpointOf(notes, ranges, origin) {
  const note = notes.at(-1);
  const [name, size, root] = note.split('\n');
  const range = ranges.find((one) => one.from < Number(size) && Number(size) <= one.upto);
  if (name !== origin || !range || !(await isSigned(note, range.key))) throw new Refused('signature');
  return { size: Number(size), root: decoded(root) };
}

async function append(tree, hash, height) {
  if (tree.size % 2 ** height) throw new Refused('root');
  tree.size += 2 ** height;
  while (tree.nodes.length && tree.nodes.at(-1).height === height) {
    hash = await nodeHash(tree.nodes.pop().hash, hash);
    height += 1;
  }
  tree.nodes.push({ height, hash });
}

async function rootOf(tree) {
  let root = tree.nodes.at(-1)?.hash ?? new Uint8Array();
  for (const node of tree.nodes.slice(0, -1).reverse()) root = await nodeHash(node.hash, root);
  return root;
}

function* linesOf(bytes) {
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

function arrival(life, streams, line, [, stream, version, topic, stored]) {
  const before = streams.get(stream) ?? { version: 0, status: topic === life.begins ? life.start : '' };
  if (version !== before.version + 1) throw new Refused('versions', line);
  let { status } = before;
  if (status || life.rows.some(([fact]) => fact === topic)) {
    const row = life.rows.find(([fact, from, , by]) => fact === topic && from.includes(status) && by.includes(stored.envelope.role));
    if (!row) throw new Refused('life', line);
    status = row[2] ?? status;
  }
  streams.set(stream, { version, status });
}

async function checked(buffer, written) {
  const trusted = await keyOf(written);
  const members = await unzipped(buffer);
  const json = (name) => JSON.parse(text(members.get(name)));
  const ranges = await rangesOf(json('keys.json'), trusted);
  const checkpoint = await checkpointOf(json('checkpoints.json'), ranges, trusted.name);
  const digest = btoa(String.fromCharCode(...(await sha256(members.get('life.json')))));
  const { life: statement } = json('statement.json');
  const signed = await Promise.all(ranges.map(({ key }) => isSigned(statement, key)));
  if (!statement.startsWith(`${trusted.name}/life\n${digest}\n\n`) || !signed.includes(true)) throw new Refused('signature');
  const [tree, streams, life] = [{ size: 0, nodes: [] }, new Map(), json('life.json')];
  let [line, facts, last] = [0, 0, 0];
  for (const bytes of linesOf(members.get('log.jsonl'))) {
    line += 1;
    let row;
    try {
      row = JSON.parse(text(bytes));
    } catch {
      throw new Refused('line', line);
    }
    if (Array.isArray(row)) {
      await append(tree, await leafHash(bytes), 0);
      if (!(row[0] > last)) throw new Refused('line', line);
      [last, facts] = [row[0], facts + 1];
      arrival(life, streams, line, row);
    } else {
      const height = Math.log2(row.skip);
      if (!Number.isInteger(height)) throw new Refused('line', line);
      await append(tree, decoded(row.hash), height);
    }
  }
  if (tree.size !== checkpoint.size || !same(await rootOf(tree), checkpoint.root)) throw new Refused('root');
  const registration = [...streams.values()].find((one) => one.status);
  return { facts, size: checkpoint.size, ...registration };
}

const form = document.getElementById('check');
const outcome = document.getElementById('outcome');

function show(good, ...sentences) {
  outcome.className = good ? 'note good' : 'note bad';
  outcome.replaceChildren(...sentences.map((sentence) => Object.assign(document.createElement('p'), { textContent: sentence })));
  outcome.focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const words = form.dataset;
  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  try {
    const found = await checked(await form.querySelector('#proof').files[0].arrayBuffer(), form.querySelector('#key').value);
    const stands = found.status ? [filled(words.status, found)] : [];
    show(true, filled(words.holds, found), ...stands);
  } catch (error) {
    const check = error instanceof Refused ? error.check : error.name === 'NotSupportedError' ? 'browser' : 'file';
    show(false, words.fails + filled(words[check], { line: error.line ?? '' }));
  }
});
