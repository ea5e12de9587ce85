"""What is said to whoever may not act, acts too late, or meets a store that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import RefusalCode

ACTING: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.NOT_FOUND: Bilingual(
        "没有找到这份报名。请核对号码。", "There is no such registration. Please check the number."
    ),
    RefusalCode.NOT_YOURS: Bilingual(
        "没有找到这份报名。请核对号码。", "There is no such registration. Please check the number."
    ),
    RefusalCode.NOT_YOUR_SITE: Bilingual(
        "没有找到这份报名。请核对号码。", "There is no such registration. Please check the number."
    ),
    RefusalCode.NOT_YOUR_ROLE: Bilingual(
        "您的账号没有这项权限。如有需要，请联系考务办公室。",
        "Your account may not do this. If you need to, ask the exam office.",
    ),
    RefusalCode.OWN_REGISTRATION: Bilingual(
        "不能处理自己的报名，请由同事处理。",
        "Nobody decides on their own registration. Please ask a colleague.",
    ),
    RefusalCode.OUT_OF_DATE: Bilingual(
        "在您查看之后，这份报名已有变化（您看到的是第 {seen} 版，现在是第 {version} 版）。请看过最新内容再操作。",
        "This registration changed after you looked at it (you saw version {seen}, it is now {version}). "
        "Please look at it as it stands and act again.",
    ),
    RefusalCode.SENT_BEFORE: Bilingual(
        "这一页您已经提交过一次，那一次的内容已经保存；这次改过的内容没有保存。请对照已保存的内容，确认后再提交。",
        "You sent this page before, and what it said then was saved. What you changed since was not saved. "
        "Please compare it with what is saved, and send it again if you mean it.",
    ),
    RefusalCode.VERSION_UNKNOWN: Bilingual(
        "这份报名没有第 {seen} 版（现在是第 {version} 版），没有做任何改动。请刷新页面，看过最新内容再操作。",
        "This registration has no version {seen} (it is at version {version}); nothing was changed. "
        "Please reload the page, look at it as it stands and act again.",
    ),
    RefusalCode.OUT_OF_TURN: Bilingual(
        "当前状态为“{status}”，不能进行“{step}”。请返回查看现在可以做的事。",
        "The registration is “{status}”, so “{step}” is not possible now. Go back to see what is.",
    ),
    RefusalCode.BUSY: Bilingual(
        "同时有其他操作正在进行，您的操作没有完成。请稍候再试一次。",
        "Something else was happening at the same moment and your action was not carried out. Please try again.",
    ),
    RefusalCode.STORE_FULL: Bilingual(
        "系统的存储空间已满，您的操作没有保存，已有的内容不受影响、仍可查看。请过一会儿再试，或告知考点。",
        "The system has run out of storage. Your action was not saved; what is there is safe and can be read. "
        "Please try again later, or tell your site.",
    ),
    RefusalCode.STORE_READ_ONLY: Bilingual(
        "系统正在维护，现在只能查看，您的操作没有保存。请过几分钟再试。",
        "The system is under maintenance and can only be read now. Your action was not saved; "
        "please try again in a few minutes.",
    ),
    RefusalCode.STORE_AWAY: Bilingual(
        "系统暂时不能读写报名数据，恢复后会自动继续。您刚才的操作可能没有完成：请稍候片刻，返回上一页再提交一次，重复提交只算一次。",
        "The system cannot read or save registrations at the moment; it goes on by itself afterwards. What you "
        "just did may not be done. Wait a little, go back and send it again; sent twice, it counts once.",
    ),
    RefusalCode.STORE_BROKEN: Bilingual(
        "系统出了故障，您的操作没有完成，系统管理员需要处理。请过一段时间再试；如果一直这样，请联系考点。",
        "The system is out of order and its administrators have to repair it. Your action was not carried out. "
        "Please try again later; if it stays like this, ask your site.",
    ),
    RefusalCode.WINDOW_NOT_YET: Bilingual(
        "{window}还没有开始，{opens} 开始，请到时再办理。",
        "{window} has not begun; it opens at {opens} (Beijing time). Please come back then.",
    ),
    RefusalCode.WINDOW_OVER: Bilingual(
        "{window}已于 {closed} 截止。{follows}",
        "{window} closed at {closed} (Beijing time). {follows}",
    ),
    RefusalCode.OPENING_REASON: Bilingual(
        "请写明查看个人信息的原因（{least} 至 {most} 个字）。审计员会看到它，不要写证件号码、手机号等个人信息。",
        "Say why you open the private details ({least} to {most} characters). Auditors read it: write no "
        "document or phone number in it.",
    ),
    RefusalCode.TEXT_TOO_LONG: Bilingual(
        "文字太长：最多 {most} 个字符，现在有 {count} 个。没有保存，请缩短后再提交。",
        "The text is too long: at most {most} characters, it has {count}. Nothing was saved; shorten it and "
        "send again.",
    ),
    RefusalCode.TEXT_UNREADABLE: Bilingual(
        "文字里有不能使用的隐藏字符（{which}），没有保存。请删去后再提交。",
        "The text holds hidden characters ({which}), which cannot be used. Nothing was saved; remove them and "
        "send again.",
    ),
    RefusalCode.NOT_DUE: Bilingual("缴费期限还没有到。", "The time to pay is not over yet."),
    RefusalCode.PERSON_ERASED: Bilingual(
        "这个账号的个人信息已依法删除，不能再用它报名。请重新注册账号。",
        "The personal data of this account was erased; it cannot register. Please create another account.",
    ),
    RefusalCode.NOT_SEALED: Bilingual(
        "这份报名的记录还没有封存，请一分钟后再下载。",
        "What is recorded of this registration is not sealed yet. Please download it in a minute.",
    ),
}
