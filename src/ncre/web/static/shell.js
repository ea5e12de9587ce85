// The menu closes by Escape and by a press beside it; the side menu remembers whether it is folded. Without this file both work.
"use strict";

const menu = document.querySelector("details.menu");
const side = document.querySelector("details.side");
const closes = (focus) => {
  if (!menu?.open) return;
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closes(menu?.contains(document.activeElement));
});
document.addEventListener("click", (event) => {
  if (!menu?.contains(event.target)) closes(false);
});
menu?.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !menu.contains(event.relatedTarget)) closes(false);
});
side?.addEventListener("toggle", () => {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `menu=${side.open ? "open" : "folded"}; path=/; max-age=31536000; samesite=lax${secure}`;
});
