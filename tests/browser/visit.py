"""People at a browser: they sign in, and do what the manual says they do."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from uuid import UUID

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from ncre.events.registration_values import Details
from tests.browser.scanner import Scanner
from tests.support.people import WENJING, form_of_details

FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each window would load the search box of the address bar as two pages of its own, which nobody ever sees: two
    # thirds of what a window costs. The flag takes the place of Playwright's own, whose features stand first.
    "--disable-features="
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]
PHONE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)
WIDTHS = (320, 768, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe().axe_script


def launch(playwright: Playwright, chromium: str) -> Browser:
    """Debian's browser, headless, asking nothing of the network."""
    return playwright.chromium.launch(executable_path=chromium, args=FLAGS)


def phone(browser: Browser, scripts: bool = True) -> BrowserContext:
    """A phone that speaks Chinese."""
    return browser.new_context(
        viewport={"width": 360, "height": 740},
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        user_agent=PHONE,
        java_script_enabled=scripts,
        device_scale_factor=2,
    )


def desk(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")


def until(page: Page, expression: str, seconds: float = 20.0) -> None:
    """Wait until JavaScript says so, asked from outside: what the page itself would evaluate, its policy forbids."""
    ends = monotonic() + seconds
    while not page.evaluate(expression):
        assert monotonic() < ends, expression
        page.wait_for_timeout(50)


def chooses_site(page: Page, site: str) -> None:
    """As far as its subjects: on a phone with scripts the choice leads there by itself, elsewhere a button does."""
    leads_on = page.evaluate("typeof narrow === 'function' && matchMedia('(pointer: coarse)').matches")
    with page.expect_navigation():
        page.select_option("#site", site)
        if not leads_on:
            page.get_by_role("button", name="显示科目", exact=True).click()


def found_by_axe(page: Page) -> list[str]:
    """What axe, put into the page when it is first asked, finds as the page stands.

    From the end of the page, where a bar that sticks to the edge stands in its own place: what it covers on the way
    scrolls from under it, which axe does not know (`walks/test_shell.py` presses Tab through the page).
    """
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    asked = {"runOnly": RULES, "resultTypes": ["violations"]}
    violations = page.evaluate("asked => axe.run(asked).then(found => found.violations)", asked)
    return [
        f"{one['id']}: {one['help']} ({'; '.join(node['html'][:120] for node in one['nodes'][:3])})"
        for one in violations
    ]


def faults_of(page: Page) -> list[str]:
    """What axe finds on the page, and what sticks out of it, at every width."""
    before = page.viewport_size
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} {page.url} {fault}" for fault in found_by_axe(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width} {page.url}: the page is wider than the screen")
    if before is not None:
        page.set_viewport_size(before)
    return found


class Person:
    """Somebody with an account, at a browser of their own. `look` is called on every page they come to."""

    def __init__(self, context: BrowserContext, address: str, check: bool = False) -> None:
        self.page = context.new_page()
        self.address = address
        self.faults: list[str] = []
        self._check = check

    def look(self) -> None:
        if self._check:
            self.faults += faults_of(self.page)

    def goes(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.look()

    def presses(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.look()

    def opens(self, case: UUID) -> None:
        """The case at its page, its private details opened for the reason that the page suggests."""
        self.goes(f"/staff/cases/{case}")
        if self.page.get_by_role("button", name="显示个人信息").count():
            self.presses("显示个人信息")

    def scans(self, number: str) -> None:
        """With a scanner, which types into whatever has the focus."""
        with self.page.expect_navigation():
            Scanner(self.page).scans(number)
        self.look()

    def sends(self, last: bool = False) -> None:
        """Press the first (or last) button of the page's forms."""
        buttons = self.page.locator("main form button.button")
        with self.page.expect_navigation():
            (buttons.last if last else buttons.first).click()
        self.look()

    def follows(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()
        self.look()

    def signs_in(self, name: str, password: str) -> None:
        self.goes("/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.presses("登录")

    def reads(self) -> str:
        return self.page.inner_text("main")


class CandidateAtPhone(Person):
    """A candidate going through the steps."""

    registration = ""

    def accepts_the_agreement(self) -> None:
        self.goes("/agreement")
        self.page.check("#agreed")
        self.presses("同意")
        self.registration = self.page.url.split("/registrations/")[1].split("/")[0].split("?")[0]

    def path(self, page: str = "") -> str:
        return f"/registrations/{self.registration}{page}"

    def fills_in(self, details: Details = WENJING) -> None:
        self.goes(self.path("/details"))
        typed = form_of_details(details)
        self.unfolds()
        self.page.select_option("#document_type", typed["document_type"])
        for name, value in typed.items():
            field = self.page.locator(f"[name={name}]").first
            if not field.is_visible():  # a number that tells sex and date of birth asks for neither
                continue
            kind = field.evaluate("field => field.type")
            if kind == "radio":
                self.page.check(f"[name={name}][value={value}]")
            elif kind == "select-one":
                field.select_option(value)
            else:
                field.fill(value)
        self.sends(last=True)

    def unfolds(self) -> None:
        """Open what the form folds away."""
        folds = self.page.locator("main form details:not([open]) > summary")
        while folds.count():
            folds.first.click()

    def chooses(self, site: str, *subjects: str, first: bool = True) -> None:
        self.goes(self.path("/subjects"))
        chooses_site(self.page, site)
        self.look()
        self.unfolds()
        for box in self.page.locator("[name=subjects]:checked").all():
            box.uncheck()
        for subject in subjects:
            self.page.check(f"[name=subjects][value='{subject}']")
        if first:
            self.page.check("#declared")
        self.presses("提交报考信息" if first else "修改报考信息")

    def uploads(self, picture: Path) -> None:
        self.goes(self.path("/photo"))
        self.page.set_input_files("input[type=file]", picture)
        self.sends()

    def requests_review(self) -> None:
        self.goes(self.path("/check"))
        self.presses("申请信息审核")

    def pays(self) -> None:
        """At the cashier, by way of the page that leads there."""
        self.leaves_for_the_cashier()
        if self.page.get_by_role("button", name="登录模拟账户").count():
            self.presses_here("登录模拟账户")
        self.presses_here("确认支付")
        self.page.wait_for_url("**/paid?*")
        self.look()

    def leaves_for_the_cashier(self) -> None:
        """As far as its first page; the page that leads on by itself is held while somebody looks at it."""
        self.goes(self.path("/pay"))
        if not self._check:
            self.page.get_by_role("button", name="支付", exact=True).click()
            self.page.wait_for_url("**/cashier/*")
            return
        self.page.route("**/gateway.do*", lambda route: route.abort("aborted"))
        self.presses("支付")
        self.page.unroute("**/gateway.do*")
        next_path = self.page.get_by_role("link", name="前往支付宝").get_attribute("href")
        assert next_path is not None
        self.page.goto(next_path)
        self.look()

    def presses_here(self, name: str) -> None:
        """A button of the cashier, whose names say the same in English behind."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).click()
        if "/done" not in self.page.url:
            self.look()
