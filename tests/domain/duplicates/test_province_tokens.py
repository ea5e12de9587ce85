"""The tokens of provinces: which lines count, and which file is refused at which line."""

from __future__ import annotations

import pytest

from ncre.domain.duplicates.province_tokens import TokensUnreadable, province_tokens

A, B, C = "a" * 32, "b" * 32, "c" * 200


def test_a_province_may_have_two_while_it_changes_over() -> None:
    text = f"# tokens\n42 {A}\n\n  42\t{B}  \n43 {C}\n"
    assert province_tokens(text) == (("42", A), ("42", B), ("43", C))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"42 {A[1:]}", 1),
        (f"42 {C}c", 1),
        (f"4 {A}", 1),
        (f"42 {A}\n43 {A}", 2),
        (f"# tokens\n\n42 {A}\n湖北 {B}", 4),
    ],
)
def test_the_line_that_is_wrong_is_named_and_no_token(text: str, line: int) -> None:
    with pytest.raises(TokensUnreadable) as said:
        province_tokens(text)
    words = said.value.words
    assert words.zh.startswith(f"第 {line} 行应为“省代码 令牌”，令牌至少 32 个字符且各省不同")
    assert words.en.startswith(
        f"line {line} must be PROVINCE TOKEN, each token of its own, of 32 characters or more"
    )
    assert str(said.value) == words.en
    assert A[:20] not in words.zh + words.en


@pytest.mark.parametrize("text", ["", "\n# none\n"])
def test_a_file_without_a_token_says_so(text: str) -> None:
    with pytest.raises(TokensUnreadable) as said:
        province_tokens(text)
    assert said.value.words.zh == "没有任何令牌，每行应为“省代码 令牌”"
    assert said.value.words.en == "it has no token; a line is PROVINCE TOKEN"
