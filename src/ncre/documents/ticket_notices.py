"""What a candidate is told to mind on the admission ticket (考生须知): what to bring, when to be there, what is forbidden."""

from __future__ import annotations

from typing import Final

from ncre.domain.bilingual import Bilingual

TICKET_NOTICES: Final = (
    Bilingual(
        "考生须凭本准考证和与报名信息一致的有效身份证件原件参加考试，两证缺一不得入场。",
        "Bring this admission ticket and the original of the valid identity document that you registered with; "
        "without both nobody enters.",
    ),
    Bilingual(
        "请提前 15 分钟到达考场，核对机位上显示的姓名、证件号码和照片。",
        "Be at the hall 15 minutes before, and check name, document number and photo on your machine.",
    ),
    Bilingual(
        "开考后不得入场；开考 15 分钟内不得离场，离场须经监考员同意。",
        "Nobody enters once the exam has begun; nobody leaves in its first 15 minutes, nor later without the invigilator's leave.",
    ),
    Bilingual(
        "不得携带手机、智能手表、蓝牙耳机等具有存储或通信功能的设备入场，违者按违规处理。",
        "Phones, smart watches, Bluetooth earphones and anything else that stores or transmits stay outside; breaches are dealt with.",
    ),
    Bilingual(
        "考试中设备发生故障请举手，由监考员处理；不得自行关机或重新登录。",
        "Raise your hand if the machine fails; do not switch it off or sign in again yourself.",
    ),
    Bilingual(
        "请妥善保管本准考证；可在打印时间内重复下载打印，内容以系统记录为准。",
        "Keep this admission ticket. It can be printed again while printing is open; what the system holds "
        "counts.",
    ),
)

UNCONFIRMED: Final = Bilingual(
    "本考点要求现场确认，本准考证生成时尚未确认：请按考点的考生通告规定的时间，带证件到考点确认报名。",
    "This site asks for confirmation on site, which was not made when this admission ticket was drawn: go "
    "there with your document in the time that its notice names.",
)
"""Where the site asks for a confirmation in person that is still to come."""
