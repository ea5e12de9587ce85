"""What the help of each command adds to its parser: an example, whether it writes, and its words in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class ManualEntry(NamedTuple):
    """`writes`: it changes the installation, or hands private details out; then it takes --as and --why."""

    example: str
    writes: bool = False


_SEAT_SHOWN: Final = "ncre seat 420019 --preview --as kaowu"

MANUAL: Final[Mapping[tuple[str, ...], ManualEntry]] = {
    ("migrate",): ManualEntry('ncre migrate --why "release 1.4"', True),
    ("serve",): ManualEntry("ncre serve --host 127.0.0.1 --port 8000 --threads 8"),
    ("worker",): ManualEntry("ncre worker --every 5"),
    ("doctor",): ManualEntry("ncre doctor --json"),
    ("top",): ManualEntry("ncre top --every 2"),
    ("demo",): ManualEntry("ncre demo --port 9000"),
    ("backup",): ManualEntry("ncre backup --out /srv/backups/2027-03-01 --as kaowu --why nightly", True),
    ("restore",): ManualEntry("ncre restore /srv/backups/2027-03-01 --escrow /media/safe/secret.key", True),
    ("database", "copy"): ManualEntry("ncre database copy --to postgresql://ncre@db/ncre --why move", True),
    ("database", "digests"): ManualEntry("ncre database digests"),
    ("round", "load"): ManualEntry("ncre round load rounds/2027-03 --as kaowu --why 第一版", True),
    ("round", "diff"): ManualEntry("ncre round diff rounds/2027-03 --names"),
    ("round", "history"): ManualEntry("ncre round history 78 --site 420019"),
    ("round", "check"): ManualEntry("ncre round check rounds/2027-03 --date 2027-01-05"),
    ("round", "export"): ManualEntry("ncre round export 78 --out rounds/2027-03"),
    ("round", "show"): ManualEntry("ncre round show 78"),
    ("round", "retention"): ManualEntry(
        "ncre round retention 78 --keep-days 180 --erase-days 365 --why 档案规定 --as kaowu", True
    ),
    ("round", "notice"): ManualEntry(
        "ncre round notice guide --title 须知 --title-en Guide --file zh.txt --file-en en.txt --as kaowu --why 更新",
        True,
    ),
    ("seat",): ManualEntry(_SEAT_SHOWN, True),
    ("review", "list"): ManualEntry("ncre review list --as shenhe"),
    ("review", "show"): ManualEntry("ncre review show 78420019000001 --as shenhe", True),
    ("review", "approve"): ManualEntry("ncre review approve 78420019000001 --as shenhe", True),
    ("review", "reject"): ManualEntry("ncre review reject 78420019000001 --reason P05 --as shenhe", True),
    ("review", "confirm"): ManualEntry("ncre review confirm 78420019000001 --as shenhe", True),
    ("cancel",): ManualEntry("ncre cancel 78420019000001 --reason 书面申请 --as kaowu", True),
    ("move",): ManualEntry(
        "ncre move 78420019000001 --to zhangsan2 --evidence 核对身份证原件 --as kaowu", True
    ),
    ("ticket", "batch"): ManualEntry("ncre ticket batch --site 420019 --out tickets --as kaowu", True),
    ("ticket", "list"): ManualEntry("ncre ticket list --site 420019 --out door.html --as kaowu", True),
    ("ticket", "key"): ManualEntry("ncre ticket key"),
    ("ticket", "verify"): ManualEntry("ncre ticket verify 78420019000001 --as shenhe"),
    ("photo", "check"): ManualEntry("ncre photo check photos/zhang.jpg"),
    ("photo", "fix"): ManualEntry("ncre photo fix photos/zhang.jpg mended/zhang.jpg"),
    ("photos", "verify"): ManualEntry(
        "ncre photos verify --from /srv/backups/2027-03-01/photos --keep", True
    ),
    ("payments", "reconcile"): ManualEntry("ncre payments reconcile --date 2027-01-05 --as kaowu", True),
    ("payments", "counter"): ManualEntry(
        "ncre payments counter 78420019000001 --receipt 0001 --yuan 160.00 --as shenhe", True
    ),
    ("payments", "handed-back"): ManualEntry("ncre payments handed-back 420019-0001 --as shenhe", True),
    ("payments", "send-back"): ManualEntry(
        "ncre payments send-back alipay 2027010522001 --why 未知订单 --as kaowu", True
    ),
    ("audit", "show"): ManualEntry('ncre audit show 78420019000001 --at "2027-03-01 09:00"'),
    ("audit", "commands"): ManualEntry("ncre audit commands --as shenji"),
    ("audit", "export"): ManualEntry("ncre audit export --site 420019 --out 420019.zip --as shenji", True),
    ("audit", "verify"): ManualEntry("ncre audit verify 420019.zip --key ledger.pub --witness witness.pub"),
    ("audit", "witness"): ManualEntry(
        "ncre audit witness --url http://127.0.0.1:8000/ledger --key witness.key"
    ),
    ("ledger", "status"): ManualEntry("ncre ledger status"),
    ("ledger", "key"): ManualEntry("ncre ledger key"),
    ("ledger", "rotate"): ManualEntry(
        "ncre ledger rotate --to /etc/ncre/ledger-2.key --as kaowu --why yearly", True
    ),
    ("diagram",): ManualEntry("ncre diagram --out docs/state-diagram.md"),
    ("user", "add"): ManualEntry("ncre user add wangwu --role reviewer --site 420019 --why 新聘", True),
    ("user", "role"): ManualEntry("ncre user role wangwu --role auditor --why 调岗 --as kaowu", True),
    ("user", "history"): ManualEntry("ncre user history wangwu --as shenji"),
    ("user", "link"): ManualEntry("ncre user link wangwu --provider office --subject 1f3a --as kaowu", True),
    ("user", "password"): ManualEntry("ncre user password wangwu --password-file new.txt --as kaowu", True),
    ("user", "disable"): ManualEntry("ncre user disable wangwu --why 离职 --as kaowu", True),
    ("user", "enable"): ManualEntry("ncre user enable wangwu --why 返聘 --as kaowu", True),
    ("user", "factor"): ManualEntry("ncre user factor wangwu --reset --why 手机丢失 --as kaowu", True),
    ("user", "confirm"): ManualEntry("ncre user confirm wangwu --as kaowu2", True),
    ("user", "decline"): ManualEntry("ncre user decline wangwu --as kaowu2", True),
    ("user", "list"): ManualEntry("ncre user list"),
    ("bans", "import"): ManualEntry("ncre bans import bans.csv --preview --as kaowu --why 停考名单", True),
    ("duplicates", "export"): ManualEntry(
        "ncre duplicates export 42.txt --province 42 --as kaowu --why 跨省比对", True
    ),
    ("duplicates", "import"): ManualEntry("ncre duplicates import 43.txt --as kaowu --why 跨省比对", True),
    ("exchange", "serve"): ManualEntry("ncre exchange serve --host 127.0.0.1 --port 8100"),
    ("exchange", "sync"): ManualEntry("ncre exchange sync --as kaowu --why 跨省比对", True),
    ("person", "erase"): ManualEntry("ncre person erase 78420019000001 --why 来信2027-15 --as kaowu", True),
    ("person", "due"): ManualEntry("ncre person due --round 78", True),
    ("person", "reapply"): ManualEntry("ncre person reapply --list /srv/safe/tombstones", True),
    ("keys", "check"): ManualEntry("ncre keys check"),
    ("keys", "new"): ManualEntry("ncre keys new --why 每年更换", True),
    ("keys", "rotate"): ManualEntry("ncre keys rotate --why 每年更换", True),
    ("keys", "retire"): ManualEntry("ncre keys retire 2 --why 旧备份已到期", True),
    ("mail", "bounce"): ManualEntry("ncre mail bounce"),
    ("projections", "rebuild"): ManualEntry('ncre projections rebuild --why "table dropped"', True),
    ("projections", "check"): ManualEntry("ncre projections check"),
    ("tenants", "list"): ManualEntry("ncre tenants list"),
    ("tenants", "check"): ManualEntry("ncre tenants check"),
    ("tenants", "move"): ManualEntry(
        "ncre tenants move hubei --to postgresql://ncre@db-hubei/ncre --as kaowu --why 单独部署", True
    ),
    ("settings",): ManualEntry("ncre settings"),
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
