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
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(file);
  preview.hidden = false;
});

async function faultOf(file) {
  const start = new Uint8Array(await file.slice(0, 3).arrayBuffer());
  if (start[0] !== 0xff || start[1] !== 0xd8 || start[2] !== 0xff) return "type";
  if (file.size > 10_000_000) return "huge";
  if (file.size < 20_000) return "few";
  const pixels = await createImageBitmap(file).catch(() => null);
  if (pixels && (pixels.height < 192 || pixels.width < 144)) return "pixels";
  return file.size > 204_800 ? "many" : null;
}
