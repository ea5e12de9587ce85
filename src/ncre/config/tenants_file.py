"""The file of tenants, changed in one place and replaced whole: whoever reads it sees the old one or the new one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import tomlkit
from sqlalchemy import make_url
from tomlkit.exceptions import TOMLKitError

from ncre.config.environment import problem_of_variable
from ncre.config.settings import Misconfigured
from ncre.config.tenants import VARIABLE, read_tenants, tenants_file
from ncre.store.schemas import in_schema, schema_named_by


class Relocation:
    """A tenant's database at another URL, in another schema of PostgreSQL where one is named."""

    def __init__(self, environment: Mapping[str, str], name: str, url: str, schema: str | None) -> None:
        """Raises Misconfigured for what could not be written, or not be served afterwards."""
        self._environment = dict(environment)
        self._name, self._url, self._schema = name, url, schema
        file = tenants_file(environment)
        if file is None:
            raise Misconfigured(
                problem_of_variable(VARIABLE, "未设置租户文件", "is not set: there are no tenants")
            )
        self._file = file.resolve()
        if not os.access(self._file.parent, os.W_OK):
            folder = self._file.parent
            zh, en = (
                f"{folder} 不能写入，无法替换租户文件",
                f"{folder} cannot be written: the file cannot be replaced",
            )
            raise Misconfigured(problem_of_variable(VARIABLE, zh, en))
        self._try()

    @property
    def is_done(self) -> bool:
        """Whether the file says so already."""
        here = next(one for one in read_tenants(self._environment) if one.name == self._name)
        return _same(here.read().settings.database_url, self.target)

    @property
    def target(self) -> str:
        """The URL with its schema."""
        return in_schema(self._url, self._schema) if self._schema else self._url

    def write(self) -> None:
        """Replace the file, with whatever else it says by now. Raises Misconfigured where it has faults."""
        fresh = self._try(keep=True)
        os.replace(fresh, self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _try(self, keep: bool = False) -> Path:
        """The new file beside the old one, with its mode and owner, read as those read it who serve. Raises Misconfigured."""
        fresh = self._file.with_name(f".{self._file.name}.moving")
        try:
            with open(
                os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as out:
                out.write(self._changed())
                out.flush()
                os.fsync(out.fileno())
            shutil.copymode(self._file, fresh)
            owner = self._file.stat()
            with suppress(PermissionError):
                os.chown(fresh, owner.st_uid, owner.st_gid)
            others = {key: value for key, value in self._environment.items() if key.upper() != VARIABLE}
            read_tenants({**others, VARIABLE: str(fresh)})
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        if not keep:
            fresh.unlink()
        return fresh

    def _changed(self) -> str:
        """The file's text, with comments and order kept."""
        try:
            written = tomlkit.parse(self._file.read_text(encoding="utf-8"))
        except TOMLKitError as error:
            zh, en = f"{self._file} 不能使用（{error}）", f"{self._file} cannot be used ({error})"
            raise Misconfigured(problem_of_variable(VARIABLE, zh, en)) from None
        table = written[self._name]
        assert isinstance(table, tomlkit.items.Table)
        table["database_url"] = self._url
        if self._schema:
            table["schema"] = self._schema
        elif "schema" in table:
            del table["schema"]
        return tomlkit.dumps(written)


def _same(one: str, other: str) -> bool:
    def place(url: str) -> tuple[object, ...]:
        understood = make_url(url)
        if understood.get_backend_name() == "sqlite" and understood.database:
            return ("sqlite", Path(understood.database).resolve())
        return (understood.host, understood.port or 5432, understood.database, schema_named_by(understood))

    return place(one) == place(other)
