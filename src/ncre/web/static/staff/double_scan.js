// The same code again at once is one scan read twice. A scanner that types 10 ms a key needs over a second for a ticket,
// so the time counts from the last key of one scan to the first key of the next, as the keys say and not as busy pages
// come to hear of them.
"use strict";

const TWICE = 600; // ms from the end of one scan to the beginning of the next

function doubleScans() {
  const nothing = { code: "", ended: -Infinity };
  let before = nothing;
  let keys = null; // of the scan under way: when the first and the last were pressed

  // On the window: what scanner.js takes from the document comes by here too.
  window.addEventListener("keydown", ({ timeStamp }) => {
    const goesOn = keys && timeStamp - keys.ended < TWICE;
    keys = { begun: goesOn ? keys.begun : timeStamp, ended: timeStamp };
  }, true);

  return {
    // Whether the code that was just asked for is the one before, read twice.
    again(code) {
      const now = performance.now();
      const { begun, ended } = keys || { begun: now, ended: now }; // a camera or a button presses no keys
      keys = null;
      const same = code === before.code && begun - before.ended < TWICE;
      before = { code, ended };
      return same;
    },
    // What was not answered may be scanned again at once.
    forget() {
      before = nothing;
    },
  };
}
