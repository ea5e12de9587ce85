// Day, hour and hall, as exams and staff read them, and what a paper admits to. The desk without a network and the
// exported door list have this text in common.
"use strict";

const exam = (moment, options) => new Date(moment).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });
const day = (moment) => new Date(moment).toLocaleDateString("en-CA", { timeZone: "Asia/Shanghai" });
const hour = (moment) => exam(moment, { hour: "2-digit", minute: "2-digit" });
const hall = (seat) => String(seat.hall).padStart(4, "0");

// What the paper admits to at this hour and this door; the same rules as the online door.
// `entries` says by ticket number when each was let in; `room` is "" at the door of the site.
function ruleAt(paper, person, now, { entries, room, opens, closes }) {
  if (!person || !["current", "typed", "outdated"].includes(paper)) return { verdict: paper };
  if (!person.confirmed) return { verdict: "unconfirmed" };
  const time = (moment) => new Date(moment).getTime();
  const today = person.seats.filter((seat) => day(seat.starts_at) === day(now));
  if (!today.length) {
    const next = person.seats.find((seat) => time(seat.starts_at) > now) || person.seats.at(-1);
    return { verdict: "not-today", when: `${day(next.starts_at)} ${hour(next.starts_at)}` };
  }
  const near = today.filter((seat) => time(seat.starts_at) - opens <= now && now < time(seat.ends_at));
  const entered = near.find((seat) => entries[seat.ticket]);
  if (entered) return { verdict: "entered-before", seat: entered, at: hour(entries[entered.ticket].at), hall: hall(entered) };
  const seat = near.find((one) => now < time(one.starts_at) + closes);
  if (seat) {
    if (room && seat.room !== room) return { verdict: "other-hall", hall: hall(seat), room: seat.room, when: hour(seat.starts_at) };
    return { verdict: paper, seat };
  }
  if (near.length) return { verdict: "too-late", seat: near[0], when: hour(near[0].starts_at) };
  const later = today.find((one) => now < time(one.starts_at));
  if (later && entries[later.ticket]) return { verdict: "entered-before", seat: later, at: hour(entries[later.ticket].at), hall: hall(later) };
  if (later) return { verdict: "too-early", seat: later, when: hour(later.starts_at), from: hour(time(later.starts_at) - opens) };
  return { verdict: "over", when: hour(today.at(-1).ends_at) };
}
