"""The tokens by which the exchange service knows provinces: one "42 TOKEN" a line, several of one province while it changes over."""

from __future__ import annotations

import re
from typing import Final

from ncre.domain.bilingual import Bilingual

_LINE: Final = re.compile(r"([0-9]{2})\s+([!-~]{32,200})", re.ASCII)


class TokensUnreadable(Exception):
    """The file of tokens cannot be used, and why; never with a token."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Bilingual(zh, en)


def province_tokens(text: str) -> tuple[tuple[str, str], ...]:
    """Province and token of each line; blank ones and those that begin with # are left out. Raises TokensUnreadable."""
    found = list[tuple[str, str]]()
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if not plain or plain.startswith("#"):
            continue
        match = _LINE.fullmatch(plain)
        if match is None or match[2] in {token for _, token in found}:
            raise TokensUnreadable(
                f"第 {number} 行应为“省代码 令牌”，令牌至少 32 个字符且各省不同（可用 openssl rand -hex 32 生成）",
                f"line {number} must be PROVINCE TOKEN, each token of its own, of 32 characters or more (openssl rand -hex 32)",
            )
        found.append((match[1], match[2]))
    if not found:
        raise TokensUnreadable(
            "没有任何令牌，每行应为“省代码 令牌”", "it has no token; a line is PROVINCE TOKEN"
        )
    return tuple(found)
