"""What is served, and to whom: the settings of `serve`, without those of a crawl."""

from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from rankcrawler.alerts import statefile, targets
from rankcrawler.language import tr
from rankcrawler.listening import LOOPBACK
from rankcrawler.model.pseudonyms import Pseudonyms, of_key
from rankcrawler.options import Options
from rankcrawler.serve.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Setup:
    """A store, and how it is served."""

    store_url: str
    zone: tzinfo
    """What a day is, and a moment without an offset."""
    token: str = field(default="", repr=False)
    """What clients must send; empty if none is asked for."""
    hosts: tuple[str, ...] = LOOPBACK
    """The names under which the server may be reached; any, if there is none."""
    is_read_only: bool = False
    """Whether everything that changes something is refused."""
    pseudonyms: Pseudonyms | None = None
    """What stands in place of the values that identify a person; None to show them as they are stored."""
    queue: Options | None = None
    """The settings that describe the queue; None if there is none."""
    alerts: Path | None = None
    """The file of alerts, there already or not; None if there are to be none."""
    targets: tuple[str, ...] = ()
    """The names of those that alerts may tell."""

    def check_may_change(self) -> None:
        """Raise Refusal if whatever changes something is refused."""
        if self.is_read_only:
            raise Refusal(403, tr("this server only reads: it changes nothing"))

    @classmethod
    def of(cls, options: Options, *, is_read_only: bool = False, hosts: tuple[str, ...] = LOOPBACK) -> "Setup":
        """The setup that the settings describe; raises SettingError for a key or a target that cannot be one."""
        return cls(
            store_url=options.store_url,
            zone=options.time_zone,
            token=options.api_token,
            hosts=hosts,
            is_read_only=is_read_only,
            pseudonyms=of_key(options.pseudonymise_key),
            queue=options,
            alerts=statefile.place(options.data_dir),
            targets=tuple(targets.read(options.alert_targets)),
        )
