"""What is said for each refusal, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual, Said
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.domain.registration.window_wording import FOLLOWS, WINDOWS
from ncre.domain.wording import STATUSES, STEPS

REFUSALS: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.NOT_FOUND: Bilingual("没有找到这份报名。", "There is no such registration."),
    RefusalCode.NOT_YOURS: Bilingual("没有找到这份报名。", "There is no such registration."),
    RefusalCode.NOT_YOUR_SITE: Bilingual("没有找到这份报名。", "There is no such registration."),
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
        "Please compare it with what is saved, and send it again if it is meant.",
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
        "同时有其他操作正在进行，您的操作没有执行。请稍候再试一次。",
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
        "系统暂时连不上数据库，恢复后会自动继续。您刚才的操作可能没有完成：请稍候片刻，返回上一页再提交一次，重复提交只算一次。",
        "The system cannot reach its database for the moment and goes on by itself afterwards. What you just did may "
        "not be done: wait a little, go back and send it again; sent twice, it counts once.",
    ),
    RefusalCode.STORE_BROKEN: Bilingual(
        "系统的数据库出了故障，您的操作没有完成，管理员需要处理。请过一段时间再试；如果一直这样，请联系考点。",
        "The database of the system is damaged and must be mended by its operators. Your action was not carried out. "
        "Please try again later; if it stays like this, ask your site.",
    ),
    RefusalCode.WINDOW_NOT_YET: Bilingual(
        "{window}还没有开始，{opens} 开始。", "{window} has not begun; it opens at {opens} (exam time)."
    ),
    RefusalCode.WINDOW_OVER: Bilingual(
        "{window}已于 {closed} 截止。{follows}",
        "{window} closed at {closed} (exam time). {follows}",
    ),
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
        "本考次已有姓名、性别和出生日期与您相同的外国人永久居留身份证持有人报名（新旧证件号码不同，按持证人核对）。如果那是您换证前的"
        "报名，请用原账号登录；如果不是，请改用护照报名，或带证件联系考点或考务办公室。",
        "A holder of a permanent residence card with your name, sex and date of birth is registered in this round already "
        "(old and new cards have different numbers, so the holder counts). If that was you, sign in with that account; if "
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
        "This exam does not accept this kind of document. Please choose another one from the list.",
    ),
    RefusalCode.SITE_UNKNOWN: Bilingual("请选择考点。", "Please choose a site."),
    RefusalCode.SUBJECT_NOT_OFFERED: Bilingual(
        "所选考点不开考科目 {subject}，请重新选择。",
        "Subject {subject} is not open at this site. Please choose again.",
    ),
    RefusalCode.SUBJECT_TWICE: Bilingual(
        "同一科目不能重复报考。", "The same subject cannot be taken twice in a round."
    ),
    RefusalCode.NO_SUBJECT: Bilingual("至少选择一个科目。", "Choose at least one subject."),
    RefusalCode.TOO_MANY_SUBJECTS: Bilingual(
        "这个考点每人最多报考 {most} 科，请减少科目。",
        "At this site one person may take at most {most} subjects.",
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
        "请勾选“我保证以上信息是真实和准确的”后再提交。",
        "Please tick “I declare that the above is true and accurate” before submitting.",
    ),
    RefusalCode.PHOTO_REFUSED: Bilingual(
        "照片不符合要求，没有保存（{codes}）。请按说明更换照片。",
        "The photo does not meet the rules and was not kept ({codes}). Please choose another.",
    ),
    RefusalCode.PHOTO_LOST: Bilingual(
        "照片文件在服务器上丢失或损坏，考生重新上传之前不能继续。",
        "The file of the photo is lost or damaged on the server. Nothing goes on until another is uploaded.",
    ),
    RefusalCode.PHOTO_NOT_KEPT: Bilingual(
        "服务器暂时存不下照片，这张没有保存，报名的其他内容没有变化。请稍后再上传；如果一直这样，请联系考点。",
        "The server cannot keep photos at the moment, so this one was not kept; nothing else changed. "
        "Please upload it again later, or ask your site if it stays so.",
    ),
    RefusalCode.PHOTOS_SILENT: Bilingual(
        "暂时读不到照片，这次操作没有执行。请稍后再试。",
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
    RefusalCode.REASON_MISSING: Bilingual(
        "请至少选择一条不通过的原因。", "Choose at least one reason for the rejection."
    ),
    RefusalCode.REASON_UNKNOWN: Bilingual(
        "原因代码 {reason} 不存在，请从列表中选择。", "There is no reason {reason}. Choose from the list."
    ),
    RefusalCode.REASON_TEXT_MISSING: Bilingual("请写明原因。", "Please write down the reason."),
    RefusalCode.OPENING_REASON: Bilingual(
        "请写明查看个人信息的原因（{least} 至 {most} 个字）。审计员会看到它，不要写证件号码、手机号等个人信息。",
        "Say why you open the private details ({least} to {most} characters). Auditors read it: no document or phone "
        "number in it.",
    ),
    RefusalCode.TEXT_TOO_LONG: Bilingual(
        "文字太长：最多 {most} 个字符，现在有 {count} 个。没有保存，请缩短后再提交。",
        "The text is too long: at most {most} characters, it has {count}. Nothing was kept; shorten it and send again.",
    ),
    RefusalCode.TEXT_UNREADABLE: Bilingual(
        "文字里有不能使用的控制字符（{which}），没有保存。请删去后再提交。",
        "The text holds control characters ({which}). Nothing was kept; remove them and send again.",
    ),
    RefusalCode.NOTICE_EMPTY: Bilingual(
        "公告的标题和正文，中文和英文都要填写。",
        "A notice needs its title and text in Chinese and in English.",
    ),
    RefusalCode.MONEY_UNDECIDED: Bilingual(
        "这份报名已缴费 {paid} 元。请选择：退还，或按“缴费后不退”的规定不退。",
        "{paid} yuan were paid for this registration. Choose: return them, or keep them by the rule that a paid "
        "fee is not returned.",
    ),
    RefusalCode.MONEY_REASON_MISSING: Bilingual(
        "请写明退还或不退的理由。", "Please write down why the fee is returned or kept."
    ),
    RefusalCode.EVIDENCE_MISSING: Bilingual(
        "请写明核对了什么证据，例如证件原件、申请书编号。",
        "Please write down the evidence you saw, for example the document and the number of the application.",
    ),
    RefusalCode.ACCOUNT_UNKNOWN: Bilingual(
        "没有这个考生账号。请核对账号名、邮箱或手机号。",
        "There is no such candidate's account. Check its name, e-mail address or phone number.",
    ),
    RefusalCode.STAFF_UNKNOWN: Bilingual("没有这个工作人员账号。", "There is no such account of staff."),
    RefusalCode.STAFF_SITE_UNKNOWN: Bilingual(
        "本考次没有考点 {site}，请核对代码。", "The round has no site {site}. Check the code."
    ),
    RefusalCode.NOT_STAFF: Bilingual(
        "这是考生账号，只能改权限。", "This is a candidate's account: only its role can be changed."
    ),
    RefusalCode.ACCOUNT_DISABLED: Bilingual(
        "这个账号已停用，请联系考务办公室。", "This account is disabled. Ask the exam office."
    ),
    RefusalCode.OWN_ACCOUNT: Bilingual(
        "不能修改自己的账号，请由考务办公室的另一位同事办理。",
        "Nobody changes their own account. Ask a colleague of the exam office.",
    ),
    RefusalCode.LAST_OFFICE: Bilingual(
        "这是考务办公室最后一个能登录的账号，不能停用、注销或改为其他身份。请先新建一个。",
        "This is the last account of the exam office that signs in; it cannot be disabled, closed or given another role. "
        "Make another one first.",
    ),
    RefusalCode.WHY_MISSING: Bilingual("请写明原因。", "Say why."),
    RefusalCode.SITES_MISSING: Bilingual("审核员须至少指定一个考点。", "A reviewer needs at least one site."),
    RefusalCode.SECOND_PERSON: Bilingual(
        "申请人不能自己确认，请由考务办公室的另一位同事确认；没有时，请在服务器上执行 ncre user。",
        "Whoever asked cannot confirm it. Ask a colleague of the exam office; if there is none, use ncre user on the server.",
    ),
    RefusalCode.SCOPE_UNKNOWN: Bilingual("请至少选择一项权限。", "Choose at least one scope."),
    RefusalCode.SCOPE_MISSING: Bilingual(
        "这个接入没有所需的权限：{scope}。请联系考务办公室。",
        "This integration lacks the scope {scope}. Ask the exam office for it.",
    ),
    RefusalCode.INTEGRATION_UNKNOWN: Bilingual("没有这个接入。", "There is no such integration."),
    RefusalCode.INTEGRATION_OVER: Bilingual(
        "这个接入已经停用，请新建一个。", "This integration was revoked. Make a new one."
    ),
    RefusalCode.LETTER_EMPTY: Bilingual(
        "请填写这一项，两种语言都要填写。", "Fill this in, in both languages."
    ),
    RefusalCode.LETTER_PLACEHOLDER_UNKNOWN: Bilingual(
        "这里不能用 {which}。可以用：{may}。", "{which} cannot stand here. You may use: {may}."
    ),
    RefusalCode.LETTER_PLACEHOLDER_MISSING: Bilingual(
        "正文缺少 {which}，收信人会看不到这项内容。请加上。",
        "The body lacks {which}, so its reader would not learn it. Please add it.",
    ),
    RefusalCode.LETTER_MUST_BE_TOLD: Bilingual(
        "这类通知关系到费用或期限，不能退订。",
        "Letters of this kind are about money or deadlines and cannot be switched off.",
    ),
    RefusalCode.SECRETS_TWO: Bilingual(
        "已经有两个密钥同时有效。请先停用旧的一个，再发新的。",
        "Two secrets are valid already. Revoke the older one before a new one is issued.",
    ),
    RefusalCode.WEBHOOK_ADDRESS: Bilingual(
        "推送地址应为 https:// 开头的公网地址，不含用户名、密码和片段。",
        "The address must be a public one that begins with https://, without user, password or fragment.",
    ),
    RefusalCode.REQUEST_OVER: Bilingual(
        "这个申请已处理、已撤回或超过 7 天，请重新申请。",
        "This request was dealt with, taken back, or is older than 7 days. Ask again.",
    ),
    RefusalCode.OTHER_PERSON: Bilingual(
        "该账号的个人资料是另一个证件号码，不能转到那里。请核对账号；如果是同一人，请考生先更正个人资料。",
        "The personal details of that account carry another document number, so it does not go there. Check the "
        "account; if it is the same person, they must correct their personal details first.",
    ),
    RefusalCode.ACCOUNT_BUSY: Bilingual(
        "该账号本考次已有未放弃的报名，请先由考生放弃它。",
        "That account has a registration of its own under way in this round; the candidate must withdraw it first.",
    ),
    RefusalCode.NOT_DUE: Bilingual("缴费期限还没有到。", "The time to pay is not over yet."),
    RefusalCode.CHAIR_TAKEN: Bilingual(
        "考场 {hall} 的 {seat} 号座位已有人。", "Seat {seat} in hall {hall} is taken."
    ),
    RefusalCode.NO_CAPACITY: Bilingual(
        "考点 {site} 座位不够：还有 {missing} 人次没有座位，一个也没有编排。每个批次至少再增加 {seats} 个座位（增加考场），"
        "或者至少再增加 {batches} 个批次（每批次不短于 {minutes} 分钟）。",
        "Site {site} has too few seats: {missing} sittings have none, so nobody was seated. Add at least "
        "{seats} seats to every batch (more rooms), or at least {batches} batches of {minutes} minutes or more.",
    ),
    RefusalCode.NO_ROOMS: Bilingual(
        "考点 {site} 没有考场：{missing} 人次没有座位，一个也没有编排。每个批次至少需要 {seats} 个座位。",
        "Site {site} has no rooms: {missing} sittings have no seat, so nobody was seated. Every batch needs "
        "at least {seats} seats.",
    ),
    RefusalCode.TOO_FEW_BATCHES: Bilingual(
        "考点 {site} 批次不够：还有 {missing} 人次没有座位，一个也没有编排。有考生的科目多于可用批次，只增加考场不能解决；"
        "至少再增加 {batches} 个批次（每批次不短于 {minutes} 分钟）。",
        "Site {site} has too few batches: {missing} sittings have no seat, so nobody was seated. Somebody has "
        "more subjects than there are batches for them, and more rooms alone do not help; add at least "
        "{batches} batches of {minutes} minutes or more.",
    ),
    RefusalCode.TOO_FEW_SEATS: Bilingual(
        "考点 {site} 座位不够：还有 {missing} 人次没有座位，一个也没有编排。每个批次至少再增加 {seats} 个座位（增加考场）。",
        "Site {site} has too few seats: {missing} sittings have none, so nobody was seated. Add at least "
        "{seats} seats to every batch (more rooms).",
    ),
    RefusalCode.TOO_MANY_HALLS: Bilingual(
        "考点 {site} 还有 {missing} 人次没有座位，一个也没有编排。一个考点最多编号 {most} 个考场（机房数 × 批次数），"
        "再增加也排不下；请使用较大的机房，或分为两个考点。",
        "Site {site}: {missing} sittings have no seat, so nobody was seated. A site has numbers for {most} halls "
        "(rooms x batches), and no addition is enough; use larger rooms, or divide the site in two.",
    ),
    RefusalCode.NOBODY_TO_SEAT: Bilingual(
        "考点 {site} 没有需要编排的考生，没有编排任何人：只有已支付、还没有座位的考生才会编排。",
        "Nobody is waiting for a seat at site {site}, so nobody was seated: only those who have paid and have "
        "no seat yet are seated.",
    ),
    RefusalCode.HALLS_UNKNOWN: Bilingual(
        "考点 {site} 没有所选的批次或机房：{which}。请重新选择。",
        "Site {site} has no such batches or rooms: {which}. Please choose again.",
    ),
    RefusalCode.SEED_UNFIT: Bilingual(
        "随机种子应为 0 至 {most} 的整数，现在是“{seed}”。没有编排任何人；请改正，或换一个种子预览。",
        "A seed is a whole number from 0 to {most}, not {seed!r}. Nobody was seated; correct it, or preview with "
        "another seed.",
    ),
    RefusalCode.PREVIEW_OUTDATED: Bilingual(
        "预览之后情况有变（有人支付、取消，或考点规则已修改），没有编排任何人。下面是新的预览，请核对后再确认。",
        "Something changed after the preview (somebody paid or was cancelled, or the rules of the site were "
        "revised), so nobody was seated. This is the preview anew; please check it and confirm again.",
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
    RefusalCode.REVIEW_OPENED: Bilingual(
        "考点工作人员已经打开过这份报名，审核申请不能再撤回。请等待审核结果；审核未通过时可以修改。",
        "The site's staff have opened this registration, so the request for review cannot be taken back any more. "
        "Wait for the result; what is rejected may be mended.",
    ),
    RefusalCode.SITE_CLOSED: Bilingual(
        "考点 {site} 已停止报名，请另选考点。",
        "Site {site} takes no registrations any more. Please choose another.",
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
        "考点 {site} 还没有编排这些考场。", "These halls of site {site} have not been seated yet."
    ),
    RefusalCode.PERSON_ERASED: Bilingual(
        "这个账号的个人信息已依法删除，不能再用它报名。",
        "The personal data of this account was erased; it cannot register.",
    ),
    RefusalCode.ERASURE_HELD: Bilingual(
        "现在不能删除：报名 {number} {by}。{possible} 之后可以删除。没有删除任何内容。",
        "It cannot be erased now: of registration {number}, {by}. It is possible after {possible} (exam time). "
        "Nothing was erased.",
    ),
    RefusalCode.ERASURE_OF_STAFF: Bilingual(
        "这是工作人员的账号，其经办记录须保存，不能删除；可以先改为考生账号或停用。",
        "This is an account of staff, whose acts are kept; it is not erased. Make it a candidate's first, or disable it.",
    ),
    RefusalCode.ERASURE_WHY_PRIVATE: Bilingual(
        "原因会永久保存，不能写出要删除的姓名、证件号、电话、邮箱或地址。请改写，例如写来信编号。",
        "The reason is kept for ever, so it must not say the name, number, phone, e-mail or address that is erased. "
        "Write it otherwise, as by the number of the letter.",
    ),
    RefusalCode.ERASURE_NOT_ASKED: Bilingual(
        "没有待处理的删除申请，可能已经处理或撤回。请刷新后再看。",
        "No request waits for a decision; it was decided or taken back. Reload to see.",
    ),
    RefusalCode.RETENTION_UNFIT: Bilingual(
        "天数应为 0 至 {most} 的整数。", "Days are whole numbers from 0 to {most}."
    ),
    RefusalCode.RETENTION_TOO_SHORT: Bilingual(
        "自动删除（{erase} 天）不能早于法定保存期（{keep} 天）。",
        "Erasing by itself (after {erase} days) cannot come before the time for which data must be kept ({keep} days).",
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
    RefusalCode.PRINT_NOT_PAID: Bilingual(
        "支付完成后才能打印报名登记表。", "The registration form can be printed once the fee is paid."
    ),
    RefusalCode.PRINT_NOT_SEATED: Bilingual(
        "考点还没有编排考场，编排后即可打印准考证。",
        "The site has not assigned seats yet; the ticket comes after that.",
    ),
    RefusalCode.PRINT_NOT_YET: Bilingual(
        "准考证 {opens} 起可以打印。", "The ticket can be printed from {opens} (exam time)."
    ),
    RefusalCode.PRINT_OVER: Bilingual(
        "准考证打印时间已于 {closed} 结束，请联系考点。",
        "Printing closed at {closed} (exam time). Please ask your site.",
    ),
    RefusalCode.NOT_SEALED: Bilingual(
        "这份报名的记录还没有封存，请一分钟后再下载。",
        "What is recorded of this registration is not sealed yet. Please download it in a minute.",
    ),
    RefusalCode.NOT_WAITING: Bilingual(
        "这份报名已不在待审核中，没有做任何改动。",
        "This registration does not wait for review any more; nothing was changed.",
    ),
    RefusalCode.OFFLINE_MOMENT: Bilingual(
        "设备记录的办理时间（{at}）不在名单有效期（{earliest} 至 {latest}）内，没有执行。请核对设备时间，并在线重新办理。",
        "The moment on the device ({at}) is outside of its list ({earliest} to {latest}), so nothing was done. "
        "Check the device's clock, and do it again online.",
    ),
    RefusalCode.OFFLINE_LIST: Bilingual(
        "这份离线名单不是您本人下载的，没有执行。请下载名单的工作人员登录后上传。",
        "This offline list was not downloaded by you, so nothing was done. Whoever downloaded it must sign in and send it.",
    ),
    RefusalCode.OFFLINE_BATCH: Bilingual(
        "上传的内容无法识别，没有执行。一次最多 {most} 条，请刷新离线工作台后重新上传。",
        "What was sent is not readable, so nothing was done. At most {most} acts at once: reload the offline desk and send again.",
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
    RefusalCode.RUN_UNKNOWN: Bilingual("没有找到这次批量办理。", "There is no such bulk run."),
    RefusalCode.VERDICT_MISSING: Bilingual("请选择一项结论。", "Please choose a verdict."),
    RefusalCode.LOOK_NOT_TAKEN: Bilingual(
        "这份复核不在您手上，或已超过时限，没有做任何改动。请重新领取一份。",
        "This second look is not yours, or its time is over; nothing was changed. Please take one anew.",
    ),
    RefusalCode.LOOK_SETTLED: Bilingual(
        "这项分歧已有结论，没有做任何改动。", "This disagreement is settled already; nothing was changed."
    ),
    RefusalCode.RATE_UNFIT: Bilingual(
        "抽查比例须为 0 到 100 之间的数，最多一位小数。",
        "The rate must be a number from 0 to 100 with at most one decimal.",
    ),
}


def refusal_words(code: RefusalCode, particulars: Mapping[str, object], language: str) -> str:
    """The sentence for a refusal; statuses and steps among the particulars are put into words."""
    said = {name: _say(value, language) for name, value in particulars.items()}
    window = particulars.get("window")
    if isinstance(window, Opening):
        said["follows"] = FOLLOWS[window].say(language)
    return REFUSALS[code].say(language, **said)


def _say(value: object, language: str) -> object:
    if isinstance(value, Said):
        return value.say(language)
    if isinstance(value, Status):
        return STATUSES[value].say(language)
    if isinstance(value, Opening):
        return WINDOWS[value].say(language)
    if isinstance(value, Step):
        return STEPS[value].say(language)
    return value
