// Codes before the camera go the way of codes that a scanner types.
"use strict";

const AWAY = 2000; // ms a code must be out of the picture before it counts again

function watchCamera(button, view, fault, take) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  let stream = null;
  button.addEventListener("click", async () => {
    fault.textContent = "";
    if (stream) {
      stream.getTracks().forEach((track) => track.stop());
      stream = null;
      view.hidden = true;
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      fault.textContent = fault.dataset.denied;
      return;
    }
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    const detector = new BarcodeDetector({ formats: ["qr_code", "code_128"] });
    let seen = { code: "", at: 0 };
    const look = async () => {
      if (!stream) return;
      const [found] = await detector.detect(view).catch(() => []);
      const now = performance.now();
      if (found) {
        if (found.rawValue !== seen.code || now - seen.at > AWAY) take(found.rawValue);
        seen = { code: found.rawValue, at: now };
      }
      requestAnimationFrame(look);
    };
    look();
  });
}
