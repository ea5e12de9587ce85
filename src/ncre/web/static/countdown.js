// Lets the time left run on. It counts from the server's clock, which the page brought, not from that of the device.
"use strict";

const MINUTE = 60_000;

for (const one of document.querySelectorAll(".countdown[data-until]")) {
  const line = one.querySelector(".left");
  const span = new Date(one.dataset.until) - new Date(one.dataset.now);
  const since = [performance.now(), Date.now()];
  let timer = 0;
  const tick = () => {
    clearTimeout(timer);
    // A phone that slept stops one clock, somebody who sets the time back the other.
    const left = span - Math.max(performance.now() - since[0], Date.now() - since[1]);
    line.textContent = left > 0 ? words(one.dataset, Math.floor(left / MINUTE)) : one.dataset.over;
    if (left > 0) timer = setTimeout(tick, (left % MINUTE) + 50);
  };
  tick();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
}

function words(said, minutes) {
  const hours = Math.floor(minutes / 60);
  if (hours >= 72) return said.days.replace("{days}", Math.floor(hours / 24));
  if (!hours) return said.minutes.replace("{minutes}", minutes);
  return said.hours.replace("{hours}", hours).replace("{minutes}", minutes % 60);
}
