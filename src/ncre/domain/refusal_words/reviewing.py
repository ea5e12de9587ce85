"""What is said to staff who decide about registrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import RefusalCode

REVIEWING: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.REASON_MISSING: Bilingual(
        "请至少选择一条不通过的原因。", "Choose at least one reason for the rejection."
    ),
    RefusalCode.REASON_UNKNOWN: Bilingual(
        "原因代码 {reason} 不存在，请从列表中选择。", "There is no reason {reason}. Choose from the list."
    ),
    RefusalCode.REASON_TEXT_MISSING: Bilingual("请写明原因。", "Please write down the reason."),
    RefusalCode.EVIDENCE_MISSING: Bilingual(
        "请写明核对了什么证据，例如证件原件、申请书编号。",
        "Please write down the evidence you saw, for example the document and the number of the application.",
    ),
    RefusalCode.NOT_WAITING: Bilingual(
        "这份报名已不在待审核中，没有做任何改动。请刷新页面查看。",
        "This registration does not wait for review any more; nothing was changed. Please reload the page.",
    ),
    RefusalCode.OFFLINE_MOMENT: Bilingual(
        "设备记录的办理时间（{at}）不在名单有效期（{earliest} 至 {latest}）内，没有完成。请核对设备时间，并在线重新办理。",
        "The moment on the device ({at}) is outside of its list ({earliest} to {latest}), so nothing was done. "
        "Check the device's clock, and do it again online.",
    ),
    RefusalCode.OFFLINE_LIST: Bilingual(
        "这份离线名单不是您本人下载的，没有完成。请下载名单的工作人员登录后上传。",
        "This offline list was not downloaded by you, so nothing was done. Whoever downloaded it must sign in and send it.",
    ),
    RefusalCode.OFFLINE_BATCH: Bilingual(
        "上传的内容无法识别，没有完成。一次最多 {most} 条，请刷新离线工作台后重新上传。",
        "What was sent is not readable, so nothing was done. At most {most} records at once: reload the "
        "offline desk and send again.",
    ),
    RefusalCode.CASE_CLAIMED: Bilingual(
        "同事正在办理这份报名。请等同事办完，或先在报名页面接手。",
        "A colleague is at this registration. Please wait until they are done, or take it over on its page first.",
    ),
    RefusalCode.COLLEAGUE_UNKNOWN: Bilingual(
        "请选择同一考点的一位审核员。", "Please choose a reviewer of the same site."
    ),
    RefusalCode.NOTHING_CHOSEN: Bilingual(
        "请先选中至少一份报名，再选择审核通过或不通过。",
        "Please select at least one registration first, then approve or reject.",
    ),
    RefusalCode.TOO_MUCH_CHOSEN: Bilingual(
        "一次最多办理 {most} 份，请用筛选缩小范围。",
        "No more than {most} registrations are decided at once. Please narrow the list by its filters.",
    ),
    RefusalCode.RUN_UNKNOWN: Bilingual(
        "没有找到这次批量办理。请返回“批量办理”查看。",
        "There is no such bulk run. Go back to “Bulk review” to see which there are.",
    ),
    RefusalCode.VERDICT_MISSING: Bilingual("请选择一项结论。", "Please choose a verdict."),
    RefusalCode.LOOK_NOT_TAKEN: Bilingual(
        "这份复核不在您手上，或已超过时限，没有做任何改动。请重新领取一份。",
        "This second look is not yours, or its time is over; nothing was changed. Please take another.",
    ),
    RefusalCode.LOOK_SETTLED: Bilingual(
        "这项分歧已有结论，没有做任何改动。请刷新页面查看。",
        "This disagreement is settled already; nothing was changed. Please reload the page.",
    ),
    RefusalCode.RATE_UNFIT: Bilingual(
        "抽查比例须为 0 到 100 之间的数，最多一位小数。",
        "The rate must be a number from 0 to 100 with at most one decimal.",
    ),
}
