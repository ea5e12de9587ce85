"""What the help of each command adds to its parser: an example, whether it writes, and its words in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Entry(NamedTuple):
    """`writes`: it changes the installation, or hands private details out; then it takes --as and --why."""

    example: str
    writes: bool = False


_SEAT_SHOWN: Final = "ncre seat 420019 --preview --as kaowu"

MANUAL: Final[Mapping[tuple[str, ...], Entry]] = {
    ("migrate",): Entry('ncre migrate --why "release 1.4"', True),
    ("serve",): Entry("ncre serve --host 127.0.0.1 --port 8000 --threads 8"),
    ("worker",): Entry("ncre worker --every 5"),
    ("doctor",): Entry("ncre doctor --json"),
    ("top",): Entry("ncre top --every 2"),
    ("demo",): Entry("ncre demo --port 9000"),
    ("backup",): Entry("ncre backup --out /srv/backups/2027-03-01 --as kaowu --why nightly", True),
    ("restore",): Entry("ncre restore /srv/backups/2027-03-01 --escrow /media/safe/secret.key", True),
    ("database", "copy"): Entry("ncre database copy --to postgresql://ncre@db/ncre --why move", True),
    ("database", "digests"): Entry("ncre database digests"),
    ("round", "load"): Entry("ncre round load rounds/2027-03 --as kaowu --why 第一版", True),
    ("round", "diff"): Entry("ncre round diff rounds/2027-03 --names"),
    ("round", "history"): Entry("ncre round history 78 --site 420019"),
    ("round", "check"): Entry("ncre round check rounds/2027-03 --date 2027-01-05"),
    ("round", "export"): Entry("ncre round export 78 --out rounds/2027-03"),
    ("round", "show"): Entry("ncre round show 78"),
    ("round", "retention"): Entry(
        "ncre round retention 78 --keep-days 180 --erase-days 365 --why 档案规定 --as kaowu", True
    ),
    ("round", "notice"): Entry(
        "ncre round notice guide --title 须知 --title-en Guide --file zh.txt --file-en en.txt --as kaowu --why 更新",
        True,
    ),
    ("seat",): Entry(_SEAT_SHOWN, True),
    ("review", "list"): Entry("ncre review list --as shenhe"),
    ("review", "show"): Entry("ncre review show 78420019000001 --as shenhe", True),
    ("review", "approve"): Entry("ncre review approve 78420019000001 --as shenhe", True),
    ("review", "reject"): Entry("ncre review reject 78420019000001 --reason P05 --as shenhe", True),
    ("review", "confirm"): Entry("ncre review confirm 78420019000001 --as shenhe", True),
    ("cancel",): Entry("ncre cancel 78420019000001 --reason 书面申请 --as kaowu", True),
    ("move",): Entry("ncre move 78420019000001 --to zhangsan2 --evidence 核对身份证原件 --as kaowu", True),
    ("ticket", "batch"): Entry("ncre ticket batch --site 420019 --out tickets --as kaowu", True),
    ("ticket", "list"): Entry("ncre ticket list --site 420019 --out door.html --as kaowu", True),
    ("ticket", "key"): Entry("ncre ticket key"),
    ("ticket", "verify"): Entry("ncre ticket verify 78420019000001 --as shenhe"),
    ("photo", "check"): Entry("ncre photo check photos/zhang.jpg"),
    ("photo", "fix"): Entry("ncre photo fix photos/zhang.jpg mended/zhang.jpg"),
    ("photos", "verify"): Entry("ncre photos verify --from /srv/backups/2027-03-01/photos --keep", True),
    ("payments", "reconcile"): Entry("ncre payments reconcile --date 2027-01-05 --as kaowu", True),
    ("payments", "counter"): Entry(
        "ncre payments counter 78420019000001 --receipt 0001 --yuan 160.00 --as shenhe", True
    ),
    ("payments", "handed-back"): Entry("ncre payments handed-back 420019-0001 --as shenhe", True),
    ("payments", "send-back"): Entry(
        "ncre payments send-back alipay 2027010522001 --why 未知订单 --as kaowu", True
    ),
    ("audit", "show"): Entry('ncre audit show 78420019000001 --at "2027-03-01 09:00"'),
    ("audit", "commands"): Entry("ncre audit commands --as shenji"),
    ("audit", "export"): Entry("ncre audit export --site 420019 --out 420019.zip --as shenji", True),
    ("audit", "verify"): Entry("ncre audit verify 420019.zip --key ledger.pub --witness witness.pub"),
    ("audit", "witness"): Entry("ncre audit witness --url http://127.0.0.1:8000/ledger --key witness.key"),
    ("ledger", "status"): Entry("ncre ledger status"),
    ("ledger", "key"): Entry("ncre ledger key"),
    ("ledger", "rotate"): Entry(
        "ncre ledger rotate --to /etc/ncre/ledger-2.key --as kaowu --why yearly", True
    ),
    ("diagram",): Entry("ncre diagram --out docs/state-diagram.md"),
    ("user", "add"): Entry("ncre user add wangwu --role reviewer --site 420019 --why 新聘", True),
    ("user", "role"): Entry("ncre user role wangwu --role auditor --why 调岗 --as kaowu", True),
    ("user", "history"): Entry("ncre user history wangwu --as shenji"),
    ("user", "link"): Entry("ncre user link wangwu --provider office --subject 1f3a --as kaowu", True),
    ("user", "password"): Entry("ncre user password wangwu --password-file new.txt --as kaowu", True),
    ("user", "disable"): Entry("ncre user disable wangwu --why 离职 --as kaowu", True),
    ("user", "enable"): Entry("ncre user enable wangwu --why 返聘 --as kaowu", True),
    ("user", "factor"): Entry("ncre user factor wangwu --reset --why 手机丢失 --as kaowu", True),
    ("user", "confirm"): Entry("ncre user confirm wangwu --as kaowu2", True),
    ("user", "decline"): Entry("ncre user decline wangwu --as kaowu2", True),
    ("user", "list"): Entry("ncre user list"),
    ("bans", "import"): Entry("ncre bans import bans.csv --preview --as kaowu --why 停考名单", True),
    ("duplicates", "export"): Entry(
        "ncre duplicates export 42.txt --province 42 --as kaowu --why 跨省比对", True
    ),
    ("duplicates", "import"): Entry("ncre duplicates import 43.txt --as kaowu --why 跨省比对", True),
    ("exchange", "serve"): Entry("ncre exchange serve --host 127.0.0.1 --port 8100"),
    ("exchange", "sync"): Entry("ncre exchange sync --as kaowu --why 跨省比对", True),
    ("person", "erase"): Entry("ncre person erase 78420019000001 --why 来信2027-15 --as kaowu", True),
    ("person", "due"): Entry("ncre person due --round 78", True),
    ("person", "reapply"): Entry("ncre person reapply --list /srv/safe/tombstones", True),
    ("keys", "check"): Entry("ncre keys check"),
    ("keys", "new"): Entry("ncre keys new --why 每年更换", True),
    ("keys", "rotate"): Entry("ncre keys rotate --why 每年更换", True),
    ("keys", "retire"): Entry("ncre keys retire 2 --why 旧备份已到期", True),
    ("mail", "bounce"): Entry("ncre mail bounce"),
    ("projections", "rebuild"): Entry('ncre projections rebuild --why "table dropped"', True),
    ("projections", "check"): Entry("ncre projections check"),
    ("tenants", "list"): Entry("ncre tenants list"),
    ("tenants", "check"): Entry("ncre tenants check"),
    ("tenants", "move"): Entry(
        "ncre tenants move hubei --to postgresql://ncre@db-hubei/ncre --as kaowu --why 单独部署", True
    ),
    ("settings",): Entry("ncre settings"),
}
"""Every command that the parser knows; a test fails for one without a row, and runs each example through the parser."""

TENANTLESS: Final = frozenset(
    {
        ("demo",),
        ("diagram",),
        ("photo", "check"),
        ("photo", "fix"),
        ("round", "check"),
        ("audit", "verify"),
        ("audit", "witness"),
        ("tenants", "list"),
        ("tenants", "check"),
        ("exchange", "serve"),
    }
)
"""Commands that work on no tenant's data; the others take --tenant."""
