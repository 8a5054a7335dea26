"""Lists of rooms in every form, and errors that name the place."""

from pathlib import Path

import pytest

from rankcrawler.errors import JobError
from rankcrawler.queue import roomlist
from rankcrawler.queue.job import Job
from tests.queued import job

ROOM = "6994259511469247263"


def read(rooms: str | Path) -> list[Job | str]:
    """The jobs of an argument or a file, and the error message in place of each bad one."""
    return [str(each) if isinstance(each, JobError) else each for each in roomlist.read(str(rooms))]


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """A room file with that text."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_ids_of_an_argument_are_separated_by_commas() -> None:
    assert read(f" {ROOM} ,2,,3, ") == [Job(ROOM), Job("2"), Job("3")]


def test_an_empty_argument_names_no_room() -> None:
    assert read("") == []


def test_an_argument_may_hold_more_ids_than_a_file_name_can_letters() -> None:
    assert read(",".join([ROOM] * 1000)) == [Job(ROOM)] * 1000


def test_a_bad_id_of_an_argument_is_an_error_and_the_others_are_taken() -> None:
    first, bad, last = read("1,abc,3")
    assert (first, last) == (Job("1"), Job("3"))
    assert isinstance(bad, str)
    assert bad.startswith("rooms: expected")
    assert bad.endswith("not 'abc'")


def test_an_argument_may_be_a_gateway_url() -> None:
    assert read("https://gateway.test/list.txt?token=secret&room_id=1&anchor_id=9") == [Job("1", "9")]


def test_the_token_of_a_gateway_url_is_in_no_error() -> None:
    (said,) = read("https://gateway.test/douyin/liveroom/ranklist?token=secret")
    assert isinstance(said, str)
    assert "secret" not in said


@pytest.mark.parametrize("name", ["rooms.jsonl", "rooms.jl", "rooms.ndjson", "rooms.txt", "rooms.list", "ROOMS.TXT"])
def test_a_file_may_mix_ids_json_and_urls_with_comments_and_blank_lines(tmp_path: Path, name: str) -> None:
    lines = [
        "# our rooms", "", ROOM, "  2  ", "   ", "\t# indented", '{"room_id": "3", "every": 60}', "http://g/?room_id=4",
    ]  # fmt: skip
    jobs = [Job(ROOM), Job("2"), job("3", every=60.0), Job("4")]
    assert read(written(tmp_path, name, "\n".join(lines))) == jobs
    assert read(written(tmp_path, name, "\r\n".join(lines) + "\r\n")) == jobs
    assert read(written(tmp_path, name, b"\xef\xbb\xbf" + "\n".join(lines).encode())) == jobs


def test_a_file_without_an_ending_is_a_file_where_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert roomlist.is_file("5") is False
    written(tmp_path, "5", "6\n7\n")
    assert roomlist.is_file("5") is True
    assert read("5") == [Job("6"), Job("7")]


def test_each_bad_line_is_an_error_that_names_file_and_line_and_good_lines_are_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "rooms.txt", '1\n\nabc\n# note\n{"room_id": }\n2\n{"room_id": 3, "every": 0}\n')
    first, plain, broken, second, interval = read(path)
    assert (first, second) == (Job("1"), Job("2"))
    assert str(plain).startswith(f"{path}, line 3: expected a room id, a JSON object")
    assert str(broken).startswith(f"{path}, line 5: ")
    assert "broken JSON" in str(broken)
    assert str(interval).startswith(f"{path}, line 7: every must be")


@pytest.mark.parametrize(("name", "header"), [("rooms.txt", b"# \xff\n"), ("rooms.csv", b"room_id\n")])
def test_a_byte_that_is_not_utf_8_spoils_only_its_line(tmp_path: Path, name: str, header: bytes) -> None:
    path = written(tmp_path, name, header + b"1\n2\xff\n3\n")
    first, bad, last = read(path)
    assert (first, last) == (Job("1"), Job("3"))
    assert str(bad).startswith(f"{path}, line 3: ")
    str(bad).encode()


def test_a_csv_has_columns_in_any_order_and_blank_ones_are_missing_ones(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "rooms.CSV",
        'anchor_id,note,room_id,every,priority\n9,"ours, and ""best""",1,60,5\n,,2,,\n\n"", x ,"3"\n, , 4, , ,more\n',
    )
    assert read(path) == [job("1", "9", every=60.0, priority=5), Job("2"), Job("3"), Job("4")]


def test_a_csv_may_begin_with_a_byte_order_mark_and_end_lines_with_carriage_returns(tmp_path: Path) -> None:
    assert read(written(tmp_path, "rooms.csv", b"\xef\xbb\xbfroom_id, every\r\n1, 60\r\n")) == [job("1", every=60.0)]


@pytest.mark.parametrize("text", ["", "1\n2\n", "room,every\n1,60\n"])
def test_a_csv_without_the_header_is_one_error(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, "rooms.csv", text)
    (said,) = read(path)
    assert str(said).startswith(f"{path}, line 1: expected a header line with room_id, got ")


def test_each_bad_row_of_a_csv_names_file_and_line_and_good_rows_are_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "rooms.csv", 'room_id,every\nabc,\n1,\n"2\n3",\n,60\n4,soon\n5,60\n')
    word, first, two_lines, blank, interval, last = read(path)
    assert (first, last) == (Job("1"), job("5", every=60.0))
    assert str(word).startswith(f"{path}, line 2: expected")
    assert str(two_lines).startswith(f"{path}, line 5: expected")
    assert str(blank).startswith(f"{path}, line 6: expected")
    assert str(interval).startswith(f"{path}, line 7: every must be")


@pytest.mark.parametrize("name", ["missing.csv", "missing.txt", "missing.jsonl", "missing"])
def test_a_missing_file_is_one_error(tmp_path: Path, name: str) -> None:
    (said,) = read(tmp_path / name)
    assert str(said).startswith(f"the room file {tmp_path / name} cannot be read: ")
    assert "No such file" in str(said)


def test_a_folder_is_one_error(tmp_path: Path) -> None:
    (said,) = read(tmp_path)
    assert "cannot be read" in str(said)


def test_rows_before_one_that_csv_cannot_take_are_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "rooms.csv", "room_id\n1\n" + "2" * 200_000 + "\n")
    first, said = read(path)
    assert first == Job("1")
    assert str(said).startswith(f"the room file {path} cannot be read: field larger than")


def test_a_file_is_read_as_its_jobs_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "rooms.txt", "1\n2\n")
    jobs = roomlist.read(str(path))
    path.write_text("3\n")
    assert next(jobs) == Job("3")
    assert list(jobs) == []


def test_a_column_with_a_slip_is_refused_once_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text("room_id,title,evry\n1,a,60\n2,b,60\n", "utf-8")
    (refusal,) = roomlist.read(str(file))
    assert str(refusal) == f"{file}, line 1: 'evry' is not a column of a room: did you mean every?"
    file.write_text("room_id,title,every\n1,a,60\n2,b,60\n", "utf-8")
    assert [job.room_id for job in roomlist.read(str(file)) if isinstance(job, Job)] == ["1", "2"]
