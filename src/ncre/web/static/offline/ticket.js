// What a scanned code or a typed number is worth beside a list, without a network. The desk without a network and the
// exported door list have this text in common.
"use strict";

// Text as scanners and their keyboards send it; the same rules as the online door.
const meant = { "。": ".", "｡": ".", "【": "[", "】": "]", "「": "[", "」": "]", "—": "-", "–": "-", "‐": "-", "−": "-", "＿": "_" };
function once(part) {
  const seen = part.replace(/[\s\p{Cc}\p{Cf}\p{Cs}\p{Z}]/gu, "");
  const repeated = /^(.{14,}?)\1{1,3}$/su.exec(seen);
  return (repeated ? repeated[1] : seen).replace(/^\][A-Za-z][0-9A-Za-z]/, "");
}
function scanned(text) {
  const folded = text.normalize("NFKC").replace(/[。｡【】「」—–‐−＿]/g, (mark) => meant[mark]);
  const codes = new Set(folded.split(/[\r\n\t\x1d\x1e\x04]+/).map(once).filter(Boolean));
  return codes.size === 1 ? [...codes][0] : "";
}

const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
function fromBase32(text) {
  const out = [];
  let bits = 0, value = 0;
  for (const letter of text) {
    value = (value << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((value >> bits) & 255);
      value &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(out);
}
const hex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const second = /^(([RT]2)\.(\d{14})(?:\.\d{2}-\d{4}-\d{2}-\d{1,3}){0,9}\.V\d{1,6}\.([0-9A-F]{16}))\.([A-Z2-7]{103})$/;
const first = /^(([RT]1)\.(\d{14})(?:\.\d{2}-\d{4}-\d{2}-\d{1,3}){0,9}\.v\d{1,6}\.([0-9a-f]{16}))\.([\w-]{86})$/;
const inAnyCase = new RegExp(first.source, "i");
const swapped = (text) => text.replace(/[A-Za-z]/g, (letter) => letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase());

// `find` knows people by registration and ticket number; `publicKey` is that of our stamps, in hex.
function ticketReader(publicKey, find) {
  const key = crypto.subtle
    ? crypto.subtle.importKey("raw", hex(publicKey), "Ed25519", false, ["verify"]).catch(() => null)
    : Promise.resolve(null);
  return async (typed) => {
    const text = scanned(typed);
    if (/^(\d{14}|\d{16})$/.test(text)) {
      const person = find(text);
      return [person ? (person.seated ? "typed" : "not-admitted") : "unknown", person];
    }
    const ofSecond = second.exec(text.toUpperCase());
    const code = ofSecond || first.exec(text) || first.exec(swapped(text));
    if (!code) {
      if (inAnyCase.test(text)) return ["case-lost"];
      return [/[^\x00-\x7f]/.test(text) && /[0-9A-Za-z]/.test(text) ? "input-method" : "unreadable"];
    }
    const [, said, kind, registration, digest, signature] = code;
    const ours = await key;
    if (!ours) return ["unverifiable", find(registration)];
    const bytes = ofSecond ? fromBase32(signature) : fromBase64(signature);
    if (!(await crypto.subtle.verify("Ed25519", ours, bytes, new TextEncoder().encode(said)))) return ["forged"];
    const person = find(registration);
    if (kind[0] !== "T") return ["form", person];
    if (!person) return ["unknown"];
    if (!person.seated) return ["not-admitted", person];
    return [person.digest === digest.toLowerCase() ? "current" : "outdated", person];
  };
}
