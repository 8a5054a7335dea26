"""Loads functions that a user has written, by the import paths in settings."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from rankcrawler.errors import SettingError
from rankcrawler.language import tr


def function(setting: str, path: str) -> Callable[..., Any]:
    """The function at an import path, MODULE.NAME; raises SettingError, which names the setting and what is missing."""
    module, _, name = path.strip().rpartition(".")
    if not module or not name.isidentifier():
        raise SettingError(
            tr("{setting} must be MODULE.FUNCTION, such as mine.closed, not {path!r}", setting=setting, path=path[:80])
        )
    try:
        found: Callable[..., Any] | None = getattr(import_module(module), name, None)
    except Exception as error:  # whatever the module does when it is imported
        why = f"{type(error).__name__}: {error}"
        raise SettingError(
            tr(
                "{setting}: {module} cannot be imported: {error}; a module beside you is found with PYTHONPATH=.",
                setting=setting,
                module=module,
                error=why,
            )
        ) from error
    if not callable(found):
        raise SettingError(tr("{setting}: {module} has no function {name}", setting=setting, module=module, name=name))
    return found
