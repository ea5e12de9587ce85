"""What happens when: the steps of a registration at a site with their times and the site's own rules, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round, Site


@dataclass(frozen=True)
class Milestone:
    """One step: what it is, from when until when (None where the round does not say), and what counts for it."""

    name: Bilingual
    opens: datetime | None
    closes: datetime | None
    rule: Bilingual

    def is_now(self, now: datetime) -> bool:
        """Whether it goes on at this moment."""
        return self.opens is not None and self.closes is not None and self.opens <= now < self.closes

    def is_over(self, now: datetime) -> bool:
        """Whether it closed before this moment."""
        return self.closes is not None and self.closes <= now


def schedule_of(round_: Round, site: Site) -> list[Milestone]:
    """The steps that there are at this site."""
    windows = round_.plan.windows
    register = Milestone(
        Bilingual("网上报名", "Registration"),
        windows.register.opens,
        windows.register.closes,
        Bilingual(
            "填写、选考点和科目、上传照片，并申请信息审核。"
            if site.reviews
            else "填写、选考点和科目、上传照片。",
            "Fill in, choose site and subjects, upload the photo, and request review."
            if site.reviews
            else "Fill in, choose site and subjects, upload the photo.",
        ),
    )
    steps = [register]
    if site.reviews:
        steps.append(
            Milestone(
                Bilingual("信息审核", "Review"),
                windows.review.opens,
                windows.review.closes,
                Bilingual(
                    "考点审核；没有通过的，在截止前修改并再次申请。",
                    "The site reviews; what is not approved may be corrected and requested again until review closes.",
                ),
            )
        )
    steps.append(
        Milestone(
            Bilingual("缴费", "Payment"), windows.payment.opens, windows.payment.closes, payment_rule(site)
        )
    )
    if site.confirms:
        steps.append(_confirmation(site))
    steps.append(
        Milestone(
            Bilingual("打印准考证", "Printing of the admission ticket"),
            windows.printing.opens,
            windows.printing.closes,
            Bilingual("缴费并编排座位后打印。", "After payment, once seats are assigned."),
        )
    )
    return [*steps, *_exam(site)]


def payment_rule(site: Site) -> Bilingual:
    """How long somebody has to pay at this site, and from when on."""
    hours = site.plan.hold_hours
    if site.plan.clock == "submitted":
        return Bilingual(
            f"提交报考信息后 {hours} 小时内支付，逾期报名失效，名额让给别人。",
            f"Within {hours} hours after submitting; after that the registration lapses and the seat goes to others.",
        )
    if site.reviews:
        return Bilingual(
            f"审核通过后 {hours} 小时内支付，逾期报名失效，名额让给别人。",
            f"Within {hours} hours after approval; after that the registration lapses and the seat goes to others.",
        )
    return Bilingual("上传照片后支付，截止前有效。", "After the photo was uploaded, until payment closes.")


def _confirmation(site: Site) -> Milestone:
    when = site.plan.confirmation
    place = when.place or site.plan.name
    return Milestone(
        Bilingual("现场确认", "Confirmation on site"),
        when.opens,
        when.closes,
        Bilingual(f"本人带证件到{place}。", f"Come in person with your document to {place}."),
    )


def _exam(site: Site) -> list[Milestone]:
    batches = site.plan.batches
    if not batches:
        return []
    return [
        Milestone(
            Bilingual("考试", "Exam"),
            min(batch.starts_at for batch in batches),
            max(batch.ends_at for batch in batches),
            Bilingual("个人时间以准考证为准。", "Your own time stands on the admission ticket."),
        )
    ]
