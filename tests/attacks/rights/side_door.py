"""Auditors read everything private by reprints, and a GET both showed it and wrote the look."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader

from tests.attacks.target import Target
from tests.support.people import WENJING, form_of_details
from tests.support.served import Browser

NUMBER = re.compile(r"(?<![0-9a-f])(?:\d{17}[\dX]|1[3-9]\d{9})(?![0-9a-f])", re.ASCII)
"""A document number or a phone; digits amid a hexadecimal digest are neither."""


def findings(target: Target) -> list[str]:
    case = _case_of_somebody(target)
    shenji, kaowu = target.signed_in("shenji"), target.signed_in("kaowu")
    found = []
    for path in ("", ".json", "/facts", "/compare?from=v1&to=v2", "/form.pdf", "/ticket.pdf"):
        text = _text(shenji, f"/audit/{case}{path}")
        found += [f"an auditor reads {path or 'the record'}: {one}" for one in NUMBER.findall(text)]
    for path in (f"/staff/cases/{case}", f"/audit/{case}", f"/audit/{case}/facts"):
        found += [f"a GET of {path} shows {one}" for one in NUMBER.findall(_text(kaowu, path))]
    for form in ({}, {"why": ""}, {"why": "x"}):
        sent = {**kaowu.hidden(f"/audit/{case}"), **form}
        if kaowu.ask("POST", f"/audit/{case}/open", sent)[0] < 400:
            found.append(f"private details are opened with {form or 'no reason'}")
    if "查看了考生的个人信息" in _text(kaowu, f"/audit/{case}"):
        found.append("a GET, or a refused form, left a look")
    return found


def _case_of_somebody(target: Target) -> str:
    """A registration with its private details filled in, found by its document number."""
    candidate, kaowu = target.signed_in("kaosheng"), target.signed_in("kaowu")
    agreed = {**candidate.hidden("/agreement"), "answer": "agree", "agreed": "yes"}
    _, where, _ = candidate.ask("POST", "/agreement", agreed)
    where = where.removesuffix("/details")
    candidate.ask("POST", f"{where}/details", {**candidate.hidden(f"{where}/details"), **form_of_details()})
    wanted = {**kaowu.hidden("/audit"), "q": WENJING.document_number}
    status, found, _ = kaowu.ask("POST", "/audit", wanted)
    assert status == 303, "the case was just made"
    return found.removeprefix("/audit/")


def _text(browser: Browser, path: str) -> str:
    status, body = browser.fetch(path)
    if status != 200:
        return ""
    if body.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    return body.decode()
