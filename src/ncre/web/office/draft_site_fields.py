"""The form of one site in a draft, and of what it offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ncre.domain.exam.subject_names import subject_words
from ncre.web.office.draft_fields import (
    MANAGES,
    POLICY,
    ROOMS,
    SITTINGS,
    YES_NO,
    DraftField,
    FieldGroup,
    Form,
    Table,
)
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language


def site_form(
    code: str, cells: Mapping[str, str], policy: Mapping[str, str], subjects: Iterable[tuple[str, str]]
) -> Form:
    """The page of a site: `policy` are the defaults, `subjects` the codes and names of the round's subjects."""
    known = dict(subjects)
    offered = [name.partition(".")[2] for name in cells if name.startswith("offers.")]
    listed = [(one, known.get(one, _("（科目目录中没有）"))) for one in dict.fromkeys((*offered, *known))]
    return Form(
        _("考点 %(code)s", code=code),
        (
            FieldGroup(
                _("考点"),
                (
                    DraftField("site.name", _("名称"), required=True),
                    DraftField("site.province", _("省份"), required=True, short=True),
                    DraftField("site.city", _("城市"), required=True, short=True),
                    DraftField("site.address", _("地址")),
                    DraftField("site.phone", _("电话")),
                    DraftField("site.hours", _("办公时间（中文）")),
                    DraftField("site.hours_en", _("办公时间（英文）")),
                    DraftField("site.notice", _("考点提示"), hint=_("考生选择考点时看到。")),
                    DraftField("site.synthetic", _("虚构的代码或地址"), "choice", True, YES_NO),
                ),
            ),
            FieldGroup(
                _("规则"),
                tuple(
                    DraftField(
                        f"policies.{name}",
                        label,
                        kind,
                        False,
                        choices,
                        usual=policy.get(f"policy.{name}", ""),
                    )
                    for name, label, kind, choices in POLICY
                ),
                hint=_("留空则按默认规则。"),
            ),
            FieldGroup(
                _("现场确认"),
                (
                    DraftField("site.confirm_opens", _("开始"), "time"),
                    DraftField("site.confirm_closes", _("结束"), "time"),
                    DraftField("site.confirm_place", _("地点")),
                ),
                hint=_("留空则按考次的现场确认时间，在考点地址。"),
            ),
            offers_group(listed),
            FieldGroup(_("机房和座位"), table=ROOMS, hint=_("清空一行即去掉这个机房。")),
            FieldGroup(
                _("本考点的批次"),
                table=Table("sittings", SITTINGS),
                hint=_("留空则按考次的批次。"),
            ),
            FieldGroup(
                _("考点自行管理"),
                (DraftField("site.manages", _("考点管理员可以自行修改"), "checks", choices=MANAGES),),
            ),
        ),
    )


def offers_group(subjects: Iterable[tuple[str, str]]) -> FieldGroup:
    return FieldGroup(
        _("开考科目"),
        tuple(
            DraftField(f"offers.{code}", f"{code} {subject_words(name).say(language())}", short=True)
            for code, name in subjects
        ),
        hint=_("填写限报人数；留空则不开考。"),
    )
