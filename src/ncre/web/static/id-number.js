// Shows at once what a number of an identity card says of its holder. The server reads the number itself.
"use strict";

const TELLS = ["resident_id", "residence_permit"];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]; // ISO 7064 MOD 11-2
const kind = document.getElementById("document_type");
const number = document.getElementById("document_number");
const line = document.querySelector("[data-told]");

if (kind && number && line) {
  kind.addEventListener("change", tell);
  number.addEventListener("input", tell);
  tell();
}

function tell() {
  const told = TELLS.includes(kind.value) ? read(number.value.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase()) : null;
  const words = line.parentElement.dataset;
  line.textContent = told ? line.dataset.told.replace("{sex}", words[told.sex]).replace("{birth}", told.birth) : "";
}

function read(digits) {
  if (!/^\d{17}[\dX]$/.test(digits)) return null;
  const sum = WEIGHTS.reduce((so, weight, place) => so + weight * Number(digits[place]), 0);
  if ("10X98765432"[sum % 11] !== digits[17]) return null;
  const birth = `${digits.slice(6, 10)}-${digits.slice(10, 12)}-${digits.slice(12, 14)}`;
  const day = new Date(`${birth}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== birth) return null;
  return { birth, sex: Number(digits[16]) % 2 ? "male" : "female" };
}
