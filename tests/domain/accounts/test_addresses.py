"""E-mail addresses and phones: one spelling each, and words for whatever cannot be one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.accounts import addresses
from ncre.domain.accounts.addresses import NotAnAddress
from ncre.domain.fault_codes import FaultCode


def refused(read: object, text: str, *more: object) -> FaultCode:
    with pytest.raises(NotAnAddress) as refused:
        read(text, *more)  # type: ignore[operator]
    for language in ("zh", "en"):
        assert refused.value.fault("email").say(language)
    return refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        "li.lei@example.com",
        " Li.Lei@Example.COM ",
        "ｌｉ．ｌｅｉ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "li.lei@example。com",
        "\u202ali.lei@example.com\u202c",
        "li.lei@example.com\u200b\r\n",
        "\u3000li.lei@example.com",
    ],
)
def test_spellings_of_an_e_mail_address_are_one(text: str) -> None:
    assert addresses.email(text) == "li.lei@example.com"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a@müller.de", "a@xn--mller-kva.de"),
        ("a@XN--MLLER-KVA.de", "a@xn--mller-kva.de"),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s"),
        ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
        ("a+b_c%d@mail.example.com", "a+b_c%d@mail.example.com"),
    ],
)
def test_the_domain_is_kept_as_it_is_asked_for(text: str, kept: str) -> None:
    assert addresses.email(text) == kept
    assert addresses.email(kept) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=?utf-8?q?a?=@x.com", FaultCode.EMAIL_NOT_BARE),
        ("=?utf-8?b?YQ==?=@x.com", FaultCode.EMAIL_NOT_BARE),
        ("a@x.com,b@x.com", FaultCode.EMAIL_NOT_BARE),
        ("a,b@x.com", FaultCode.EMAIL_NOT_BARE),
        ("a@x.com；b@x.com", FaultCode.EMAIL_NOT_BARE),
        ("Li <a@x.com>", FaultCode.EMAIL_NOT_BARE),
        ("<a@x.com", FaultCode.EMAIL_NOT_BARE),
        ('"a b"@x.com', FaultCode.EMAIL_NOT_BARE),
        ("a(comment)@x.com", FaultCode.EMAIL_NOT_BARE),
        ("a@[127.0.0.1]", FaultCode.EMAIL_NOT_BARE),
        ("a\u200bb@x.com", FaultCode.EMAIL_HIDDEN),
        ("a@x\u200d.com", FaultCode.EMAIL_HIDDEN),
        ("a\u202emoc.x@x.com", FaultCode.EMAIL_HIDDEN),
        ("a\u00adb@x.com", FaultCode.EMAIL_HIDDEN),
        ("a@x.com\r\nBcc: b@x.com", FaultCode.EMAIL_HIDDEN),
        ("a\x00@x.com", FaultCode.EMAIL_HIDDEN),
        ("а@x.com", FaultCode.EMAIL_LOCAL),
        ("李雷@x.com", FaultCode.EMAIL_LOCAL),
        ("a@gооgle.com", FaultCode.EMAIL_MIXED),
        ("a@ехample.com", FaultCode.EMAIL_MIXED),
        ("a@сосо.com", FaultCode.EMAIL_MIXED),
        ("a@αpple.com", FaultCode.EMAIL_MIXED),
        ("", FaultCode.EMAIL_INVALID),
        ("a b@x.com", FaultCode.EMAIL_INVALID),
        ("a..b@x.com", FaultCode.EMAIL_INVALID),
        (".a@x.com", FaultCode.EMAIL_INVALID),
        ("a@x.com.", FaultCode.EMAIL_INVALID),
        ("a@-x.com", FaultCode.EMAIL_INVALID),
        ("a@localhost", FaultCode.EMAIL_INVALID),
        ("a@b@x.com", FaultCode.EMAIL_INVALID),
        ("a@127.0.0.1", FaultCode.EMAIL_INVALID),
        ("x" * 65 + "@x.com", FaultCode.EMAIL_INVALID),
        ("x" * 10**6 + "@x.com", FaultCode.EMAIL_INVALID),
    ],
)
def test_what_is_no_bare_address_is_refused_in_words(text: str, code: FaultCode) -> None:
    assert refused(addresses.email, text) is code


@given(st.text(max_size=60))
def test_an_address_is_plain_and_reads_as_itself(text: str) -> None:
    for read in (addresses.email, addresses.phone):
        try:
            kept = read(text + "@example.com" if read is addresses.email else text)
        except NotAnAddress:
            continue
        assert kept.isascii()
        assert kept.isprintable()
        assert not set(kept) & set(' ,;:<>()[]"\\')
        assert read(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "138–0013–8000",
        "+8613800138000",
        "8613800138000",
        "0086 138 0013 8000",
        "+86 (138) 0013.8000",
        "(+86)13800138000",
        "tel:+86-138-0013-8000",
        "１３８００１３８０００",
        "\u200b13800138000",
        "\u202a+86 138 0013 8000\u202c",
        "138\u00a00013\u30008000",
        "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎",
    ],
)
def test_spellings_of_a_phone_are_one(text: str) -> None:
    kept = addresses.phone(text)
    assert kept == "+8613800138000"
    assert (addresses.readable_address(kept), addresses.masked(kept)) == ("138 0013 8000", "138****8000")


@pytest.mark.parametrize("prefix", ["141", "154", "167", "190", "192", "199"])
def test_a_prefix_newer_than_the_table_is_taken(prefix: str) -> None:
    assert addresses.phone(f"{prefix}12345678", ["CN"]) == f"+86{prefix}12345678"


@pytest.mark.parametrize("text", ["+441632960961", "+44 1632 960961", "0044 1632 960961"])
def test_phones_of_other_countries_keep_their_country(text: str) -> None:
    assert addresses.phone(text) == "+441632960961"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1380013800",
        "138001380001",
        "23800138000",
        "010-12345678",
        "+86 10 8888 8888",
        "٠١٢٣٤٥٦٧٨٩١",
        "+86",
    ]
    + [
        "phone",
        "13800138000 ext. 5",
        "13800138000;ext=5",
        "+86+8613800138000",
        "+44 909 8790000",
        "1" * 10**6,
    ],
)
def test_what_is_no_mobile_number(text: str) -> None:
    assert refused(addresses.phone, text) is FaultCode.MOBILE_INVALID


def test_messages_go_to_the_countries_that_were_chosen() -> None:
    assert refused(addresses.phone, "+852 9123 4567", ["CN"]) is FaultCode.MOBILE_COUNTRY
    assert addresses.phone("+852 9123 4567", ["CN", "HK"]) == "+85291234567"
    assert refused(addresses.phone, "+1 202 555 0123", ["CN", "HK"]) is FaultCode.MOBILE_COUNTRY
    assert addresses.country_of("+85366123456") == "MO"
    assert addresses.readable_address("+85291234567") == "+852 9123 4567"


def test_what_older_facts_hold_is_shown_alike() -> None:
    assert addresses.readable_address("13800138000") == "138 0013 8000"
    assert addresses.masked("13800138000") == "138****8000"
    assert (addresses.readable_address("123"), addresses.masked("123")) == ("123", "****")
    assert addresses.masked("wenjing@example.com") == "w***@example.com"


def test_whatever_names_an_account_has_one_spelling() -> None:
    assert addresses.key("+86 138-0013-8000") == addresses.key("13800138000")
    assert (
        addresses.key("A@Example.com") == addresses.key(" a@example.COM ") != addresses.key("b@example.com")
    )
    assert addresses.key("Shenhe") == addresses.key("ｓｈｅｎｈｅ") == "shenhe"


def by_looking_at_every_part(monkeypatch: pytest.MonkeyPatch, read: object, text: str) -> object:
    """What `read` gives where no spelling is known at once."""
    nothing = re.compile(r"(?!)")
    with monkeypatch.context() as without:
        without.setattr(addresses, "_KEPT_EMAIL", nothing)
        without.setattr(addresses, "_KEPT_MOBILE", nothing)
        return told(read, text)


def told(read: object, text: str) -> object:
    try:
        return read(text)  # type: ignore[operator]
    except NotAnAddress as refused:
        return refused.code


@pytest.mark.parametrize("local", ["a", "a.b", "a_b", "a-b+c", "a..b", ".a", "a.", "-a", "1", "A", "b" * 62])
@pytest.mark.parametrize(
    "domain",
    [
        *("qq.com", "mail.example.edu.cn", "a.b", "localhost", "x.test", "x.invalid", "x.local", "a--b.cn"),
        *("ab--cd.com", "xn--fiqs8s.cn", "xn--x.cn", "1.2.3.com", "example.arpa", "a-.cn", "-a.cn", "a..cn"),
        *("foo.onion", "c" * 63 + ".cn", "c" * 64 + ".cn"),
    ],
)
def test_an_address_that_is_known_at_once_is_the_one_that_every_part_leads_to(
    monkeypatch: pytest.MonkeyPatch, local: str, domain: str
) -> None:
    text = f"{local}@{domain}"
    assert told(addresses.email, text) == by_looking_at_every_part(monkeypatch, addresses.email, text)


@pytest.mark.parametrize("begin", range(125, 205))
def test_a_phone_that_is_known_at_once_is_the_one_that_every_part_leads_to(
    monkeypatch: pytest.MonkeyPatch, begin: int
) -> None:
    for rest in ("00000000", "12345678", "51123456", "99999999", "1234567", "123456789"):
        for text in (f"{begin}{rest}", f"+86{begin}{rest}"):
            assert told(addresses.phone, text) == by_looking_at_every_part(monkeypatch, addresses.phone, text)


def test_a_phone_of_a_country_to_which_nothing_is_sent_is_refused_as_before() -> None:
    assert refused(addresses.phone, "13800138000", ["HK"]) is FaultCode.MOBILE_COUNTRY


def test_an_address_of_254_characters_is_kept_and_of_one_more_is_not() -> None:
    domain = f"{'d' * 63}.{'d' * 60}.{'d' * 60}.com"
    longest = f"{'l' * 64}@{domain}"
    assert len(longest) == addresses.LONGEST_EMAIL
    assert addresses.email(longest.upper()) == longest
    assert refused(addresses.email, f"{'l' * 64}@d{domain[1:60]}{domain[60:]}".replace(".com", ".comm"))
