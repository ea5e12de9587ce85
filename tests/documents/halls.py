"""A hall of the named person and forty-four others, for the tests of its papers."""

from __future__ import annotations

from datetime import timedelta

from ncre.documents.hall_view_models import DoorSheet, HallHead, PrintedSitting, SeatList, Sitter
from tests.documents.examples import RECORD, ROUND, SITTINGS, SUBJECTS

HEAD = HallHead(
    round=ROUND,
    site="420019 武汉软件工程职业学院",
    hall=3,
    room="第3机房",
    starts_at=SITTINGS[0],
    ends_at=SITTINGS[0] + timedelta(minutes=120),
    at=RECORD.at,
)


def sitter(seat: int, name: str = "欧阳文静", photo: bytes | None = None) -> Sitter:
    code, title = SUBJECTS[seat % 3]
    return Sitter(
        seat=seat,
        ticket=f"{code}784200190003{seat:02}",
        subject=f"{code} {title}",
        name=name,
        number=f"78420019{seat:06}",
        document_type="居民身份证",
        document="4201**********002X",
        photo=photo,
    )


def seat_list(people: int = 45) -> SeatList:
    return SeatList(HEAD, tuple(sitter(seat) for seat in range(1, people + 1)))


def door_sheet(subjects: int = 3) -> DoorSheet:
    sittings = tuple(
        PrintedSitting(f"{code} 二级 科目{code}", 2, f"{code}78420019000301", f"{code}78420019000345")
        for code in range(10, 10 + subjects)
    )
    return DoorSheet(HEAD, (1, 45), sittings)
