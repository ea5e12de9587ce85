"""The page of the waiting room: both languages, without a script, light enough for the worst minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ncre.server.waiting_room import COOKIE, QueuePlace

BEIJING: Final = ZoneInfo("Asia/Shanghai")
COOKIE_SECONDS: Final = 6 * 3600

POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{again}">
<title>排队等候 · 全国计算机等级考试网上报名</title><link rel="stylesheet" href="/static/style.css"></head>
<body><div class="frame"><main id="main">
<h1>排队等候</h1>
<p>现在报名的人很多，系统按到达的先后放行。您的前面还有 <b>{ahead}</b> 人。</p>
<p>预计 <b><time datetime="{turn}">{clock}</time></b> 左右轮到您（北京时间），大约还要 <b>{minutes}</b> 分钟。</p>
<p>请不要关闭这个页面：它每隔一会儿自动更新，轮到时自动进入。多开窗口不会更快。{lost}关闭后用同一个浏览器再打开，位置仍在。</p>
<h2 lang="en">Waiting room</h2>
<div lang="en"><p>Many people are registering right now, and everybody is let in in the order in which they came. <b>{ahead}</b> people are before you.</p>
<p>Your turn comes at about <b>{clock}</b> (Beijing time), in about <b>{minutes}</b> min.</p>
<p>Keep this page open: it refreshes by itself and lets you in. More windows are no quicker. {lost_en}If you close it, the same browser finds its place again.</p></div>
</main></div></body></html>
"""

LOST: Final = (
    "刚才提交的内容没有处理，进入后请再提交一次。",
    "What you sent was not processed; send it again once inside. ",
)


def page(place: QueuePlace, reads: bool) -> bytes:
    turn = datetime.fromtimestamp(place.turn / 1000, UTC).astimezone(BEIJING) + timedelta(seconds=59)
    turn = turn.replace(second=0, microsecond=0)
    lost, lost_en = ("", "") if reads else LOST
    return PAGE.format(
        again=place.again,
        ahead=place.ahead,
        turn=turn.isoformat(),
        clock=f"{turn:%H:%M}",
        minutes=place.minutes,
        lost=lost,
        lost_en=lost_en,
    ).encode()


def headers(content: bytes, place: QueuePlace, close: bool) -> list[tuple[bytes, bytes]]:
    lines = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(content)),
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Retry-After": str(place.again),
        "Refresh": str(place.again),
    }
    if close:
        lines["Connection"] = "close"
    return [(name.lower().encode(), value.encode()) for name, value in lines.items()]


def cookie(value: str, secure: bool) -> tuple[bytes, bytes]:
    """The header that has the browser carry a ticket or a pass."""
    flags = "; Secure" if secure else ""
    line = f"{COOKIE}={value}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{flags}"
    return b"set-cookie", line.encode()
