// Scan with the camera where the browser can; without this file the page works by typing.
"use strict";

const button = document.getElementById("camera");
const view = document.getElementById("view");
const fault = document.getElementById("camera-fault");
const verdict = document.getElementById("verdict");

if (verdict) verdict.focus();
if ("BarcodeDetector" in window && navigator.mediaDevices) button.hidden = false;

button.addEventListener("click", async () => {
  fault.textContent = "";
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    fault.textContent = fault.dataset.denied;
    return;
  }
  view.srcObject = stream;
  view.hidden = false;
  await view.play();
  look(new BarcodeDetector({ formats: ["qr_code", "code_128"] }), stream);
});

async function look(detector, stream) {
  const found = await detector.detect(view).catch(() => []);
  if (found.length === 0) {
    requestAnimationFrame(() => look(detector, stream));
    return;
  }
  stream.getTracks().forEach((track) => track.stop());
  document.getElementById("code").value = found[0].rawValue;
  document.getElementById("door").submit();
}
