"""The device profiles of an installation: those that come with the product, and the office's own folder.

A profile of the same name replaces the one that comes with the product, so that a correction needs no new release. A
mistake in one stops the start: it would otherwise show as a device that is strangely poor in readings.
"""

from pathlib import Path

from collectors.snmp.profiles import Profiles, read_profiles, shipped
from core.i18n import N_
from core.settings import SettingError


def load_profiles(folder: Path | None) -> Profiles:
    """Raises SettingError for a folder that is not there, ProfileError for a file that cannot be used."""
    if folder is None:
        return shipped()
    if not folder.is_dir():
        raise SettingError(
            name="polling.profiles", value=folder, source=N_("settings"), expected=N_("a folder of *.toml files")
        )
    own = [profile for path in sorted(folder.glob("*.toml")) for profile in read_profiles(path)]
    return Profiles([*shipped().by_name.values(), *own])
