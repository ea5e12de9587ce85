"""One sentence a fact, in both languages: the exact words, and nothing private in any of them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Final

import pytest

from ncre.domain.payment.settlement import yuan
from ncre.domain.registration.holds import HOLDS
from ncre.domain.registration.lifecycle import HOLD_FACTS
from ncre.events import (
    access,
    account,
    admission,
    audit,
    ban,
    erasure,
    exam,
    exam_revision,
    exchange,
    export,
    integration,
    letters,
    operating,
    payment,
    registration,
)
from ncre.events.base import ERASED, Fact
from ncre.events.registration_values import SubjectFee
from ncre.projections.registration.sentences import sentence
from tests.events.examples import all_facts
from tests.support import people

ROUND, SITES = people.bundled_round()
PLAN, SITE = ROUND.plan, SITES[people.SITE].plan
THREE: Final = (*people.LINES, SubjectFee("41", 13500))

SAID: Final[tuple[tuple[Fact, str, str], ...]] = (
    (
        registration.AgreementAccepted("78", people.CANDIDATE_ID, 1, "2027-03"),
        "考生同意了第 78 次考试的报名协议（2027-03 版）。",
        "The candidate accepted the agreement (edition 2027-03) of round 78.",
    ),
    (
        registration.InfoFilled(people.WENJING, people.PERSON),
        "考生填写了基本信息。",
        "The candidate filled in the personal details.",
    ),
    (
        registration.InfoAmended(people.LIQIANG, people.PERSON),
        "考生修改了基本信息。",
        "The candidate changed the personal details.",
    ),
    (
        registration.Submitted(people.NUMBER, people.SITE, THREE, people.DECLARATION, 1),
        "考生提交了报考信息：考点 420019，科目 66、67、41，报名号 78420019000001。",
        "The candidate submitted the registration: site 420019, subjects 66, 67, 41, "
        "registration number 78420019000001.",
    ),
    (
        registration.SubjectsChanged("78429901000001", "429901", people.LINES[:1], 1),
        "考生改报为：考点 429901，科目 66，报名号 78429901000001。",
        "The candidate changed the choice to: site 429901, subjects 66, registration number 78429901000001.",
    ),
    (
        registration.PhotoUploaded(people.PHOTO),
        "考生上传了照片（567×390 像素）。",
        "The candidate uploaded a photo (567×390 pixels).",
    ),
    (
        registration.PhotoReplaced(people.OTHER_PHOTO),
        "考生修改了照片（567×390 像素）。",
        "The candidate replaced the photo (567×390 pixels).",
    ),
    (registration.ReviewRequested(1), "考生申请了信息审核。", "The candidate requested review."),
    (
        registration.ReviewTakenBack(),
        "考生撤回了审核申请。",
        "The candidate took the request for review back.",
    ),
    (
        registration.Approved(people.PAY_BY, 1),
        "考点审核通过，须在 2027-01-06 10:00 前支付。",
        "The site approved it, to be paid by 2027-01-06 10:00 (Beijing time).",
    ),
    (
        registration.Rejected(("I02", "P09"), "见证件"),
        "考点审核未通过：I02 证件号码与证件类型不符或有误；P09 照片侧置或倒置。",
        "The site did not approve it: I02 The document number is wrong or does not fit the document type; "
        "P09 The photo is sideways or upside down.",
    ),
    (
        registration.PaymentSettled("N1", "till", "T1", 16005, people.NOW),
        "收到考试费 160.05 元（2027-01-05 10:00 支付，订单 N1）。",
        "The fee of 160.05 yuan was received (paid 2027-01-05 10:00 Beijing time, order N1).",
    ),
    (
        registration.PaymentUnusable("N1", "till", "T2", 8000, people.NOW, "duplicate"),
        "收到 80.00 元但不能用于本报名（重复支付），将原路退回。",
        "80.00 yuan arrived that this registration cannot use (paid twice); it goes back.",
    ),
    (
        registration.PaymentReturned("N1", "till", "T2", 8000, "R2"),
        "80.00 元已原路退回。",
        "80.00 yuan went back to whoever paid.",
    ),
    (
        registration.PaymentLapsed(people.PAY_BY),
        "至 2027-01-06 10:00 未支付，报名失效，名额释放。",
        "Unpaid by 2027-01-06 10:00 (Beijing time): the registration lapsed and its seats are free.",
    ),
    (
        registration.WindowLapsed("register", people.PAY_BY),
        "网上报名于 2027-01-06 10:00 截止，报名没有完成，已失效，名额释放。",
        "Registration closed at 2027-01-06 10:00 (Beijing time) before it was completed: the registration lapsed and its "
        "seats are free.",
    ),
    (registration.ConfirmedOnSite(), "考点现场确认完成。", "The site confirmed the candidate on site."),
    (
        registration.SeatAssigned("66", "6678420019000307", 3, "第3机房", 7, 1, people.NOW, people.PAY_BY),
        "科目 66 已编排：2027-01-05 10:00，考场 0003，座位 07，准考证号 6678420019000307。",
        "Subject 66 was seated: 2027-01-05 10:00 Beijing time, hall 0003, seat 07, ticket number "
        "6678420019000307.",
    ),
    (registration.Withdrawn(), "考生放弃了报名。", "The candidate withdrew."),
    (
        registration.SeatReleased("66", 3, 17),
        "科目 66 的座位作废。",
        "The seat in subject 66 is void.",
    ),
    (
        registration.Postponed("78", "79", "疫情防控"),
        "考试延期：报名由第 78 次转到第 79 次。疫情防控",
        "The exam was postponed: the registration was carried over from round 78 to round 79. 疫情防控",
    ),
    (
        registration.Moved(people.CANDIDATE_ID, people.OTHER_ID, "李强的身份证"),
        "考务办公室核对证据后，把报名转到了考生本人的另一账号。",
        "Upon evidence the exam office moved the registration to another account of the same person.",
    ),
    *(
        (fact("approved", people.NOW, "考点被调查"), HOLDS[status].told.zh, HOLDS[status].told.en)
        for status, fact in HOLD_FACTS.items()
    ),
    (
        registration.Resumed("approved", people.PAY_BY),
        "考务办公室恢复了报名，缴费期限为 2027-01-06 10:00。",
        "The exam office resumed the registration; it is to be paid by 2027-01-06 10:00 (Beijing time).",
    ),
    (
        registration.Cancelled("考生李强重复报名"),
        "考务办公室取消了报名。",
        "The exam office cancelled the registration.",
    ),
    (
        admission.EntryRecorded(people.REGISTRATION, "6678420019000307", 3, "scanned", "current"),
        "入场：准考证号 6678420019000307，考场 0003（扫描二维码）。",
        "Let in at the door: ticket number 6678420019000307, hall 0003 (code scanned).",
    ),
    (
        admission.EntryRevoked(people.REGISTRATION, "6678420019000307"),
        "撤销入场记录：准考证号 6678420019000307，本人未入场。",
        "The entry of ticket number 6678420019000307 was undone: the person did not go in.",
    ),
    (
        access.DetailsViewed(people.REGISTRATION, "review"),
        "工作人员查看了考生的个人信息。",
        "A member of staff looked at the private details.",
    ),
    (
        audit.BundleExported("site", "420019", 1000),
        "导出了证明包：考点 420019，检查点含 1000 条事实。",
        "A bundle was taken: site 420019, under a checkpoint over 1000 facts.",
    ),
    (audit.AuditViewed("ledger", ""), "审计查看了账本。", "An auditor looked at the ledger."),
    (
        audit.RecordViewed(people.REGISTRATION, "record"),
        "审计查看了报名档案，隐私信息未显示。",
        "An auditor looked at the record; private details stayed hidden.",
    ),
    (
        payment.OrderOpened("N1", people.REGISTRATION, "78", "420019", "alipay", 6, 8000, people.PAY_BY),
        "打开支付订单 N1：80.00 元，支付宝，2027-01-06 10:00 前有效。",
        "Order N1 was opened: 80.00 yuan by Alipay, until 2027-01-06 10:00 (Beijing time).",
    ),
    (
        payment.OrderReplaced("N1", people.REGISTRATION),
        "订单 N1 不再需要，等待支付平台确认关闭。",
        "Order N1 is not wanted any more; the payment platform has yet to close it.",
    ),
    (
        payment.OrderClosed("N1", people.REGISTRATION, True),
        "订单 N1 到期未支付。",
        "Order N1 expired unpaid.",
    ),
    (
        payment.PaymentReceived(
            "N1", people.REGISTRATION, "78", "420019", "wechat", "T1", 8000, people.NOW, "bill"
        ),
        "订单 N1 收到 80.00 元（2027-01-05 10:00 支付，交易号 T1，对账单得知）。",
        "80.00 yuan came for order N1 (paid 2027-01-05 10:00 Beijing time, transaction T1, found in the bill).",
    ),
    (
        payment.RefundRequested("N1", people.REGISTRATION, "alipay", "T1", "R1", 8000, "duplicate"),
        "申请退款 80.00 元（重复支付），退款请求号 R1。",
        "80.00 yuan are to be refunded (paid twice), under refund request R1.",
    ),
    (
        payment.RefundPutOff("N1", people.REGISTRATION, "alipay", "T1", "R1", "ACQ.BALANCE"),
        "支付平台暂未受理退款 R1（ACQ.BALANCE），将继续申请。",
        "The payment platform did not accept refund R1 for now (ACQ.BALANCE); it will be asked again.",
    ),
    (
        payment.RefundConfirmed("N1", people.REGISTRATION, "alipay", "T1", "R1", 8000, people.NOW, "refund"),
        "支付平台确认 80.00 元已于 2027-01-05 10:00 退回（R1）。",
        "The payment platform confirmed that 80.00 yuan went back at 2027-01-05 10:00 Beijing time (R1).",
    ),
    (
        payment.RefundUnexplained("N1", people.REGISTRATION, "alipay", "T1", "X", 100, people.NOW, "bill"),
        "支付平台退回了 1.00 元，但本系统没有申请过（X），请核对。",
        "The payment platform returned 1.00 yuan that nobody here asked to return (X); please check.",
    ),
    (
        payment.RefundTotalTold("N1", people.REGISTRATION, "alipay", "T1", 3000, people.NOW, "notice"),
        "支付平台告知这笔收款到 2027-01-05 10:00 共退回 30.00 元（交易号 T1）。",
        "The payment platform says that 30.00 yuan of this payment had gone back by 2027-01-05 10:00 Beijing time "
        "(transaction T1).",
    ),
    (
        payment.ItemUnbooked("alipay", "服务费", "N9", "T9", "0123", -120, people.NOW, "bill"),
        "支付平台告知“服务费”-1.20 元（交易号 T9），不能自动记账，请核对。",
        "The payment platform told of “服务费”, -1.20 yuan (transaction T9); it cannot be booked, please check.",
    ),
    (payment.ItemResolved("alipay", "渠道手续费"), "已核对：渠道手续费", "Checked: 渠道手续费"),
    (
        payment.OrphanReceived("N9", "alipay", "T9", 8000, people.NOW, "notice"),
        "收到 80.00 元，订单 N9 不是本系统的（交易号 T9），请核对。",
        "80.00 yuan came for order N9, which is not ours (transaction T9); please check.",
    ),
    (
        payment.DayReconciled("alipay", "2027-01-05", 2, 16000, 1, 8000, ()),
        "2027-01-05 支付宝对账：收款 2 笔 160.00 元，退款 1 笔 80.00 元，没有差异。",
        "Bill of Alipay for 2027-01-05: 2 payments of 160.00 yuan, 1 refunds of 80.00 yuan, no difference.",
    ),
    (
        operating.CommandRun("user add", "wangwu", "新聘", 1),
        "执行了 ncre user add wangwu，原因：新聘，结束码 1。",
        "Ran ncre user add wangwu, because: 新聘, exit code 1.",
    ),
    (
        account.AccountOpened(people.CANDIDATE_ID, "email", "candidate"),
        "账号开通（邮箱）。",
        "The account was opened with an e-mail address.",
    ),
    (
        account.SignedIn(people.CANDIDATE_ID, "password", "203.0.113.0/24"),
        "登录成功（密码）。",
        "Signed in with a password.",
    ),
    (
        account.SignInFailed(people.CANDIDATE_ID, "password", "203.0.113.0/24"),
        "登录没有成功（密码）。",
        "Signing in with a password did not work.",
    ),
    (
        account.PasswordChanged(people.CANDIDATE_ID, "recovered"),
        "密码已修改（通过邮件找回）。",
        "The password was changed by a mailed link.",
    ),
    (
        account.ContactChanged(people.CANDIDATE_ID, "email", "a@example.com", "b@example.com"),
        "邮箱已验证并更新。",
        "A new email address was verified.",
    ),
    (
        account.IdentityLinked(people.CANDIDATE_ID, "qq"),
        "绑定了QQ登录。",
        "Signing in with QQ was linked.",
    ),
    (
        account.IdentityUnlinked(people.CANDIDATE_ID, "qq"),
        "解除了QQ登录。",
        "Signing in with QQ was unlinked.",
    ),
    (
        account.FactorChanged(people.CANDIDATE_ID, "enrolled"),
        "开启了两步验证。",
        "Two-step sign-in was turned on.",
    ),
    (
        account.SessionsEnded(people.CANDIDATE_ID, 2, "owner"),
        "退出了 2 处登录（本人操作）。",
        "Signed out in 2 places (by its owner).",
    ),
    (
        account.RoleChanged(people.CANDIDATE_ID, "reviewer", ("420019",), "新任审核员"),
        "权限改为考点审核员，考点 420019（新任审核员）。",
        "The role is site reviewer at 420019 from now on (新任审核员).",
    ),
    (
        account.DetailsCompleted(people.CANDIDATE_ID, people.WENJING),
        "个人资料已保存。",
        "The personal details were saved.",
    ),
    (
        account.StaffChangeRequested(people.CANDIDATE_ID, "factor", "手机丢失"),
        "申请重置两步验证，等待考务办公室的另一位同事确认（手机丢失）。",
        "Somebody asked for it: to reset two-step sign-in; a second person has to confirm (手机丢失).",
    ),
    (
        account.StaffChangeDeclined(people.CANDIDATE_ID, "role"),
        "改变权限的申请没有通过。",
        "It was declined: another role.",
    ),
    (
        account.FactorReset(people.CANDIDATE_ID, "手机丢失"),
        "两步验证已由考务办公室重置（手机丢失）。",
        "Two-step sign-in was reset by the exam office (手机丢失).",
    ),
    (
        account.AccountDisabled(people.CANDIDATE_ID, "已调离"),
        "账号已停用（已调离）。",
        "The account was disabled (已调离).",
    ),
    (
        account.AccountEnabled(people.CANDIDATE_ID, "已调回"),
        "账号已启用（已调回）。",
        "The account was enabled (已调回).",
    ),
    (
        account.RegistrationMoved(people.CANDIDATE_ID, people.REGISTRATION, "left"),
        "考务办公室把本账号的报名转到了您的另一账号。",
        "The exam office moved the registration of this account to another account of yours.",
    ),
    (
        account.LetterSwitched(people.CANDIDATE_ID, "exam-tomorrow", "mail", False, "link"),
        "不再接收“明天考试”的邮件（邮件中的链接）。",
        "Letters “the day before the exam” come by e-mail no more by the link in a letter.",
    ),
    (
        account.LetterLanguageChosen(people.CANDIDATE_ID, "en"),
        "通知的语言改为英文。",
        "Letters come in English from now on.",
    ),
    (
        letters.LetterTextChanged("paid", "a", "a", "b", "b", "c", "c", "公函 5"),
        "修改了通知“考试费已收到”的文字（公函 5）。",
        "The text of letters “the fee was paid” was changed (公函 5).",
    ),
    (
        letters.LetterTextReset("paid", "公函 6"),
        "通知“考试费已收到”恢复了原来的文字（公函 6）。",
        "Letters “the fee was paid” have their original text again (公函 6).",
    ),
    (account.AccountClosed(people.CANDIDATE_ID), "账号已注销。", "The account was closed."),
    (
        erasure.ErasureRequested(people.CANDIDATE_ID),
        "申请删除全部个人信息。",
        "Asked for all personal data to be erased.",
    ),
    (
        erasure.ErasureWithdrawn(people.CANDIDATE_ID),
        "撤回了删除个人信息的申请。",
        "Took the request for erasure back.",
    ),
    (
        erasure.ErasureDeclined(people.CANDIDATE_ID, "考次未结束", people.NOW),
        "删除个人信息的申请没有通过（考次未结束，2027-01-05 10:00 之后可以删除）。",
        "The request for erasure was declined (考次未结束; it is possible after 2027-01-05 10:00).",
    ),
    (
        erasure.PersonErased(people.CANDIDATE_ID, "office", "来信 2027-15"),
        "全部个人信息已删除（考务办公室办理：来信 2027-15）。",
        "All personal data were erased (by the exam office: 来信 2027-15).",
    ),
    (
        erasure.RegistrationErased(people.REGISTRATION, "schedule"),
        "本报名的个人信息和照片已删除（保存期已满）。",
        "The personal data and photos of this registration were erased (the time for keeping them was over).",
    ),
    (
        erasure.RetentionSet("78", 180, 365, "档案保存期"),
        "考次 78 的个人信息考后须保存 180 天，考后 365 天自动删除（档案保存期）。",
        "Personal data of round 78 must be kept for 180 days after the exam; they are erased after 365 days (档案保存期).",
    ),
    (
        erasure.RetentionApplied("78", 310, 4),
        "考次 78 到期删除：已删除 310 人，仍保存 4 人。",
        "The retention of round 78 was carried out: 310 people erased, 4 kept.",
    ),
    (exam.RoundOpened(PLAN), "考次 78 已设立。", "Round 78 was opened."),
    (exam.RoundRevised(PLAN), "考次 78 的安排已修订。", "The plan of round 78 was revised."),
    (exam.SiteOpened("78", SITE), "考点 420019 已开放。", "Site 420019 was opened."),
    (exam.SiteRevised("78", SITE), "考点 420019 的规则已修订。", "The rules of site 420019 were revised."),
    (
        exam.SiteCalledOff("78", "420019", "", "refund", "疫情防控", 312),
        "考点 420019 停办：312 份报名，取消并退款。原因：疫情防控",
        "The exam at site 420019 was called off: 312 registrations, cancelled and refunded. Reason: 疫情防控",
    ),
    (exam.SiteClosed("78", "420019"), "考点 420019 停止报名。", "Site 420019 was closed to registrations."),
    (
        exam_revision.RoundRevisionMade(
            "78",
            2,
            "机房检修",
            (exam_revision.RevisedPoint("batch-removed", "420019", "a", "a", "", "follow-up", 3),),
        ),
        "第 78 次考试修订：1 处变动，涉及 3 份报名。原因：机房检修",
        "Round 78 was revised: 1 changes, 3 registrations touched. Reason: 机房检修",
    ),
    (
        exam.NoticePosted("78", "guide", "网上报名须知及流程", "How to register", "正文", "Text"),
        "发布了公告《网上报名须知及流程》。",
        "The notice “How to register” was posted.",
    ),
    (
        exam.SeatsDrawn("78", "420019", 20270327, 310, 420),
        "考点 420019 编排考场：310 人 420 科次，随机种子 20270327。",
        "Seats were drawn at site 420019: 310 people, 420 seats, seed 20270327.",
    ),
    (
        integration.IntegrationMade("省平台", ("events:read",), ("420019",), "公函 31"),
        "建立了接入“省平台”：events:read，考点 420019（公函 31）。",
        "The integration “省平台” was made: events:read at 420019 (公函 31).",
    ),
    (
        integration.IntegrationScoped(("events:read", "private:read"), ("*",), "公函 32"),
        "权限改为：events:read、private:read，考点 所有考点（公函 32）。",
        "It may do from now on: events:read, private:read at every site (公函 32).",
    ),
    (
        integration.SecretIssued("ncre_abcdefg"),
        "发放了密钥 ncre_abcdefg…。",
        "The secret ncre_abcdefg… was issued.",
    ),
    (
        integration.SecretRevoked("ncre_abcdefg", "已更换"),
        "停用了密钥 ncre_abcdefg…（已更换）。",
        "The secret ncre_abcdefg… was revoked (已更换).",
    ),
    (
        integration.IntegrationRevoked("系统下线"),
        "停用了接入（系统下线）。",
        "The integration was revoked (系统下线).",
    ),
    (
        integration.WebhookSet("https://portal.example.org/hook", "公函 33"),
        "事件推送到 https://portal.example.org/hook（公函 33）。",
        "Events are sent to https://portal.example.org/hook (公函 33).",
    ),
    (integration.WebhookPaused(False), "继续推送。", "Deliveries go on."),
    (
        integration.SigningKeyRotated(2),
        "更换了签名密钥（第 2 个）。",
        "The signing key was changed (number 2).",
    ),
    (integration.DeliveryResent(4711), "重新推送了事件 4711。", "Event 4711 was sent again."),
    (
        ban.BanImposed(
            "f" * 64, "passport", date(2027, 1, 1), date(2029, 12, 31), "31号", "E1****56", "组织作弊"
        ),
        "按决定 31号 录入停考：2027-01-01 至 2029-12-31。",
        "A ban was entered by decision 31号: 2027-01-01 to 2029-12-31.",
    ),
    (
        ban.BanForgotten("31号"),
        "决定 31号 的停考已届满，停考记录按规定删除。",
        "The ban by decision 31号 has long been over and was deleted.",
    ),
    (ban.BanLifted("31号", "复核后撤销"), "解除了决定 31号 的停考。", "The ban by decision 31号 was lifted."),
    (
        ban.BannedRegistrationKept(people.REGISTRATION, "31号", "决定不溯及"),
        "停考（决定 31号）录入之前已支付，考务办公室保留了这份报名。",
        "Paid before the ban by decision 31号 was entered; the exam office kept the registration.",
    ),
    (
        ban.BanReasonViewed("31号"),
        "查看了决定 31号 的停考理由。",
        "The reason of the ban by decision 31号 was opened.",
    ),
    (
        export.ExportRequested(
            "candidates", "csv", "78", "420019", ("number", "mobile"), ("mobile",), "停电改期"
        ),
        "导出第 78 次考试的考生，考点 420019（csv）：2 列，含个人信息列 1 个（原因：停电改期）。",
        "Export of round 78 asked for: candidates of site 420019 (csv), 2 columns, 1 of them private "
        "(reason: 停电改期).",
    ),
    (
        export.ExportMade(310, 20480, "e" * 64, 1207),
        f"导出文件已生成：310 行，20480 字节，SHA-256 {'e' * 64}，数据截至日志位置 1207。",
        f"The file is made: 310 rows, 20480 bytes, SHA-256 {'e' * 64}, as of position 1207 of the log.",
    ),
    (export.ExportTaken("e" * 64), "下载了导出文件。", "The file was downloaded."),
    (export.ExportRemoved("expired"), "导出文件已删除（到期）。", "The file was removed (expired)."),
    (
        export.ExportScheduled("money", "xlsx", "", ("number", "paid"), "06:30"),
        "设定每天 06:30 导出收款与退款（xlsx），2 列。",
        "An export every day at 06:30: money (xlsx), 2 columns.",
    ),
    (export.ExportUnscheduled(), "取消了每天的导出。", "The daily export was ended."),
    (
        access.RegistrationFound(people.REGISTRATION, "phone"),
        "工作人员按手机号查找，找到了这份报名。",
        "A member of staff searched by phone and found this registration.",
    ),
    (
        exchange.DuplicatesExported("78", "42", 310, "e" * 64),
        "导出第 78 次考试省 42 的比对文件：310 人。",
        "The exchange file of province 42, round 78, was exported: 310 people.",
    ),
    (
        exchange.DuplicatesImported("78", "43", 500, "d" * 64, 2),
        "导入第 78 次考试省 43 的比对文件：500 人，新发现 2 份重复报名。",
        "The exchange file of province 43, round 78, was imported: 500 people, 2 duplicates newly found.",
    ),
    (
        exchange.DuplicateFound(people.REGISTRATION, "43", ("66", "24")),
        "比对发现此人在省 43 也报了名：科目 66、24。",
        "The same person registered in province 43 too, for 66, 24.",
    ),
    (
        exchange.DuplicateResolved(people.REGISTRATION, "43", "kept", "该省已取消"),
        "与省 43 的重复报名已处理：保留本省报名。",
        "The duplicate with province 43 was dealt with: the registration here is kept.",
    ),
)


@pytest.mark.parametrize(("fact", "zh", "en"), SAID, ids=[fact.TOPIC for fact, _, _ in SAID])
def test_each_fact_is_told_in_exactly_these_words(fact: Fact, zh: str, en: str) -> None:
    assert sentence(fact) == (zh, en)


def test_every_registered_fact_stands_in_this_table_once() -> None:
    assert sorted(fact.TOPIC for fact, _, _ in SAID) == sorted(all_facts())


def test_a_site_that_is_postponed_says_to_which_round() -> None:
    said = sentence(exam.SiteCalledOff("78", "420019", "79", "", "疫情防控", 312))
    assert said.zh == "考点 420019 停办：312 份报名，已支付的转到第 79 次，其余取消。原因：疫情防控"
    assert "those paid carried over to round 79, the others cancelled" in said.en


@pytest.mark.parametrize("fact", [fact for fact, _, _ in SAID if fact.SEALED], ids=lambda fact: fact.TOPIC)
def test_a_sentence_is_the_same_once_the_person_is_erased(fact: Fact) -> None:
    assert sentence(replace(fact, **dict.fromkeys(fact.SEALED, ERASED))) == sentence(fact)


@pytest.mark.parametrize("fact", [fact for fact, _, _ in SAID if fact.SEALED], ids=lambda fact: fact.TOPIC)
def test_no_sentence_says_anything_private(fact: Fact) -> None:
    said = " ".join(sentence(fact))
    for name in fact.SEALED:
        kept = getattr(fact, name)
        private = [kept] if isinstance(kept, str) else [getattr(kept, one.name) for one in fields(kept)]
        assert not [value for value in map(str, private) if len(value) > 3 and value in said]


@pytest.mark.parametrize(
    ("fact", "zh"),
    [
        (registration.Rejected(("X99",), ""), "考点审核未通过：X99。"),
        (
            registration.PaymentUnusable("N", "till", "T", 1, people.NOW, "blue-moon"),
            "收到 0.01 元但不能用于本报名（blue-moon），将原路退回。",
        ),
    ],
)
def test_codes_that_are_no_longer_listed_are_still_told(fact: Fact, zh: str) -> None:
    assert sentence(fact).zh == zh


@pytest.mark.parametrize(("fen", "said"), [(0, "0.00"), (5, "0.05"), (8000, "80.00"), (1234567, "12345.67")])
def test_amounts_are_said_in_yuan_to_the_fen(fen: int, said: str) -> None:
    assert yuan(fen) == said
