"""Typed settings, and the one place that reads the environment and settings files."""

from mulgil.config.errors import ConfigError, FolderError, SettingsError
from mulgil.config.home import Home
from mulgil.config.loading import load_settings
from mulgil.config.private_folder import make_private_folder
from mulgil.config.settings import (
    CoreSettings,
    DagfilesSettings,
    SchedulerSettings,
    SettingDoc,
    Settings,
    WorkerSettings,
    setting_docs,
)
from mulgil.model import ExecutorName

__all__ = [
    "ConfigError",
    "CoreSettings",
    "DagfilesSettings",
    "ExecutorName",
    "FolderError",
    "Home",
    "SchedulerSettings",
    "SettingDoc",
    "Settings",
    "SettingsError",
    "WorkerSettings",
    "load_settings",
    "make_private_folder",
    "setting_docs",
]
