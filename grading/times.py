"""Times as people and systems write them, read only where they can be read in one way."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

import dateutil.parser
import dateutil.tz

# The month is a word, or the year stands first; and there is an hour.
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
CLEAR = re.compile(rf"(?i)(?=.*\d:\d\d)(?:.*\b\d{{4}}-\d\d-\d\d|(?=.*\b\d{{4}}\b).*\b(?:{MONTHS})).*")
AREA = re.compile(r" ([A-Za-z_]+(?:/[\w+-]+)+)$")  # a zone by its place, such as Europe/Berlin


def read_time(text: str, zones: Sequence[str] = ()) -> datetime:
    """Return the time that a text tells; without a zone where it names none.

    zones: names such as Europe/Berlin, whose short names (CET, CEST) count, too

    Raises ValueError where there is no time, or a zone that is not known: dateutil would leave that out.
    """
    if either_way := re.search(r"\d:\d\d.*?([A-Za-z]{3}[+-]\d)", text):
        raise ValueError(f"{either_way[1]} is east of UTC to some and west to others; write for example +02:00")
    area = AREA.search(text)

    def zone_of(name: str | None, offset: int | None) -> tzinfo | None:
        return _zone(name, offset, zones)

    try:
        found: datetime = dateutil.parser.parse(text[: area.start()] if area else text, tzinfos=zone_of)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error
    return found.replace(tzinfo=_zone(area[1], None, ())) if area else found


def is_clear(text: str) -> bool:
    """Say whether a text is a whole time everywhere: 9/01/2026 is another day elsewhere, and gaps mean today."""
    return CLEAR.fullmatch(text) is not None


def _zone(name: str | None, offset: int | None, zones: Sequence[str]) -> tzinfo | None:
    found: tzinfo | None = None
    if offset is not None:
        found = dateutil.tz.tzoffset(name, offset)
    elif name is not None:
        places = filter(None, map(dateutil.tz.gettz, zones))
        found = next((zone for zone in places if name in _short_names(zone)), None)
        found = found or (dateutil.tz.tzlocal() if name in time.tzname else dateutil.tz.gettz(name))
        if found is None:
            raise ValueError(f"the zone {name} is not known; write for example +02:00")
    return found


def _short_names(zone: tzinfo) -> set[str | None]:
    return {zone.tzname(datetime(2026, month, 1)) for month in (1, 7)}


def in_utc(moment: datetime) -> datetime:
    """Return a time as nbgrader keeps it: in UTC, and without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
