// An instant look at the chosen file, as a convenience; the server decides. Without this file the page works.
"use strict";

const input = document.getElementById("photo");
const says = document.getElementById("photo-instant");
const preview = document.getElementById("photo-preview");

input.addEventListener("change", async () => {
  const [file] = input.files;
  preview.hidden = true;
  says.textContent = "";
  if (!file) return;
  const fault = await faultOf(file);
  says.textContent = says.dataset[fault ?? "good"];
  if (fault === "type" || fault === "huge") return;
  const picture = preview.querySelector("img");
  picture.onerror = () => { preview.hidden = true; }; // a format that this browser does not show
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(file);
  preview.hidden = false;
});

async function faultOf(file) {
  const kind = kindOf(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (!kind) return "type";
  if (file.size > 10_000_000) return "huge";
  if (kind === "other") return "other";
  if (file.size < 20_000) return "few";
  const pixels = await createImageBitmap(file).catch(() => null);
  if (pixels && (pixels.height < 192 || pixels.width < 144)) return "pixels";
  return file.size > 204_800 ? "many" : null;
}

// "jpeg", "other" for what the server makes a JPEG of, or "" for anything else.
function kindOf(start) {
  const text = String.fromCharCode(...start);
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  const others = [text.startsWith("\x89PNG"), text.startsWith("RIFF") && text.endsWith("WEBP"), /^....ftyp(hei|mif1|msf1|hev|avi)/s.test(text)];
  return others.some(Boolean) ? "other" : "";
}
