"""The fields that the floor decodes, as pydantic models; needs the packages of `rivals/`."""

from pydantic import BaseModel


class Image(BaseModel):
    """A picture."""

    url_list: list[str]


class PayGrade(BaseModel):
    """A pay grade."""

    level: int
    this_grade_min_diamond: int
    this_grade_max_diamond: int
    grade_describe: str


class Club(BaseModel):
    """A fan-club membership."""

    club_name: str
    level: int
    user_fans_club_status: int


class FansClub(BaseModel):
    """The object around a membership."""

    data: Club


class User(BaseModel):
    """A contributor."""

    id_str: str
    display_id: str
    sec_uid: str
    nickname: str
    gender: int
    avatar_thumb: Image
    pay_grade: PayGrade
    fans_club: FansClub
    mystery_man: int


class Entry(BaseModel):
    """A row."""

    rank: int
    user: User
    score: int
    exactly_score: str
    delta: int
    is_hidden: bool


class Ranks(BaseModel):
    """The list."""

    ranks: list[Entry]


class Extra(BaseModel):
    """The gateway's clock."""

    now: int


class Envelope(BaseModel):
    """The list and the clock."""

    data: Ranks
    extra: Extra


class Answer(BaseModel):
    """A whole body."""

    data: Envelope
