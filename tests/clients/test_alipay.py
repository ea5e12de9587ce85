"""What Alipay's replies and notices mean: replies from a server that says one thing, notices signed here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote, urlencode
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ncre.clients.alipay import Alipay, AlipayTerms
from ncre.clients.alipay.bill import read_alipay_bill
from ncre.clients.payment_channel import (
    ChannelRefused,
    ChannelUnavailable,
    NewsKind,
    NoticeRefused,
    Refund,
    State,
)
from ncre.clients.rsa_signing import KeyUnusable, line_of, signed
from tests.clients.rsa_keys import new_keys, pem, public_pem
from tests.clients.test_response_body import saying
from tests.support.people import Clock

NO = "N0ALIPAY000000000000000000001"
PAID_AT = {"gmt_payment": "2026-12-03 20:00:00"}
RETURNED = {"refund_fee": "160.00", "gmt_refund": "2026-12-04 08:00:00.123", "out_biz_no": "R1"}
REFUND = Refund(NO, "T1", "R1", 16000, 16000, "重复支付")


@pytest.fixture(scope="module")
def keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    return new_keys()


@pytest.fixture
def terms(keys: tuple[RSAPrivateKey, RSAPrivateKey]) -> AlipayTerms:
    own, theirs = keys
    return AlipayTerms("http://x.example", "2021", "2088", pem(own), "", alipay_key=public_pem(theirs))


Said = Callable[..., bytes]


@pytest.fixture
def replying(keys: tuple[RSAPrivateKey, RSAPrivateKey]) -> Said:
    """A reply of Alipay, signed, as it goes over the line."""

    def reply(method: str, status: str = "200 OK", **said: object) -> bytes:
        text = json.dumps(said, ensure_ascii=False)
        sign = signed(keys[1], text.encode())
        body = f'{{"{method.replace(".", "_")}_response":{text},"sign":"{sign}"}}'.encode()
        return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    return reply


def asked(terms: AlipayTerms, reply: bytes, question: Callable[[Alipay], object]) -> object:
    with saying(reply) as address:
        return question(Alipay(replace(terms, gateway=address), Clock()))


def test_a_reply_with_braces_in_its_words_is_read_whole(terms: AlipayTerms, replying: Said) -> None:
    reply = replying(
        "alipay.trade.query", code="10000", subject='a}b{"', trade_status="WAIT_BUYER_PAY", out_trade_no=NO
    )
    answer = asked(terms, reply, lambda alipay: alipay.query(NO))
    assert getattr(answer, "state", None) is State.WAITING


@pytest.mark.parametrize("code", [("20000", "isp.unknow-error"), ("40004", "ACQ.SYSTEM_ERROR")])
def test_an_error_of_the_system_is_silence_even_for_a_refund(
    terms: AlipayTerms, replying: Said, code: tuple[str, str]
) -> None:
    reply = replying("alipay.trade.refund", code=code[0], sub_code=code[1])
    with pytest.raises(ChannelUnavailable):
        asked(terms, reply, lambda alipay: alipay.refund(REFUND))


def test_a_no_to_a_refund_is_refused_with_its_code(terms: AlipayTerms, replying: Said) -> None:
    reply = replying("alipay.trade.refund", code="40004", sub_code="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    with pytest.raises(ChannelRefused) as refused:
        asked(terms, reply, lambda alipay: alipay.refund(REFUND))
    assert refused.value.code == "ACQ.SELLER_BALANCE_NOT_ENOUGH"


def test_a_page_of_an_error_is_silence_though_it_holds_a_genuine_reply(
    terms: AlipayTerms, replying: Said
) -> None:
    reply = replying("alipay.trade.query", "502 Bad Gateway", code="10000", trade_status="TRADE_CLOSED")
    with pytest.raises(ChannelUnavailable, match="502"):
        asked(terms, reply, lambda alipay: alipay.query(NO))


def test_an_unsigned_error_is_silence(terms: AlipayTerms) -> None:
    body = b'{"error_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}}'
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with pytest.raises(ChannelUnavailable):
        asked(terms, reply, lambda alipay: alipay.query(NO))


def told(terms: AlipayTerms, key: RSAPrivateKey, **said: str | None) -> list[tuple[NewsKind, str, int]]:
    sent = {
        "app_id": "2021",
        "seller_id": "2088",
        "sign_type": "RSA2",
        "notify_time": "2026-12-05 00:00:00",
        "out_trade_no": NO,
        "trade_no": "T1",
        "total_amount": "160.00",
        "passback_params": "a%26b",
        **said,
    }
    form = {name: value for name, value in sent.items() if value is not None}
    form["sign"] = signed(key, line_of(form, ("sign", "sign_type")))
    news = Alipay(terms, Clock()).notice({}, urlencode(form).encode())
    return [(one.kind, one.reference, one.amount) for one in news]


SO_FAR = (NewsKind.RETURNED_SO_FAR, "")
PAID, BACK = (NewsKind.PAID, "", 16000), (NewsKind.RETURNED_SO_FAR, "R1", 16000)


@pytest.mark.parametrize(
    ("said", "news"),
    [
        ({"trade_status": "TRADE_SUCCESS", **PAID_AT}, [PAID]),
        ({"trade_status": "TRADE_FINISHED", **PAID_AT}, [PAID]),
        ({"trade_status": "TRADE_SUCCESS", **PAID_AT, **RETURNED}, [PAID, BACK]),
        ({"trade_status": "TRADE_CLOSED", **PAID_AT, **RETURNED}, [PAID, BACK]),
        ({"trade_status": "TRADE_CLOSED", **PAID_AT}, [PAID]),
        ({"trade_status": "TRADE_CLOSED"}, [(NewsKind.CLOSED, "", 0)]),
        ({"trade_status": "WAIT_BUYER_PAY"}, []),
        ({"trade_status": "TRADE_SUCCESS", **PAID_AT, "refund_fee": "30.00"}, [PAID, (*SO_FAR, 3000)]),
        ({"trade_status": "TRADE_SUCCESS", **PAID_AT, "refund_fee": "0.00"}, [PAID]),
        ({"trade_status": "TRADE_FINISHED", "notify_id": "1"}, [(NewsKind.OTHER, "1", 16000)]),
        ({"trade_status": "TRADE_PENDING", "notify_id": "2"}, [(NewsKind.OTHER, "2", 16000)]),
    ],
)
def test_a_notice_means_what_its_money_says_and_not_its_status_alone(
    terms: AlipayTerms,
    keys: tuple[RSAPrivateKey, RSAPrivateKey],
    said: dict[str, str],
    news: list[tuple[NewsKind, str, int]],
) -> None:
    assert told(terms, keys[1], **said) == news


def test_a_bare_plus_of_a_signature_that_arrives_as_a_blank_is_read_as_plus(
    terms: AlipayTerms, keys: tuple[RSAPrivateKey, RSAPrivateKey]
) -> None:
    form = {
        "app_id": "2021",
        "seller_id": "2088",
        "sign_type": "RSA2",
        "notify_time": "2026-12-05 00:00:00",
        "out_trade_no": NO,
        "trade_no": "T1",
        "total_amount": "160.00",
        "trade_status": "TRADE_SUCCESS",
        **PAID_AT,
    }
    signatures = (
        (
            {**form, "passback_params": str(number)},
            signed(keys[1], line_of({**form, "passback_params": str(number)}, ("sign", "sign_type"))),
        )
        for number in range(40)
    )
    with_plus, sign = next((one, sign) for one, sign in signatures if "+" in sign)
    body = f"{urlencode(with_plus)}&sign={sign.replace('=', '%3D').replace('/', '%2F')}"
    news = Alipay(terms, Clock()).notice({}, body.encode())
    assert [one.kind for one in news] == [NewsKind.PAID]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"app_id": "2022"}, "app"),
        ({"seller_id": "2089"}, "seller"),
        ({"seller_id": ""}, "seller"),
        ({"seller_id": None}, "seller"),
        ({"sign_type": "RSA"}, "sign-type"),
        ({"total_amount": "1e2"}, "unreadable"),
        ({"gmt_payment": "soon"}, "unreadable"),
        ({"gmt_payment": ""}, "unreadable"),
        ({"charset": "EBCDIC"}, "charset"),
        ({"gmt_payment": "0001-01-01 00:00:00"}, "unreadable"),
        ({"gmt_payment": "9999-12-31 23:59:59"}, "unreadable"),
        ({"total_amount": "１６０.００"}, "unreadable"),
        ({"total_amount": "160.00" + "0" * 5000}, "unreadable"),
        ({"total_amount": "-160.00"}, "unreadable"),
        ({"trade_no": "9" * 5000}, "unreadable"),
        ({"trade_no": ""}, "unreadable"),
        ({"trade_no": "T\x001"}, "unreadable"),
        ({"trade_no": "T 1"}, "unreadable"),
        ({"trade_no": "交易"}, "unreadable"),
        ({"out_trade_no": "N" * 65}, "unreadable"),
        ({**RETURNED, "out_biz_no": "R" * 65}, "unreadable"),
        ({**RETURNED, "gmt_refund": "0001-01-01 00:00:00"}, "unreadable"),
        ({**RETURNED, "refund_fee": "１"}, "unreadable"),
        (
            {"gmt_payment": "", "trade_status": "TRADE_CLOSED", "gmt_close": "0001-01-01 00:00:00"},
            "unreadable",
        ),
    ],
)
def test_a_notice_that_is_signed_but_not_ours_is_refused(
    terms: AlipayTerms, keys: tuple[RSAPrivateKey, RSAPrivateKey], said: dict[str, str | None], why: str
) -> None:
    with pytest.raises(NoticeRefused) as refused:
        told(terms, keys[1], **{"trade_status": "TRADE_SUCCESS", **PAID_AT, **said})
    assert refused.value.why == why


def test_a_notice_signed_by_ourselves_is_refused(
    terms: AlipayTerms, keys: tuple[RSAPrivateKey, RSAPrivateKey]
) -> None:
    with pytest.raises(NoticeRefused) as refused:
        told(terms, keys[0], trade_status="TRADE_SUCCESS", **PAID_AT)
    assert refused.value.why == "signature"


def test_our_own_public_key_is_not_taken_for_alipays(
    terms: AlipayTerms, keys: tuple[RSAPrivateKey, RSAPrivateKey]
) -> None:
    with pytest.raises(KeyUnusable, match="own"):
        Alipay(replace(terms, alipay_key=public_pem(keys[0])), Clock())


TITLE = "2027年3月计算机等级考试 80% + 镕"


@pytest.mark.parametrize("charset", ["GBK", "gb2312", "GB18030", "utf-8", "UTF-8"])
@pytest.mark.parametrize("bare_plus", [False, True])
def test_a_notice_is_read_in_the_charset_that_it_names(
    terms: AlipayTerms, keys: tuple[RSAPrivateKey, RSAPrivateKey], charset: str, bare_plus: bool
) -> None:
    form = {
        "app_id": "2021",
        "seller_id": "2088",
        "sign_type": "RSA2",
        "charset": charset,
        "notify_time": "2026-12-05 00:00:00",
        "out_trade_no": NO,
        "trade_no": "T1",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "160.00",
        "subject": TITLE,
        **PAID_AT,
    }
    codec = charset if charset.lower() != "gb2312" else "gbk"  # as the gateway does it, 镕 is not in GB 2312
    plain = "&".join(f"{name}={form[name]}" for name in sorted(form) if name != "sign_type").encode(codec)
    salt = 0
    while "+" not in (signature := signed(keys[1], plain)):
        salt += 1
        form["passback_params"] = str(salt)
        plain = "&".join(f"{name}={form[name]}" for name in sorted(form) if name != "sign_type").encode(codec)
    body = urlencode(form, encoding=codec)
    body += "&sign=" + (quote(signature, safe="+/=") if bare_plus else quote(signature, safe=""))
    (news,) = Alipay(terms, Clock()).notice({}, body.encode())
    assert (news.kind, news.amount) == (NewsKind.PAID, 16000)
    with pytest.raises(NoticeRefused) as refused:
        Alipay(terms, Clock()).notice({}, body.replace("160.00", "161.00").encode())
    assert refused.value.why == "signature"


def zipped(*lines: str) -> bytes:
    names = "支付宝交易号,商户订单号,业务类型,商品名称,完成时间,订单金额（元）,退款批次号/请求号"
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("bill.csv", "\r\n".join(("#说明", names, *lines, "", "#结束")).encode("gb18030"))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("kind", "amount", "request_", "booked"),
    [
        ("交易", "80.00", "", (NewsKind.PAID, "", 8000)),
        ("退款", "-30.00", "R1", (NewsKind.RETURNED, "R1", 3000)),
        ("交易", "-80.00", "", (NewsKind.OTHER, "交易", -8000)),
        ("退款", "30.00", "R1", (NewsKind.OTHER, "退款", 3000)),
        ("退款", "-30.00", "", (NewsKind.OTHER, "退款", -3000)),
        ("服务费", "-0.48", "", (NewsKind.OTHER, "服务费", -48)),
        ("退服务费", "0.48", "", (NewsKind.OTHER, "退服务费", 48)),
        ("转账", "-80.00", "", (NewsKind.OTHER, "转账", -8000)),
        ("", "80.00", "", (NewsKind.OTHER, "", 8000)),
    ],
)
def test_a_line_of_the_bill_is_booked_by_its_kind_and_its_sign_or_not_at_all(
    kind: str, amount: str, request_: str, booked: tuple[NewsKind, str, int]
) -> None:
    told = f"T1\t,{NO}\t,{kind},报名费,2026-12-02 09:30:01,{amount},{request_}\t"
    (news,) = read_alipay_bill(zipped(told))
    named = news.word if news.kind is NewsKind.OTHER else news.reference
    assert (news.kind, named, news.amount) == booked


def test_two_odd_lines_of_a_bill_are_two_items_and_each_is_the_same_tomorrow() -> None:
    lines = [f"T1\t,{NO}\t,服务费,报名费,2026-12-02 09:30:01,-0.{cent},\t" for cent in (48, 49)]
    first, second = read_alipay_bill(zipped(*lines))
    assert first.key != second.key
    assert read_alipay_bill(zipped(*lines)) == (first, second)
