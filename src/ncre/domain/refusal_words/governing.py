"""What is said about accounts, other systems, letters, erasure, bans, exports and the exchange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import RefusalCode

GOVERNING: Final[Mapping[RefusalCode, Bilingual]] = {
    RefusalCode.ACCOUNT_UNKNOWN: Bilingual(
        "没有这个考生账号。请核对账号名、邮箱或手机号。",
        "There is no such candidate's account. Check its name, e-mail address or phone number.",
    ),
    RefusalCode.STAFF_UNKNOWN: Bilingual(
        "没有这个工作人员账号。请核对账号名。", "There is no such account of staff. Check its name."
    ),
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
        "申请人不能自己确认，请由考务办公室的另一位同事确认；没有时，请联系系统管理员。",
        "Whoever asked cannot confirm it. Ask a colleague of the exam office; if there is none, ask the system "
        "administrator.",
    ),
    RefusalCode.SCOPE_UNKNOWN: Bilingual("请至少选择一项权限。", "Choose at least one scope."),
    RefusalCode.SCOPE_MISSING: Bilingual(
        "这个接入没有所需的权限：{scope}。请联系考务办公室。",
        "This integration lacks the scope {scope}. Ask the exam office for it.",
    ),
    RefusalCode.INTEGRATION_UNKNOWN: Bilingual(
        "没有这个接入。请返回“其他系统”查看。",
        "There is no such integration. Go back to “Other systems” to see which there are.",
    ),
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
        "这类通知关系到费用或期限，不能关闭。",
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
    RefusalCode.ACCOUNT_BUSY: Bilingual(
        "该账号本考次已有未放弃的报名，请先由考生放弃它。",
        "That account has a registration of its own under way in this round; the candidate must withdraw it first.",
    ),
    RefusalCode.ERASURE_HELD: Bilingual(
        "现在不能删除：报名 {number} {by}。{possible} 之后可以删除。没有删除任何内容。",
        "It cannot be erased now: of registration {number}, {by}. It is possible after {possible} (Beijing "
        "time). Nothing was erased.",
    ),
    RefusalCode.ERASURE_OF_STAFF: Bilingual(
        "这是工作人员的账号，其经办记录须保存，不能删除；可以先改为考生账号或停用。",
        "This is an account of staff, whose work has to stay on record; it is not erased. Make it a candidate's first, or disable it.",
    ),
    RefusalCode.ERASURE_WHY_PRIVATE: Bilingual(
        "原因会永久保存，不能写出要删除的姓名、证件号码、电话、邮箱或地址。请改写，例如写来信编号。",
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
        "自动删除（{erase} 天）不能早于法定保存期（{keep} 天），请改为更长的天数。",
        "Erasing by itself (after {erase} days) cannot come before the time for which data must be kept ({keep} days). Give "
        "more days.",
    ),
    RefusalCode.BAN_UNKNOWN: Bilingual(
        "没有找到这条停考记录。请核对证件号码后再查找。",
        "There is no such ban. Check the document number and search again.",
    ),
    RefusalCode.BAN_EXISTS: Bilingual(
        "这个人按决定 {decision} 已有停考记录，而且内容不同。请先查看那条记录；如果那条有误，请说明原因解除，再用"
        "更正后的决定编号录入。",
        "There is a ban of this person by decision {decision}, with other terms. Look at it first; if it is wrong, lift it "
        "with a reason and enter it under the number of the corrected decision.",
    ),
    RefusalCode.BAN_OVER: Bilingual(
        "这条停考记录已经解除或已到期，不用再办理。",
        "This ban was lifted or has ended; nothing is left to do.",
    ),
    RefusalCode.BAN_DECISION_MISSING: Bilingual(
        "请填写处理决定的编号。", "Please enter the number of the decision."
    ),
    RefusalCode.BAN_DAYS_UNFIT: Bilingual(
        "起止日期不对：请用 2027-01-05 这样的日期，截止不早于起始，最长 {most} 年。",
        "These days cannot be meant: write them as 2027-01-05, the last day not before the first, at most {most} years.",
    ),
    RefusalCode.BAN_DOCUMENT_UNFIT: Bilingual(
        "证件号码与证件类型不符，请核对决定书上的号码。",
        "The number does not fit the type of document. Compare it with the decision.",
    ),
    RefusalCode.BAN_NOT_CONCERNED: Bilingual(
        "这份报名已不在这条停考记录的待处理中，请刷新页面查看。",
        "This registration is not waiting for an outcome of this ban any more. Please reload the page.",
    ),
    RefusalCode.UPLOAD_GONE: Bilingual(
        "上传的文件已过期或已办理，没有做任何改动。请重新上传。",
        "The uploaded file has expired or was dealt with; nothing was changed. Please upload it again.",
    ),
    RefusalCode.EXPORT_UNKNOWN: Bilingual(
        "没有找到这次导出。请返回“数据导出”查看。",
        "There is no such export. Go back to “Exports” to see which there are.",
    ),
    RefusalCode.EXPORT_GONE: Bilingual(
        "这个文件还没有生成，或已经删除（文件保留一天；有人的个人信息被删除时，导出文件一并删除）。请重新导出。",
        "This file is not made yet, or was removed: files are kept for a day, and go when a person is erased. Export again.",
    ),
    RefusalCode.EXPORT_COLUMNS: Bilingual(
        "请至少选择一列，并只选页面上列出的列。", "Choose at least one column, and only those of the page."
    ),
    RefusalCode.EXPORT_NO_PARQUET: Bilingual(
        "服务器上没有 Parquet 组件。请选择 CSV 或 XLSX，或请系统管理员安装 ncre[parquet]。",
        "Parquet is not installed on the server. Choose CSV or XLSX, or ask the system administrator to "
        "install ncre[parquet].",
    ),
    RefusalCode.EXPORT_PRIVATE_SCHEDULED: Bilingual(
        "每天的导出不能包含个人信息列，请去掉这些列；需要个人信息时请立即导出并说明原因。",
        "A daily export holds no private columns. Leave them out; where they are needed, export at once and say why.",
    ),
    RefusalCode.EXPORT_TIME: Bilingual(
        "请填写每天的时间，例如 06:30。", "Enter the time of day, for example 06:30."
    ),
    RefusalCode.EXPORTS_MANY: Bilingual(
        "最多同时有 {most} 个，请等前面的完成，或先取消不用的。",
        "There may be {most} at a time. Wait for those before, or end what is not needed.",
    ),
    RefusalCode.EXCHANGE_NO_KEY: Bilingual(
        "还没有设置各省共用的比对密钥，不能导入和导出。请系统管理员按 docs/operations.md 设置。",
        "The key that the provinces share is not set, so nothing can be imported or exported. The system "
        "administrator sets it as docs/operations.md says.",
    ),
    RefusalCode.EXCHANGE_PROVINCE: Bilingual(
        "当前考次没有省 {province} 的考点。请核对省代码。",
        "The current round has no site of province {province}. Check the code of the province.",
    ),
    RefusalCode.EXCHANGE_OVER: Bilingual(
        "这份重复报名已经处理过了，请刷新页面查看。",
        "This duplicate was dealt with already. Please reload the page.",
    ),
}
