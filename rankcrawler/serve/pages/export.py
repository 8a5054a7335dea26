"""A room's list as a file, with just the rows that the page shows."""

import csv
import io
from datetime import tzinfo
from typing import Any

from rankcrawler import moments
from rankcrawler.clock import ms
from rankcrawler.errors import RequestError
from rankcrawler.language import tr
from rankcrawler.serve.pages.room import RoomLine, RoomPage

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet takes for a formula."""
_EXACT = 10**15
"""A spreadsheet shows 15 digits of a number."""
_BOM = "\ufeff"


def headings() -> list[str]:
    """Of the columns, in the language that is spoken."""
    return [
        tr("Rank"),
        tr("Rank before"),
        tr("Id"),
        tr("Contributor"),
        tr("Handle"),
        tr("Coins"),
        tr("Precision"),
        tr("Given since, at least"),
        tr("Given since, at most"),
        tr("Behind"),
        tr("Level"),
        tr("Fan club level"),
        tr("Lifetime diamonds from"),
        tr("Lifetime diamonds to"),
        tr("First seen"),
        tr("Last seen"),
        tr("Flags"),
    ]


def rows(page: RoomPage, zone: tzinfo) -> list[list[Any]]:
    """The rows of the page; what is not known is None, and moments are clocks of the zone."""
    return [_row(line, zone) for line in page.lines]


def as_csv(page: RoomPage, zone: tzinfo) -> bytes:
    """As CSV with a byte order mark, which spreadsheets need to read Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings())
    writer.writerows([harmless(each) for each in row] for row in rows(page, zone))
    return (_BOM + text.getvalue()).encode(errors="replace")


def as_workbook(page: RoomPage, zone: tzinfo) -> bytes:
    """As a workbook with ids as text, a header that stays, and filters; raises RequestError without XlsxWriter."""
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        raise RequestError(tr("a workbook needs XlsxWriter: pip install 'rankcrawler[export]'")) from None
    file = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(file, plain)
    bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet(page.current.room_id[:31])
    sheet.write_row(0, 0, headings(), bold)
    found = rows(page, zone)
    for number, row in enumerate(found, start=1):
        for place, value in enumerate(row):
            if hasattr(value, "strftime"):
                sheet.write_datetime(number, place, value, date)
            elif value is not None:
                sheet.write(number, place, str(value) if isinstance(value, int) and value >= _EXACT else value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(found), 1), len(headings()) - 1)
    sheet.set_column(2, 4, 22)
    sheet.set_column(14, 15, 19)
    book.close()
    return file.getvalue()


def _row(line: RoomLine, zone: tzinfo) -> list[Any]:
    row, stay = line.row, line.stay
    return [
        row.rank,
        row.rank_before,
        row.user_id,
        row.nickname,
        row.display_id,
        row.score,
        row.score_precision,
        row.coins,
        row.coins_most,
        line.behind,
        row.pay_grade_level,
        row.fans_club_level,
        row.lifetime_diamonds_min,
        row.lifetime_diamonds_max,
        None if stay is None else moments.local(ms(stay.since_at), zone),
        None if stay is None else moments.local(ms(stay.until_at), zone),
        " ".join(row.flags),
    ]


def harmless(value: Any) -> Any:
    """A value that no spreadsheet runs, and of which it loses no digit."""
    if value is None:
        return ""
    if isinstance(value, str):
        if value.isdecimal() and len(value) > 15:
            return f'="{value}"'
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value.isoformat(" ", "seconds") if hasattr(value, "isoformat") else value
