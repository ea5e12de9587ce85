"""A house and the cashier, each on a port of this machine, with a payer who walks the pages between them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import requests
from werkzeug.serving import make_server

from ncre.bootstrap import Container, build_container
from ncre.clients.alipay import Alipay, AlipayTerms
from ncre.clients.payment_channel import Device, Order
from ncre.stand_ins.alipay import AlipayStandIn, AlipayStandInTerms, create_alipay_stand_in, keys_in
from ncre.stand_ins.alipay.book import write_script
from ncre.web import create_site
from tests.conftest import settings_in
from tests.support.fake_channel import FakeChannel
from tests.support.people import Clock

APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"
TOKEN = "only in tests"


@contextmanager
def serving(site: Any) -> Iterator[str]:
    """The site on a free port, in a thread of its own."""
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Market:
    container: Container
    cashier: AlipayStandIn
    alipay: Alipay
    terms: AlipayTerms
    clock: Clock
    home: str
    shop: str
    cashier_folder: Path

    def script(self, order: str, *faults: str) -> None:
        with self.cashier.pages.writing() as connection:
            write_script(connection, order, list(faults))

    def comes(self, order: Order, device: Device = Device.DESKTOP) -> str:
        """The payer follows the signed address and signs in: the address of the page, a trade is open."""
        address = self.alipay.open(order, device, f"{self.home}/back").address
        page = requests.get(address, timeout=10)
        assert page.status_code == 200, page.text
        requests.post(f"{page.url}/sign-in", timeout=10).raise_for_status()
        return page.url

    def pays(self, order: Order) -> requests.Response:
        return requests.post(f"{self.comes(order)}/pay", timeout=10)

    def delivers(self) -> int:
        return self.cashier.notices.deliver_due()


def back_from(page: requests.Response) -> str:
    """Where the last page of the cashier leads."""
    found = re.search(r'class="button" href="([^"]+)"', page.text)
    assert found, page.text
    return found[1].replace("&amp;", "&")


@contextmanager
def opened(folder: Path, house_file: Path, clock: Clock) -> Iterator[Market]:
    data = folder / "data"
    data.mkdir()
    shutil.copyfile(house_file, data / "ncre.sqlite")
    keys, merchant = keys_in(folder / "cashier", "cashier"), keys_in(folder / "cashier", "merchant")
    cashier = create_alipay_stand_in(
        AlipayStandInTerms(folder / "cashier", keys, merchant.public, APP_ID, SELLER_ID, TOKEN), clock
    )
    with serving(cashier.site) as shop:
        channels: dict[str, Any] = {}
        container = build_container(settings_in(data), clock, channels)
        with serving(create_site(container)) as home:
            terms = AlipayTerms(
                gateway=f"{shop}/gateway.do",
                app_id=APP_ID,
                seller_id=SELLER_ID,
                private_key=merchant.private,
                notify_url=f"{home}/notices/alipay",
                alipay_key=keys.public,
            )
            alipay = Alipay(terms, clock)
            channels |= {"alipay": alipay, "till": FakeChannel(clock)}
            yield Market(container, cashier, alipay, terms, clock, home, shop, folder / "cashier")
        container.close()
    cashier.pages.close()
