"""What is said about money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import RefusalCode

PAYING: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.MONEY_UNDECIDED: Bilingual(
        "这份报名已缴费 {paid} 元。请选择：退还，或按“缴费后不退”的规定不退。",
        "{paid} yuan were paid for this registration. Choose: refund them, or keep them by the rule that a "
        "paid fee is not refunded.",
    ),
    RefusalCode.MONEY_REASON_MISSING: Bilingual(
        "请写明退还或不退的理由。", "Please write down why the fee is refunded or kept."
    ),
    RefusalCode.NO_PAYMENT_DUE: Bilingual("现在不能支付。{why}", "Nothing can be paid now. {why}"),
    RefusalCode.ALREADY_PAID: Bilingual(
        "这份报名在您登记之前已经缴费，这笔现金没有登记。请把 {amount} 元当场退还给考生，并作废收据。",
        "This registration was paid before; the cash is not recorded. Hand {amount} yuan back to the candidate now "
        "and void the receipt.",
    ),
    RefusalCode.NOTHING_OWED: Bilingual(
        "没有待退还的款项，或者已经退还。请刷新后再看。",
        "Nothing is owed back here, or it has gone back already. Reload to see.",
    ),
    RefusalCode.CHANNEL_UNKNOWN: Bilingual("请选择一种支付方式。", "Please choose a way to pay."),
    RefusalCode.CHANNEL_SILENT: Bilingual(
        "支付平台暂时没有回应，之前打开的订单还不能关闭，所以现在不能修改。请过几分钟再试。",
        "The payment platform does not answer, so the order that is open cannot be closed and nothing may be "
        "changed now. Please try again in a few minutes.",
    ),
    RefusalCode.RECEIPT_MISSING: Bilingual(
        "请填写收据号（1 至 40 个字母、数字或连字符）。",
        "Enter the receipt number (1 to 40 letters, digits or hyphens).",
    ),
    RefusalCode.RECEIPT_OF_A_TICKET: Bilingual(
        "{receipt} 是报名号或准考证号，不是收据号：扫码枪可能扫错了位置，没有登记。请填写收据上的号码。",
        "{receipt} is a registration or ticket number and no receipt: the scanner may have typed it into this field. "
        "Nothing was recorded. Please enter the number on the receipt.",
    ),
    RefusalCode.RECEIPT_USED: Bilingual(
        "收据号 {receipt} 已经登记过，请核对后填写这笔收款自己的收据号。",
        "The receipt number {receipt} is recorded already. Please enter the one of this payment.",
    ),
    RefusalCode.WRONG_AMOUNT: Bilingual(
        "应收 {due} 元，填写的是 {given} 元。请按应收金额收款。",
        "{due} yuan are due, you entered {given}. Please take the amount that is due.",
    ),
    RefusalCode.AMOUNT_UNREADABLE: Bilingual(
        "“{typed}”不是金额。请填写实收的元数，例如 160 或 160.00。",
        "“{typed}” is no amount. Enter the yuan that you took, as 160 or 160.00.",
    ),
}
