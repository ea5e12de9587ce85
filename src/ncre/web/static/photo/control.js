// Choose, drop, paste or take a photo, look at it in its frame, crop it by hand, and send it over a slow line. All of
// it is a convenience: the server decides, and without this file the page works.
"use strict";

const WIDE = 390;
const HIGH = 567;
const MOST = 204_800; // bytes of a photo
const LARGEST = 10_000_000; // bytes of what the server looks at
const HEAVY = 600_000; // bytes of what is made lighter before it is sent
const LONGEST = 2_400; // pixels of its longer side: four times what a photo is kept at
const TRIES = 6;

start();

function start() {
  const form = document.getElementById("photo-form");
  if (!form) return;
  const part = (name) => document.getElementById(`photo-${name}`);
  const input = document.getElementById("photo");
  const camera = document.getElementById("camera");
  const says = part("instant");
  const preview = part("preview");
  const picture = preview.querySelector("img");
  const crop = new Crop(part("crop"));
  let chosen = null;

  replace(input, part("drop"));
  replace(camera, part("take"));
  input.addEventListener("change", () => choose(input.files[0]));
  camera.addEventListener("change", () => choose(camera.files[0]));
  for (const name of ["dragover", "dragleave", "drop"]) form.addEventListener(name, dragged);
  document.onpaste = (event) => {
    const [file] = event.clipboardData ? event.clipboardData.files : [];
    if (file) choose(file);
  };
  part("crop-open").addEventListener("click", () => crop.open(chosen));
  form.addEventListener("submit", submits);

  function dragged(event) {
    event.preventDefault();
    part("drop").classList.toggle("over", event.type === "dragover");
    if (event.type === "drop" && event.dataTransfer.files[0]) choose(event.dataTransfer.files[0]);
  }

  async function choose(file) {
    preview.hidden = true;
    crop.close();
    part("crop-open").hidden = true;
    says.textContent = "";
    chosen = file || null;
    form.classList.toggle("chosen", chosen !== null);
    if (!chosen) return;
    const fault = await faultOf(chosen);
    if (chosen !== file) return;
    says.textContent = says.dataset[fault ?? "good"];
    if (fault === "type" || fault === "huge") return;
    picture.onerror = () => { preview.hidden = part("crop-open").hidden = true; }; // a format this browser does not show
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(chosen);
    preview.hidden = part("crop-open").hidden = false;
  }

  async function submits(event) {
    if (!chosen) return; // the browser sends the form, and the server says what is missing
    event.preventDefault();
    const data = new FormData(form);
    data.delete("photo");
    const cropped = await crop.photo();
    data.append("photo", cropped || (await lighter(chosen)), cropped ? "cropped.jpg" : chosen.name || "photo.jpg");
    send(form, data, part("progress"), part("line"));
  }
}

// A button in place of the browser's own control, which stays what the form sends and what a fault leads to.
function replace(control, button) {
  control.classList.add("hidden");
  control.tabIndex = -1;
  control.addEventListener("focus", () => button.focus());
  button.hidden = false;
  button.addEventListener("click", () => control.click());
}

// Sends the photo, again where the line breaks: it is one command, however often it arrives.
function send(form, data, bar, line, tried = 1) {
  const request = new XMLHttpRequest();
  const button = form.querySelector("button.button");
  button.disabled = true;
  bar.hidden = false;
  bar.value = 0;
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  request.upload.onload = () => { line.textContent = line.dataset.checking; };
  request.onload = () => answered(request);
  request.onerror = request.ontimeout = () => {
    if (tried >= TRIES) {
      line.textContent = line.dataset.failed;
      button.disabled = false;
      return;
    }
    line.textContent = line.dataset.again;
    const again = () => { clearTimeout(timer); window.removeEventListener("online", again); send(form, data, bar, line, tried + 1); };
    const timer = setTimeout(again, 1_000 * 2 ** tried);
    window.addEventListener("online", again);
  };
  request.open("POST", form.action);
  request.setRequestHeader("X-Upload", "1");
  request.timeout = 180_000;
  line.textContent = line.dataset.sending;
  request.send(data);
}

