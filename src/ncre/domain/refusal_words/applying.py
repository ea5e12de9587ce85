"""What is said to candidates on their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import RefusalCode

APPLYING: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.AGREEMENT_CHANGED: Bilingual(
        "报名协议已更新，请重新阅读后再同意。",
        "The agreement was updated. Please read it again before accepting.",
    ),
    RefusalCode.PLACE_TAKEN: Bilingual(
        "该证件号码在本考次已由另一个账号报名。如果那也是您，请用原账号登录；如果不是，或找不回原账号，"
        "请带证件联系考点或考务办公室。",
        "This document number is already registered in this round by another account. If that was you, sign in "
        "with that account; if not, or if you cannot get back in, bring your document to the site or exam office.",
    ),
    RefusalCode.HOLDER_TAKEN: Bilingual(
        "本考次已有一位外国人永久居留身份证持有人报名，其姓名、性别和出生日期与您相同。新旧证件号码不同，按持证人核对。"
        "如果那是您换证前的报名，请用原账号登录；如果不是，请改用护照报名，或带证件联系考点或考务办公室。",
        "A holder of a permanent residence card with your name, sex and date of birth is registered in this round already. "
        "Old and new cards have different numbers, so the holder counts. If that was you, sign in with that account; if "
        "not, register with your passport, or bring your document to the site or exam office.",
    ),
    RefusalCode.STUDENT_UNNAMED: Bilingual(
        "这个考点只接受本校在校生：请填写学号；没有学号的，请勾选声明。",
        "This site takes its own students only: give your school number, or tick the declaration if you have none.",
    ),
    RefusalCode.SCHOOL_NUMBER_INVALID: Bilingual(
        "学号由数字和英文字母组成，最多 30 位，请对照学生证检查。",
        "A school number has digits and English letters, at most 30. Compare it with your student card.",
    ),
    RefusalCode.DOCUMENT_NOT_ACCEPTED: Bilingual(
        "本次考试不接受这种证件，请从列表中选择其他证件。",
        "This exam does not accept this type of document. Please choose another one from the list.",
    ),
    RefusalCode.SITE_UNKNOWN: Bilingual("请选择考点。", "Please choose a site."),
    RefusalCode.SUBJECT_NOT_OFFERED: Bilingual(
        "所选考点不开考科目 {subject}，请重新选择。",
        "Subject {subject} is not offered at this site. Please choose again.",
    ),
    RefusalCode.SUBJECT_TWICE: Bilingual(
        "同一科目不能重复报考，请去掉重复的科目。",
        "The same subject cannot be taken twice in a round. Please take one of them out.",
    ),
    RefusalCode.NO_SUBJECT: Bilingual("至少选择一个科目。", "Choose at least one subject."),
    RefusalCode.TOO_MANY_SUBJECTS: Bilingual(
        "这个考点每人最多报考 {most} 科，请减少科目。",
        "At this site one person may take at most {most} subjects. Please choose fewer.",
    ),
    RefusalCode.SUBJECT_FULL: Bilingual(
        "科目 {subject} 在这个考点的名额已满，您的其他内容没有改动。请换科目或换考点。",
        "Subject {subject} has no seats left at this site; nothing of yours changed. "
        "Choose another subject or another site.",
    ),
    RefusalCode.SITE_FULL: Bilingual(
        "考点 {site} 的总名额已满，请选择其他考点。", "Site {site} is full. Please choose another site."
    ),
    RefusalCode.DECLARATION_MISSING: Bilingual(
        "请勾选“{declaration}”后再提交。",
        "Please tick “{declaration_en}” before submitting.",
    ),
    RefusalCode.PHOTO_REFUSED: Bilingual(
        "照片不符合要求，没有保存（{codes}）。请按说明修改照片。",
        "The photo does not meet the rules and was not saved ({codes}). Please choose another.",
    ),
    RefusalCode.PHOTO_LOST: Bilingual(
        "照片已丢失或损坏。请考生重新上传，之后才能继续。",
        "The photo is lost or damaged. The candidate has to upload it again before this can go on.",
    ),
    RefusalCode.PHOTO_NOT_KEPT: Bilingual(
        "现在存不下照片，这张没有保存，报名的其他内容没有变化。请稍后再上传；如果一直这样，请联系考点。",
        "The server cannot keep photos at the moment, so this one was not saved; nothing else changed. Please "
        "upload it again later, or ask your site if it stays so.",
    ),
    RefusalCode.PHOTOS_SILENT: Bilingual(
        "暂时读不到照片，这次操作没有完成。请稍后再试。",
        "Photos cannot be read at the moment, so nothing was done. Please try again later.",
    ),
    RefusalCode.PHOTOS_BUSY: Bilingual(
        "正在检查的照片较多，这张还没有检查，也没有保存。请过几秒再上传一次。",
        "Many photos are being checked, so this one was neither checked nor kept. "
        "Please upload it again in a few seconds.",
    ),
    RefusalCode.NO_EARLIER_PHOTO: Bilingual(
        "没有可沿用的照片，请上传。", "There is no earlier photo. Please upload one."
    ),
    RefusalCode.OTHER_PERSON: Bilingual(
        "该账号的个人资料是另一个证件号码，不能转到那里。请核对账号；如果是同一人，请考生先更正个人资料。",
        "The personal details of that account carry another document number, so it does not go there. Check the "
        "account; if it is the same person, they must correct their personal details first.",
    ),
    RefusalCode.REVIEW_OPENED: Bilingual(
        "考点工作人员已经打开过这份报名，审核申请不能再撤回。请等待审核结果；审核未通过时可以修改。",
        "The site's staff have opened this registration, so the request for review cannot be taken back any "
        "more. Wait for the result; what is not approved may be corrected.",
    ),
    RefusalCode.SITE_CLOSED: Bilingual(
        "考点 {site} 已停止报名，请另选考点。",
        "Site {site} takes no registrations any more. Please choose another.",
    ),
    RefusalCode.PRINT_NOT_PAID: Bilingual(
        "支付完成后才能打印报名登记表。", "The registration form can be printed once the fee is paid."
    ),
    RefusalCode.PRINT_NOT_SEATED: Bilingual(
        "考点还没有编排考场，编排后即可打印准考证。",
        "The site has not assigned seats yet; the admission ticket comes after that.",
    ),
    RefusalCode.PRINT_NOT_YET: Bilingual(
        "准考证 {opens} 起可以打印。", "The admission ticket can be printed from {opens} (Beijing time)."
    ),
    RefusalCode.PRINT_OVER: Bilingual(
        "打印准考证的时间已于 {closed} 结束，请联系考点。",
        "Printing closed at {closed} (Beijing time). Please ask your site.",
    ),
    RefusalCode.BANNED: Bilingual(
        "根据处理决定（编号 {decision}），这个证件号码的持有人在 {until}（含当日）之前不能报名和缴费。已支付而未生效的"
        "款项会原路退回。如有疑问，请带上证件和决定书，联系{whom}。",
        "By decision {decision}, the holder of this document cannot register or pay until the end of {until}. Money "
        "that came and cannot be used goes back to where it came from. With questions, bring the document and the "
        "decision to {whom}.",
    ),
}
