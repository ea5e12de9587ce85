"""Each row of the cases from outside: the test that holds it, for those that are held at a page, a client or a browser.

The rows are read from `../shared/cases/README.md` where that is present, so that none is without a test.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
README: Final[Path | None] = next(
    (path / "shared/cases/README.md" for path in ROOT.parents if (path / "shared/cases/README.md").is_file()),
    None,
)
HERE: Final = "tests/cases/test_typed.py"

HELD: Final = {
    "captcha on": f"{HERE}::test_a_captcha_in_full_width",
    "demo cashier's control token": "tests/stand_ins/test_faults.py::test_the_control_wants_its_token",
    "code sent to a phone": f"{HERE}::test_a_code_sent_to_a_phone",
    "authenticator code": f"{HERE}::test_an_authenticator_code_in_full_width",
    "phone of an account": f"{HERE}::test_one_phone_is_one_account_and_one_form_in_the_details",
    "phone in the details": f"{HERE}::test_one_phone_is_one_account_and_one_form_in_the_details",
    "name | `O’Brien`": f"{HERE}::test_the_apostrophe_of_a_phone",  # noqa: RUF001
    "name | `阿卜杜热合曼": f"{HERE}::test_the_dot_of_a_name",
    "name | `张  三`": f"{HERE}::test_blanks_of_a_name",
    "name | `ＬＩ": f"{HERE}::test_a_latin_name_in_full_width",  # noqa: RUF001
    "name on paper": "tests/documents/test_fonts.py::test_every_latin_letter_that_a_name_takes_prints_as_itself",
    "resident number": f"{HERE}::test_a_resident_number_that_ends_in_a_lookalike_of_x",
    "document kind": "tests/domain/test_identity_documents.py::test_a_number_under_the_wrong_kind_is_recognised",
    "account name": f"{HERE}::test_an_account_name_that_a_phone_capitalised",
    "scanner at the door": "tests/web/staff/test_admission.py::test_caps_lock_changes_nothing",
    "subjects of site A": "tests/web/candidate/test_subjects.py::test_the_list_set_to_another_site_while_amending_records_nothing",
    "QQ for the first time": "tests/web/account/test_intentions.py::test_qq_for_the_first_time_is_bound_at_the_end",
    "desktop opens a WeChat": "tests/web/candidate/test_wechat_browser.py::test_from_the_desktop_to_the_phone_to_another_network_and_back",
    "WeChat H5 pay": "tests/web/candidate/test_payment.py::test_only_the_page_that_leads_out_says_where_it_comes_from",
    "MicroMessenger browser": "tests/web/candidate/test_wechat_browser.py::test_inside_wechat_without_jsapi_the_address_is_there_to_copy",
    "photo over 12 MB": "tests/web/candidate/test_photo.py::test_a_photo_that_is_too_large_to_be_read_is_told_on_its_own_page",
    "WeChat notice under a second key": "tests/clients/test_wechat.py::test_several_keys_stand_beside_each_other_while_wechat_changes_its_own",
    "`associated_data: null`": "tests/clients/test_wechat.py::test_a_box_without_associated_data_is_opened",
    "raw `+`": "tests/clients/test_alipay.py::test_a_bare_plus_of_a_signature_that_arrives_as_a_blank_is_read_as_plus",
    "OpenID provider": "tests/clients/test_openid.py::test_keys_changed_since_they_were_fetched_are_fetched_again",
    "QQ nickname": "tests/identity/test_long_names.py::test_somebody_unknown_is_kept_and_linked_by_any_name",
    "comma in a round's title": "tests/clients/test_wechat_bill.py::test_a_title_may_hold_whatever_it_wants",
    "Alipay bill: a line": "tests/clients/test_alipay.py::test_a_line_of_the_bill_is_booked_by_its_kind_and_its_sign_or_not_at_all",
    "Alipay refund made": "tests/clients/test_alipay.py::test_a_notice_means_what_its_money_says_and_not_its_status_alone",
    "round tables saved by Excel": "tests/rounds/test_spreadsheets.py::test_a_few_characters_are_enough_to_know_gbk",
    "trade numbers of 28 digits": "tests/web/office/test_payments.py::test_the_ledger_comes_as_csv_and_as_a_workbook",
}
"""The beginning of a row, and the test of it."""


@pytest.mark.parametrize(("row", "test"), HELD.items())
def test_a_row_has_its_test(row: str, test: str) -> None:
    file, name = test.split("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{row} is held by no test"


def test_no_row_is_left_out() -> None:
    if README is None:
        pytest.skip("the cases from outside are not beside this repository")
    lines = README.read_text(encoding="utf-8").splitlines()
    rows = [
        line[2:] for line in lines if line.startswith("| ") and not line.startswith(("| where", "| what"))
    ]
    assert rows
    assert [row for row in rows if not any(row.startswith(begins) for begins in HELD)] == []
