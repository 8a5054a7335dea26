"""The fields that a gateway documents, whether they are kept or not. Any other field is reported as drift."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import NamedTuple

from rankcrawler.gateways.profiles import Layout, pointer
from rankcrawler.gateways.profiles.pointer import Steps


class Known(NamedTuple):
    """The fields of an object, or of each object in an array; `within` has the fields of nested objects."""

    names: frozenset[str]
    within: Mapping[str, "Known"]


def _fields(plain: str, **within: Known) -> Known:
    return Known(frozenset([*plain.split(), *within]), within)


_IMAGE = _fields("url_list uri height width avg_color image_type open_web_url is_animated")
_FOLLOW = _fields("following_count follower_count follow_status push_status remark_name")
_GRADE = _fields(
    "total_diamond_count name next_name level next_diamond now_diamond this_grade_min_diamond this_grade_max_diamond "
    "pay_diamond_bak grade_describe screen_chat_type upgrade_need_consume next_privileges score grade_banner",
    grade_icon_list=_IMAGE,
    new_im_icon_with_level=_IMAGE,
    new_live_icon=_IMAGE,
)
_CLUB = _fields(  # if `icons` and `prefer_data` are objects, their keys are numbers, not names
    "prefer_data",
    data=_fields(
        "club_name level user_fans_club_status anchor_id available_gift_ids",
        badge=_fields("title icons"),
    ),
)
_USER = _fields(
    "id short_id nickname gender signature level birthday telephone verified experience city status create_time "
    "modify_time secret share_qrcode_uri income_share_percent special_id top_vip_no pay_score ticket_count "
    "link_mic_stats display_id with_commerce_permission with_fusion_shop_entry total_recharge_diamond_count "
    "verified_content sec_uid user_role authorization_info adversary_authorization_info adversary_user_status "
    "location_city remark_name mystery_man web_rid desensitized_nickname allow_be_located allow_find_by_contacts "
    "allow_others_download_video allow_others_download_when_sharing_video allow_share_show_profile "
    "allow_show_in_gossip allow_show_my_action allow_strange_comment allow_unfollower_comment allow_use_linkmic "
    "bg_img_url birthday_description birthday_valid block_status comment_restrict constellation disable_ichat "
    "enable_ichat_img exp fan_ticket_count fold_stranger_chat follow_status hotsoon_verified hotsoon_verified_reason "
    "ichat_restrict_type id_str is_follower is_following need_profile_guide pay_scores push_comment_status push_digg "
    "push_follow push_friend_action push_ichat push_status push_video_post push_video_recommend verified_mobile "
    "verified_reason with_car_management_permission top_fans commerce_webcast_config_ids",
    avatar_thumb=_IMAGE,
    badge_image_list=_IMAGE,
    badge_image_list_v2=_IMAGE,
    media_badge_image_list=_IMAGE,
    real_time_icons=_IMAGE,
    new_real_time_icons=_IMAGE,
    follow_info=_FOLLOW,
    pay_grade=_GRADE,
    fans_club=_CLUB,
)
_ROW = _fields(
    "score rank gap_description delta first_gift is_hidden score_description exactly_score",
    user=_USER,
)
_LIST = _fields(
    "has_more music_wave total currency has_once_live rules_url user_count_desc message prompts",
    ranks=_ROW,
    seats=_ROW,
    self_info=_ROW,
)


def of_answers(layout: Layout) -> Known:
    """The fields of answers with this layout."""
    list_steps = pointer.steps(layout.list)
    values = [_value(each) for each in (layout.clock, layout.status_code) if each is not None]
    platform = _all([_at(list_steps[:-1], _list(list_steps[-1])), *values])
    return _all(
        [
            Known(frozenset(layout.envelope), {}),
            *map(_value, layout.code),
            *(_at(pointer.steps(within), platform, layout.envelope) for within in layout.within),
        ]
    )


def _value(of: str) -> Known:
    *steps, name = pointer.steps(of)
    return _at(tuple(steps), _fields(name))


def _list(ranks: str) -> Known:
    return Known(_LIST.names | {ranks}, {**_LIST.within, ranks: _ROW})


def _at(steps: Steps, known: Known, beside: Iterable[str] = ()) -> Known:
    """An object that has the known one at this place, and fields with these names on the way to it."""
    for step in reversed(steps):
        known = Known(frozenset({step, *beside}), {step: known})
    return known


def _all(known: Iterable[Known]) -> Known:
    """One object with the fields of all."""
    return reduce(_both, known)


def _both(one: Known, other: Known) -> Known:
    shared = {name: _both(within, other.within[name]) for name, within in one.within.items() if name in other.within}
    return Known(one.names | other.names, {**one.within, **other.within, **shared})
