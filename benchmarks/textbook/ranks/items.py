"""One item: one entry of a rank list."""

import scrapy


class RankItem(scrapy.Item):
    """A user's place in one room's rank list."""

    source = scrapy.Field()
    room_id = scrapy.Field()
    anchor_id = scrapy.Field()
    captured_at = scrapy.Field()
    polled_at = scrapy.Field()
    rank = scrapy.Field()
    score = scrapy.Field()
    exactly_score = scrapy.Field()
    score_precision = scrapy.Field()
    delta = scrapy.Field()
    user_id = scrapy.Field()
    display_id = scrapy.Field()
    sec_uid = scrapy.Field()
    nickname = scrapy.Field()
    gender = scrapy.Field()
    avatar_url = scrapy.Field()
    pay_grade_level = scrapy.Field()
    this_grade_min_diamond = scrapy.Field()
    this_grade_max_diamond = scrapy.Field()
    grade_describe = scrapy.Field()
    lifetime_diamonds_min = scrapy.Field()
    lifetime_diamonds_max = scrapy.Field()
    fans_club_name = scrapy.Field()
    fans_club_level = scrapy.Field()
    fans_club_member = scrapy.Field()
    is_hidden = scrapy.Field()
    is_anonymous = scrapy.Field()
    is_mystery = scrapy.Field()
    flags = scrapy.Field()
