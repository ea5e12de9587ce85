"""What the server says by itself, before any page is asked: short, kind, in both languages, with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from random import randint
from typing import Final

RETRY_SECONDS: Final = (5, 15)
"""Those who are turned away come back at different moments."""

PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title></head>
<body><h1>{heading}</h1><p>{chinese}</p><h2 lang="en">{title}</h2><p lang="en">{english}</p></body></html>
"""


@dataclass(frozen=True)
class ServerAnswer:
    """One answer: its status and its words in Chinese and English."""

    status: HTTPStatus
    heading: str
    chinese: str
    title: str
    english: str


def busy(reads: bool, seconds: int) -> ServerAnswer:
    """Nothing was done. A page that is only read is asked for again by itself; a form is kept by the browser."""
    if reads:
        chinese = f"现在访问的人很多，请稍候。{seconds} 秒后会自动重试，您已保存的内容不受影响。"
        english = f"Many people are here right now. This page tries again in {seconds} seconds; what you saved is safe."
    else:
        chinese = f"现在访问的人很多，这次提交没有处理，没有做任何改动。请返回上一页（填写的内容还在），{seconds} 秒后再提交一次。"
        english = (
            "Many people are here right now. What you sent was not processed and nothing was changed. "
            f"Go back (what you typed is still there) and send it again in {seconds} seconds."
        )
    return ServerAnswer(HTTPStatus.SERVICE_UNAVAILABLE, "请稍候", chinese, "Please wait a moment", english)


def too_large(largest: int) -> ServerAnswer:
    size = f"{largest // 1_000_000} MB"
    return ServerAnswer(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "发送的内容太大",
        f"这里最多接收 {size}，没有做任何改动。请返回上一页，选择较小的文件再试。",
        "What you sent is too large",
        f"At most {size} are taken here, and nothing was changed. Go back and choose a smaller file.",
    )


TOO_SLOW: Final = ServerAnswer(
    HTTPStatus.REQUEST_TIMEOUT,
    "网络太慢",
    "发送的内容没有及时到达，没有做任何改动。请换一个信号好的地方，返回上一页再试。",
    "The network is too slow",
    "What you sent did not arrive in time, and nothing was changed. Find a better signal, go back and try again.",
)

NOT_A_PATH: Final = ServerAnswer(
    HTTPStatus.BAD_REQUEST,
    "请求有误",
    "请检查网址，或从首页重新进入。",
    "Bad request",
    "Check the address, or start again from the front page.",
)

NOT_OURS: Final = ServerAnswer(
    HTTPStatus.BAD_REQUEST,
    "这个网址不属于本站",
    "请从考务办公室公布的网址进入。",
    "This address is not one of ours",
    "Please use the address that your exam office published.",
)


def elsewhere(address: str) -> ServerAnswer:
    """For a form that was sent to another of our names."""
    return ServerAnswer(
        HTTPStatus.BAD_REQUEST,
        "请换一个网址",
        f"请从 {address}/ 进入后再提交，没有做任何改动。",
        "Please use another address",
        f"Please go to {address}/ and send it there. Nothing was changed.",
    )


def away(seconds: int) -> ServerAnswer:
    """Where the pages themselves cannot be asked."""
    return ServerAnswer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "暂时不能提供服务",
        f"系统正在恢复，没有做任何改动。请在 {seconds} 秒后再试。",
        "Out of service for a moment",
        f"The service is being brought back, and nothing was changed. Please try again in {seconds} seconds.",
    )


POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(said: ServerAnswer) -> bytes:
    return PAGE.format(
        heading=said.heading, chinese=said.chinese, title=said.title, english=said.english
    ).encode()


def headers(content: bytes, retry: int | None, refresh: bool, close: bool) -> list[tuple[bytes, bytes]]:
    """The head of such an answer; `retry`: when to come again, in seconds, by itself where `refresh`."""
    lines = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(content)),
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    if retry is not None:
        lines["Retry-After"] = str(retry)
        if refresh:
            lines["Refresh"] = str(retry)
    if close:
        lines["Connection"] = "close"
    return [(name.lower().encode(), value.encode()) for name, value in lines.items()]


def retry_seconds() -> int:
    return randint(*RETRY_SECONDS)
