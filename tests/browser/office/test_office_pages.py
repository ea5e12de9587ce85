"""The pages of the office for bans, statistics and exports, walked at phone, tablet and desk width, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from ncre.bootstrap import Container
from ncre.domain.duplicates.exchange_file import ExchangedPerson as Registered
from ncre.domain.duplicates.exchange_file import key_of, written
from ncre.domain.registration.vocabulary import Role
from ncre.projections.duplicates.duplicates import ExchangeKeys
from tests.browser.visit import Person, desk, phone
from tests.support.people import LIQIANG, ROUND, WENJING, approved, rejected, somebody

pytestmark = pytest.mark.browser
PASSWORD = "a password of kaowu"
SHARED = bytes(range(100, 132))


@pytest.fixture
def crowd(container: Container) -> None:
    """Somebody who has paid, somebody who was sent back."""
    container.accounts.add("kaowu", PASSWORD, Role.OFFICE)
    wenjing, liqiang = somebody(container), somebody(container, "liqiang", LIQIANG)
    wenjing.until_waiting()
    approved(container, wenjing)
    wenjing.pays()
    liqiang.until_waiting()
    rejected(container, liqiang)


def at_work(browser: Browser, address: str, scripts: bool) -> Person:
    kaowu = Person(desk(browser) if scripts else phone(browser, scripts=False), address, check=scripts)
    kaowu.signs_in("kaowu", PASSWORD)
    return kaowu


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_bans(browser: Browser, address: str, crowd: None, scripts: bool) -> None:
    kaowu = at_work(browser, address, scripts)
    kaowu.goes("/office/bans")
    for name, value in {
        "number": WENJING.document_number,
        "starts": "2027-01-01",
        "ends": "2026-01-01",
        "decision": "鄂考罚〔2026〕31号",
        "reason": "上次考试由他人代考",
    }.items():
        kaowu.page.fill(f"#{name}", value)
    kaowu.presses("录入停考")
    assert "起止日期不对" in kaowu.reads()
    kaowu.page.fill("#ends", "2028-12-31")
    kaowu.presses("录入停考")
    assert "停考中" in kaowu.reads()
    kaowu.presses("查看理由")
    assert "上次考试由他人代考" in kaowu.reads()
    kaowu.page.get_by_label("取消报名，退还费用").check()
    kaowu.page.locator("form.card input[name=why]").fill("决定溯及本次考试")
    kaowu.presses("提交处理结果")
    assert "已办理" in kaowu.reads()
    kaowu.goes("/office/bans")
    text = f"证件号码,起始日期,截止日期,决定编号,理由\n{LIQIANG.document_number},2027/1/1,2028/1/1,32号,替考\n1,2,3,4,5\n"
    file = {"name": "bans.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}
    kaowu.page.set_input_files("#file", file)  # type: ignore[arg-type]
    kaowu.presses("上传并预览")
    assert "可录入 1 行" in kaowu.reads()
    kaowu.presses("录入可录入的 1 行")
    assert "这次录入了 1 条停考" in kaowu.reads()
    assert kaowu.faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_statistics(browser: Browser, address: str, crowd: None, scripts: bool) -> None:
    kaowu = at_work(browser, address, scripts)
    kaowu.goes("/office/statistics")
    assert "共 2 份报名" in kaowu.reads()
    kaowu.page.locator("summary", has_text="数据表：每小时报名").click()
    kaowu.look()
    assert kaowu.page.locator("svg.columns").first.bounding_box() is not None
    kaowu.page.select_option("#site", "420019")
    kaowu.presses("显示")
    assert "420019" in kaowu.page.url
    assert kaowu.faults == []


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_exports(browser: Browser, container: Container, address: str, crowd: None, scripts: bool) -> None:
    kaowu = at_work(browser, address, scripts)
    kaowu.goes("/office/exports")
    kaowu.page.get_by_label("手机号").check()
    kaowu.presses("立即导出")
    assert "请填写原因" in kaowu.reads() or kaowu.page.locator("#why-fault").count()
    kaowu.page.fill("#why", "通知考点停电改期")
    kaowu.presses("立即导出")
    assert "正在生成" in kaowu.reads()
    container.worker.once()
    kaowu.page.goto(kaowu.page.url)
    kaowu.look()
    with kaowu.page.expect_download() as taken:
        kaowu.page.get_by_role("button", name="下载", exact=True).click()
    assert taken.value.suggested_filename == "ncre-candidates-78.csv"
    assert WENJING.mobile in taken.value.path().read_text(encoding="utf-8-sig")
    kaowu.goes("/office/exports?what=money")
    kaowu.page.fill("#at", "06:30")
    kaowu.presses("每天导出")
    assert "已设定每天导出" in kaowu.reads()
    assert kaowu.faults == []


def test_a_page_that_waits_for_its_file_is_loaded_anew_only_once_it_is_there(
    browser: Browser, container: Container, address: str, crowd: None
) -> None:
    kaowu = at_work(browser, address, scripts=True)
    kaowu.goes("/office/exports?what=money")
    kaowu.presses("立即导出")
    kaowu.page.evaluate("document.documentElement.dataset.here = 'yes'")
    for _ in range(2):
        with kaowu.page.expect_response(kaowu.page.url) as asked:
            pass
        asked.value.finished()
        assert kaowu.page.evaluate("document.documentElement.dataset.here") == "yes"
    kaowu.page.context.set_offline(True)
    with kaowu.page.expect_event("requestfailed"):
        pass
    kaowu.page.context.set_offline(False)
    with kaowu.page.expect_navigation():
        container.worker.once()
    kaowu.look()
    assert kaowu.page.get_by_role("button", name="下载", exact=True).count() == 1
    assert kaowu.faults == []


@pytest.fixture
def shared(container: Container) -> None:
    """As with NCRE_EXCHANGE_KEY set."""
    container.duplicates._secret = SHARED
    for projection in container.command_handler.listeners.all:
        if isinstance(projection, ExchangeKeys):
            projection._secret = SHARED


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_duplicates(browser: Browser, address: str, shared: None, crowd: None, scripts: bool) -> None:
    kaowu = at_work(browser, address, scripts)
    kaowu.goes("/office/duplicates")
    key = key_of(SHARED, WENJING.document_type, WENJING.document_number)
    raw = b"".join(written(SHARED, ROUND, "43", 1, [Registered(key, ("24",))]))
    for content, said in ((raw[:-3], "不完整或被改动过"), (raw, "新发现 1 份重复报名")):
        file = {"name": "43.txt", "mimeType": "text/plain", "buffer": content}
        kaowu.page.set_input_files("#file", file)  # type: ignore[arg-type]
        kaowu.presses("导入")
        assert said in kaowu.reads()
    kaowu.page.get_by_label("保留本省报名").check()
    kaowu.page.locator("form.card input[name=why]").fill("该省已取消")
    kaowu.presses("提交处理结果")
    assert "没有待处理的重复报名" in kaowu.reads()
    assert kaowu.faults == []
