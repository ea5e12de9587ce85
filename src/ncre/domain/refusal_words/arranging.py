"""What is said about rounds, sites, notices and seats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import RefusalCode

ARRANGING: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.NOT_LEFT_TO_SITE: Bilingual(
        "考务办公室没有把这项内容交给考点管理，没有保存。如需修改，请联系考务办公室。",
        "The exam office did not leave this to the site; nothing was saved. To have it changed, ask the exam office.",
    ),
    RefusalCode.DRAFT_UNKNOWN: Bilingual(
        "没有找到这份草稿。请返回“考次设置”查看。",
        "There is no such draft. Go back to “Rounds” to see which there are.",
    ),
    RefusalCode.DRAFT_CHANGED: Bilingual(
        "您打开之后，这一页已有人改过，您填写的没有保存，仍在下面。请对照后再保存一次。",
        "Somebody changed this page after you opened it. What you typed was not saved and is still below: compare, "
        "and save once more.",
    ),
    RefusalCode.DRAFT_OVER: Bilingual(
        "这份草稿已经发布或废弃，不能再改。请从当前的考次另建一份。",
        "This draft was published or discarded and cannot be changed any more. Make another from the round in force.",
    ),
    RefusalCode.DRAFT_FAULTY: Bilingual(
        "草稿还有 {count} 处须改正，没有发布。请改正后再发布。",
        "The draft still has {count} faults; nothing was published. Please correct them first.",
    ),
    RefusalCode.DRAFT_TOO_LONG: Bilingual(
        "这一页填写的内容太多，没有保存。请减少行数或文字。",
        "This page holds too much; nothing was saved. Please take out rows or shorten texts.",
    ),
    RefusalCode.ROUND_EXISTS: Bilingual(
        "第 {round} 次考试已经有了，请填写另一个考次代码。",
        "Round {round} exists already: give another code.",
    ),
    RefusalCode.ROUND_CODE_UNFIT: Bilingual(
        "考次代码应为两位数字（01 至 99）。", "The code of a round is two digits, 01 to 99."
    ),
    RefusalCode.SITE_CODE_UNFIT: Bilingual("考点代码应为六位数字。", "The code of a site is six digits."),
    RefusalCode.SITE_CODE_TAKEN: Bilingual(
        "考点 {site} 已在草稿中，请填写另一个考点代码。",
        "Site {site} is in the draft already: give another code.",
    ),
    RefusalCode.ROUND_TO_MISSING: Bilingual(
        "没有可以转入的下一考次。请先开放下一考次，再延期。",
        "There is no next round to carry over to. Open it first, then postpone.",
    ),
    RefusalCode.ROUND_TO_LACKS_SITE: Bilingual(
        "第 {to} 次没有考点 {site}，或该考点已停止报名。请先修改第 {to} 次，或取消这份报名。",
        "Round {to} has no site {site}, or it is closed to registrations. Change round {to} first, or cancel the registration.",
    ),
    RefusalCode.ROUND_TO_LACKS_SUBJECT: Bilingual(
        "第 {to} 次的这个考点不开考科目 {subject}。请先修改第 {to} 次，或取消这份报名。",
        "The site does not offer subject {subject} in round {to}. Change round {to} first, or cancel the registration.",
    ),
    RefusalCode.CALLED_OFF_ALREADY: Bilingual(
        "这个考点的停办正在办理中，请查看进度。",
        "This site is being called off already: look at its progress.",
    ),
    RefusalCode.NOTICE_EMPTY: Bilingual(
        "公告的标题和正文，中文和英文都要填写。",
        "A notice needs its title and text in Chinese and in English.",
    ),
    RefusalCode.CHAIR_TAKEN: Bilingual(
        "考场 {hall} 的 {seat} 号座位已有人，请重新编排。",
        "Seat {seat} in hall {hall} is taken. Please assign seats again.",
    ),
    RefusalCode.NO_CAPACITY: Bilingual(
        "考点 {site} 座位不够：还有 {missing} 人次没有座位，一个也没有编排。每个批次至少再增加 {seats} 个座位（增加机房）；或者至少再增加 {batches} 个批次（每批次不短于 "
        "{minutes} 分钟）。",
        "Site {site} has too few seats: {missing} are missing, so nobody was seated. Add at least {seats} "
        "seats to every sitting (more rooms), or at least {batches} sittings of {minutes} minutes or more.",
    ),
    RefusalCode.NO_ROOMS: Bilingual(
        "考点 {site} 没有机房：{missing} 人次没有座位，一个也没有编排。每个批次至少需要 {seats} 个座位。",
        "Site {site} has no rooms: {missing} seats are missing, so nobody was seated. Every sitting needs at "
        "least {seats} seats.",
    ),
    RefusalCode.TOO_FEW_BATCHES: Bilingual(
        "考点 {site} 批次不够：还有 {missing} 人次没有座位，一个也没有编排。有考生的科目多于可用批次，只增加机房不能解决；至少再增加 {batches} 个批次（每批次不短于 "
        "{minutes} 分钟）。",
        "Site {site} has too few sittings: {missing} seats are missing, so nobody was seated. Somebody has "
        "more subjects than there are sittings for them, and more rooms alone do not help; add at least "
        "{batches} sittings of {minutes} minutes or more.",
    ),
    RefusalCode.TOO_FEW_SEATS: Bilingual(
        "考点 {site} 座位不够：还有 {missing} 人次没有座位，一个也没有编排。每个批次至少再增加 {seats} 个座位（增加机房）。",
        "Site {site} has too few seats: {missing} are missing, so nobody was seated. Add at least {seats} "
        "seats to every sitting (more rooms).",
    ),
    RefusalCode.TOO_MANY_HALLS: Bilingual(
        "考点 {site} 还有 {missing} 人次没有座位，一个也没有编排。一个考点最多编号 {most} 个考场（机房数 × 批次数），"
        "再增加也排不下；请使用较大的机房，或分为两个考点。",
        "Site {site}: {missing} seats are missing, so nobody was seated. A site has numbers for {most} halls "
        "(rooms x sittings), and no addition is enough; use larger rooms, or divide the site in two.",
    ),
    RefusalCode.NOBODY_TO_SEAT: Bilingual(
        "考点 {site} 没有需要编排的考生，没有编排任何人：只有已支付、还没有座位的考生才会编排。请等考生支付后再编排。",
        "Nobody is waiting for a seat at site {site}, so nobody was seated. Only those who have paid and have "
        "no seat yet are seated. Please wait until somebody has paid.",
    ),
    RefusalCode.HALLS_UNKNOWN: Bilingual(
        "考点 {site} 没有所选的批次或机房：{which}。请重新选择。",
        "Site {site} has no such sittings or rooms: {which}. Please choose again.",
    ),
    RefusalCode.SEED_UNFIT: Bilingual(
        "随机种子应为 0 至 {most} 的整数，现在是“{seed}”。没有编排任何人；请改正，或换一个种子预览。",
        "A seed is a whole number from 0 to {most}, not {seed!r}. Nobody was seated; correct it, or preview with "
        "another seed.",
    ),
    RefusalCode.PREVIEW_OUTDATED: Bilingual(
        "预览之后情况有变（有人支付、取消，或考点规则已修改），没有编排任何人。下面是新的预览，请核对后再确认。",
        "Something changed after the preview (somebody paid or was cancelled, or the rules of the site were "
        "revised), so nobody was seated. This is a new preview; please check it and confirm again.",
    ),
    RefusalCode.NOTICE_OUTDATED: Bilingual(
        "这份公告在您编辑期间已由他人发布了新的内容，您的内容还没有发布。请对照现行的公告，再次点击发布即替换它。",
        "Somebody else posted this notice while you were editing it; yours is not posted yet. Compare it with the one "
        "that stands; posting again replaces that one.",
    ),
    RefusalCode.REVISION_OUTDATED: Bilingual(
        "这次修订是按第 {made_from} 次修订制作的，现行的是第 {in_force} 次，没有保存任何内容。请与现行安排比较后再提交。",
        "This revision was made from revision {made_from}, and number {in_force} is in force; nothing was saved. "
        "Compare it with the round in force and send it again.",
    ),
    RefusalCode.REVISION_REFUSED: Bilingual(
        "这次修订没有保存：{what}", "The revision was not saved: {what_en}"
    ),
    RefusalCode.NUMBER_UNFIT: Bilingual(
        "{what}“{value}”不能用于报名号和准考证号：应为{form}。请在考次文件中改正后重新载入；这次没有保存任何内容。",
        "{what_en} ({value}) cannot be part of registration and ticket numbers: it must be {form_en}. "
        "Correct it in the files of the round and load them again; nothing was saved.",
    ),
    RefusalCode.NUMBERS_USED_UP: Bilingual(
        "考点 {site} 的报名号已全部用完（最多 {most} 个），不能再报。请另选考点，或联系考务办公室。",
        "Site {site} has given out all its registration numbers ({most}). Please choose another site, or "
        "contact the exam office.",
    ),
    RefusalCode.NOBODY_SEATED: Bilingual(
        "考点 {site} 还没有编排这些考场，请先编排。",
        "These halls of site {site} have not been seated yet. Assign seats first.",
    ),
}
