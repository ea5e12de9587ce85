"""Settings: environment.py the variables, terms.py and providers.py what they name, secret.py the secret,

refusals.py what is not accepted, reading.py all of it at once, settings.py the result, report.py what is in force.
"""

from ncre.config.reading import SettingsReading, begin, inspect_settings, read_settings
from ncre.config.refusals import refusals
from ncre.config.report import in_force
from ncre.config.settings import Misconfigured, ProviderTerms, Settings

__all__ = [
    "Misconfigured",
    "ProviderTerms",
    "SettingsReading",
    "Settings",
    "begin",
    "in_force",
    "inspect_settings",
    "read_settings",
    "refusals",
]
