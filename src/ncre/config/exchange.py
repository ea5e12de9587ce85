"""What the exchange service is run with: none of an installation's settings but where it listens and how it logs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ncre.config.environment import Environment, problem_of_variable, read_environment
from ncre.config.refusals import problem_of_open_file
from ncre.config.settings import Misconfigured
from ncre.domain.duplicates.province_tokens import TokensUnreadable, province_tokens


@dataclass(frozen=True)
class ExchangeSettings:
    """The settings of the exchange service, ready to use."""

    folder: Path
    tokens: tuple[tuple[str, str], ...] = field(repr=False)
    keep_days: int
    host: str
    port: int
    log_format: str


def read_exchange_settings(environment: Mapping[str, str] = os.environ) -> ExchangeSettings:
    """Makes nothing. Raises Misconfigured with every problem."""
    variables, problems = read_environment(environment)
    tokens, found = _tokens(variables)
    problems += found
    folder = variables.exchange_folder
    if folder is None or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        zh, en = "须设置为可写的目录", "must be a folder that can be written"
        problems.append(problem_of_variable("NCRE_EXCHANGE_FOLDER", zh, en))
    if problems or folder is None:
        raise Misconfigured(*problems)
    return ExchangeSettings(
        folder=folder,
        tokens=tokens,
        keep_days=variables.exchange_keep_days,
        host=variables.host,
        port=variables.port,
        log_format=variables.log_format,
    )


def _tokens(variables: Environment) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    name, file = "NCRE_EXCHANGE_TOKENS", variables.exchange_tokens
    if file is None:
        zh, en = "须设置：各省令牌的文件", "is needed: the file of the provinces' tokens"
        return (), [problem_of_variable(name, zh, en)]
    try:
        tokens = province_tokens(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        zh, en = f"{file} 不能读取", f"{file} cannot be read ({type(error).__name__})"
        return (), [problem_of_variable(name, zh, en)]
    except TokensUnreadable as unreadable:
        return (), [problem_of_variable(name, unreadable.words.zh, unreadable.words.en)]
    problem = problem_of_open_file(name, file) if variables.production is not False else ""
    return ((), [problem]) if problem else (tokens, [])