function answered(request) {
  if ((request.getResponseHeader("Content-Type") || "").startsWith("application/json")) {
    location.assign(JSON.parse(request.responseText).location);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main) {
    location.reload();
    return;
  }
  document.title = page.title;
  document.querySelector("main").replaceWith(document.adoptNode(main));
  history.pushState(null, "", location.pathname);
  const first = document.getElementById("faults") || document.querySelector("main");
  first.focus();
  first.scrollIntoView();
  start();
}

// The picture of a phone, many megabytes, as one of a few hundred kilobytes: only scaled, upright as its camera says. What
// this browser cannot read, or what would not become lighter, goes as it is.
async function lighter(file) {
  if (file.size <= HEAVY) return file;
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return file;
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // where a PNG is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  return made && made.size < file.size ? made : file;
}

async function faultOf(file) {
  const kind = kindOf(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (!kind) return "type";
  if (file.size > LARGEST) return "huge";
  if (kind === "other") return "other";
  if (file.size < 20_000) return "few";
  const pixels = await createImageBitmap(file).catch(() => null);
  if (pixels && (pixels.height < 192 || pixels.width < 144)) return "pixels";
  return file.size > MOST ? "many" : null;
}

// "jpeg", "other" for what the server makes a JPEG of, or "" for anything else.
function kindOf(start) {
  const text = String.fromCharCode(...start);
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  const others = [text.startsWith("\x89PNG"), text.startsWith("RIFF") && text.endsWith("WEBP"), /^....ftyp(hei|mif1|msf1|hev|avi)/s.test(text)];
  return others.some(Boolean) ? "other" : "";
}

// A frame of 33 : 48 over the picture: drag or arrow keys move it, wheel, plus and minus zoom. Only moved and scaled.
function Crop(box) {
  const canvas = box.querySelector("canvas");
  const zoom = box.querySelector("input[type=range]");
  let image = null;
  let middle = [0.5, 0.5];
  let held = null;

  canvas.width = WIDE;
  canvas.height = HIGH;
  zoom.addEventListener("input", draw);
  canvas.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    const scale = canvas.width / canvas.clientWidth;
    move((held[0] - event.clientX) * scale, (held[1] - event.clientY) * scale);
    held = [event.clientX, event.clientY];
  });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom.value = Number(zoom.value) - event.deltaY / 500; draw(); }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
    if (event.key in steps) move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") zoom.value = Number(zoom.value) + 0.05;
    else if (event.key === "-") zoom.value = Number(zoom.value) - 0.05;
    else return;
    event.preventDefault();
    draw();
  });
  box.querySelector("button").addEventListener("click", close);

  async function open(file) {
    image = await createImageBitmap(file).catch(() => null);
    if (!image) return;
    middle = [0.5, 0.5];
    zoom.value = 1;
    box.hidden = false;
    draw();
    canvas.focus();
  }

  function close() {
    image = null;
    box.hidden = true;
  }

  function scale() {
    return Math.max(WIDE / image.width, HIGH / image.height) * Number(zoom.value);
  }

  function move(right, down) {
    middle = [middle[0] + right / scale() / image.width, middle[1] + down / scale() / image.height];
    draw();
  }

  function draw() {
    if (!image) return;
    const half = [WIDE / 2 / scale() / image.width, HIGH / 2 / scale() / image.height];
    middle = middle.map((one, side) => Math.min(1 - half[side], Math.max(half[side], one)));
    const wide = image.width * scale();
    const high = image.height * scale();
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, WIDE / 2 - middle[0] * wide, HIGH / 2 - middle[1] * high, wide, high);
  }

  // The picture in the frame as a JPEG of the right size; null where nobody crops.
  async function photo() {
    if (!image) return null;
    for (const quality of [0.95, 0.9, 0.8, 0.7]) {
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (made && made.size <= MOST) return made;
    }
    return null;
  }

  return { open, close, photo };
}
