SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
CREATE TABLE _arrivals (
    user_key integer CONSTRAINT arrivals_user_key_not_null NOT NULL,
    room_key integer CONSTRAINT arrivals_room_key_not_null NOT NULL
);
CREATE TABLE _clubs (
    club_key integer CONSTRAINT clubs_club_key_not_null NOT NULL,
    fingerprint bytea CONSTRAINT clubs_print_not_null NOT NULL,
    fans_club_name text,
    fans_club_level integer,
    fans_club_member smallint
);
CREATE TABLE _contributor_days (
    day integer CONSTRAINT contributor_days_day_not_null NOT NULL,
    kind text CONSTRAINT contributor_days_kind_not_null NOT NULL,
    user_key integer CONSTRAINT contributor_days_user_key_not_null NOT NULL,
    coins bigint CONSTRAINT contributor_days_coins_not_null NOT NULL
);
CREATE TABLE _contributor_hours (
    hour integer CONSTRAINT contributor_hours_hour_not_null NOT NULL,
    kind text CONSTRAINT contributor_hours_kind_not_null NOT NULL,
    user_key integer CONSTRAINT contributor_hours_user_key_not_null NOT NULL,
    coins bigint CONSTRAINT contributor_hours_coins_not_null NOT NULL,
    unseen bigint
);
CREATE TABLE _entries (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
)
PARTITION BY RANGE (snapshot_key);
CREATE TABLE _entries_20780 (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
);
CREATE TABLE _entries_20781 (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
);
CREATE TABLE _entries_20786 (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
);
CREATE TABLE _entries_20787 (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
);
CREATE TABLE _entries_20788 (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
);
CREATE TABLE _entries_other (
    snapshot_key bigint CONSTRAINT entries_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT entries_position_not_null NOT NULL,
    rank integer CONSTRAINT entries_rank_not_null NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint CONSTRAINT entries_score_precision_not_null NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer CONSTRAINT entries_profile_key_not_null NOT NULL,
    grade_key integer CONSTRAINT entries_grade_key_not_null NOT NULL,
    club_key integer CONSTRAINT entries_club_key_not_null NOT NULL,
    flags integer
);
CREATE TABLE _former_names (
    user_key integer NOT NULL,
    until_ms bigint NOT NULL,
    profile_key integer NOT NULL
);
CREATE TABLE _grades (
    grade_key integer CONSTRAINT grades_grade_key_not_null NOT NULL,
    fingerprint bytea CONSTRAINT grades_print_not_null NOT NULL,
    pay_grade_level integer,
    this_grade_min_diamond bigint,
    this_grade_max_diamond bigint,
    grade_describe text,
    lifetime_diamonds_min bigint,
    lifetime_diamonds_max bigint
);
CREATE TABLE _polls (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
)
PARTITION BY RANGE (at_ms);
CREATE TABLE _polls_20780 (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
);
CREATE TABLE _polls_20781 (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
);
CREATE TABLE _polls_20786 (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
);
CREATE TABLE _polls_20787 (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
);
CREATE TABLE _polls_20788 (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
);
CREATE TABLE _polls_other (
    room_key integer CONSTRAINT polls_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT polls_at_ms_not_null NOT NULL,
    is_answered smallint CONSTRAINT polls_is_answered_not_null NOT NULL,
    polled_ms bigint CONSTRAINT polls_polled_ms_not_null NOT NULL,
    outcome text CONSTRAINT polls_outcome_not_null NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer,
    clock_ms bigint,
    flags integer
);
CREATE TABLE _profiles (
    profile_key integer CONSTRAINT profiles_profile_key_not_null NOT NULL,
    fingerprint bytea CONSTRAINT profiles_print_not_null NOT NULL,
    user_key integer,
    display_id text,
    sec_uid text,
    nickname text,
    gender smallint,
    avatar_url text,
    is_hidden smallint,
    is_anonymous smallint CONSTRAINT profiles_is_anonymous_not_null NOT NULL,
    is_mystery smallint
);
CREATE TABLE _purges (
    before_day integer CONSTRAINT purges_before_day_not_null NOT NULL
);
CREATE TABLE _quarantine (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
)
PARTITION BY RANGE (snapshot_key);
CREATE TABLE _quarantine_20780 (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
);
CREATE TABLE _quarantine_20781 (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
);
CREATE TABLE _quarantine_20786 (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
);
CREATE TABLE _quarantine_20787 (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
);
CREATE TABLE _quarantine_20788 (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
);
CREATE TABLE _quarantine_other (
    snapshot_key bigint CONSTRAINT quarantine_snapshot_key_not_null NOT NULL,
    "position" integer CONSTRAINT quarantine_position_not_null NOT NULL,
    path text CONSTRAINT quarantine_path_not_null NOT NULL,
    reason text CONSTRAINT quarantine_reason_not_null NOT NULL
);
CREATE TABLE _resets (
    room_key integer CONSTRAINT resets_room_key_not_null NOT NULL,
    at_ms bigint CONSTRAINT resets_at_ms_not_null NOT NULL,
    from_zero smallint CONSTRAINT resets_from_zero_not_null NOT NULL
);
CREATE TABLE _room_days (
    day integer CONSTRAINT room_days_day_not_null NOT NULL,
    room_key integer CONSTRAINT room_days_room_key_not_null NOT NULL,
    polls bigint CONSTRAINT room_days_polls_not_null NOT NULL,
    failures bigint CONSTRAINT room_days_failures_not_null NOT NULL,
    lists bigint CONSTRAINT room_days_lists_not_null NOT NULL,
    entries bigint CONSTRAINT room_days_entries_not_null NOT NULL,
    coins bigint CONSTRAINT room_days_coins_not_null NOT NULL
);
CREATE TABLE _room_hours (
    hour integer CONSTRAINT room_hours_hour_not_null NOT NULL,
    room_key integer CONSTRAINT room_hours_room_key_not_null NOT NULL,
    polls bigint CONSTRAINT room_hours_polls_not_null NOT NULL,
    failures bigint CONSTRAINT room_hours_failures_not_null NOT NULL,
    lists bigint CONSTRAINT room_hours_lists_not_null NOT NULL,
    entries bigint CONSTRAINT room_hours_entries_not_null NOT NULL,
    coins bigint CONSTRAINT room_hours_coins_not_null NOT NULL
);
CREATE TABLE _rooms (
    room_key integer CONSTRAINT rooms_room_key_not_null NOT NULL,
    source_key integer CONSTRAINT rooms_source_key_not_null NOT NULL,
    kind text CONSTRAINT rooms_kind_not_null NOT NULL,
    room_id text CONSTRAINT rooms_room_id_not_null NOT NULL,
    anchor_id text,
    every double precision,
    every_max double precision,
    priority integer CONSTRAINT rooms_priority_not_null NOT NULL,
    first_polled_ms bigint CONSTRAINT rooms_first_polled_ms_not_null NOT NULL,
    last_polled_ms bigint CONSTRAINT rooms_last_polled_ms_not_null NOT NULL,
    last_outcome text CONSTRAINT rooms_last_outcome_not_null NOT NULL,
    ended_ms bigint,
    fence bigint CONSTRAINT rooms_fence_not_null NOT NULL,
    last_captured_ms bigint CONSTRAINT rooms_last_captured_ms_not_null NOT NULL,
    last_snapshot bigint,
    last_fingerprint bytea,
    newest_ms bigint,
    counted_ms bigint,
    counted_snapshot bigint,
    began_ms bigint
);
CREATE TABLE _snapshots (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
)
PARTITION BY RANGE (snapshot_key);
CREATE TABLE _snapshots_20780 (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
);
CREATE TABLE _snapshots_20781 (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
);
CREATE TABLE _snapshots_20786 (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
);
CREATE TABLE _snapshots_20787 (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
);
CREATE TABLE _snapshots_20788 (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
);
CREATE TABLE _snapshots_other (
    snapshot_key bigint CONSTRAINT snapshots_snapshot_key_not_null NOT NULL,
    room_key integer CONSTRAINT snapshots_room_key_not_null NOT NULL,
    base_key bigint CONSTRAINT snapshots_base_key_not_null NOT NULL,
    step integer CONSTRAINT snapshots_step_not_null NOT NULL,
    captured_ms bigint CONSTRAINT snapshots_captured_ms_not_null NOT NULL,
    polled_ms bigint CONSTRAINT snapshots_polled_ms_not_null NOT NULL,
    entry_count integer CONSTRAINT snapshots_entry_count_not_null NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea CONSTRAINT snapshots_digest_not_null NOT NULL,
    chain_rows integer,
    standing smallint,
    carried text
);
CREATE TABLE _sources (
    source_key integer CONSTRAINT sources_source_key_not_null NOT NULL,
    source text CONSTRAINT sources_source_not_null NOT NULL
);
CREATE TABLE _stays (
    room_key integer CONSTRAINT stays_room_key_not_null NOT NULL,
    user_key integer CONSTRAINT stays_user_key_not_null NOT NULL,
    since_ms bigint CONSTRAINT stays_since_ms_not_null NOT NULL,
    until_ms bigint,
    first_score bigint,
    last_score bigint
);
CREATE TABLE _texts (
    text_key integer CONSTRAINT texts_text_key_not_null NOT NULL,
    fingerprint bytea CONSTRAINT texts_print_not_null NOT NULL,
    text text CONSTRAINT texts_text_not_null NOT NULL
);
CREATE TABLE _users (
    user_key integer CONSTRAINT users_user_key_not_null NOT NULL,
    source_key integer CONSTRAINT users_source_key_not_null NOT NULL,
    user_id text CONSTRAINT users_user_id_not_null NOT NULL,
    first_seen_ms bigint CONSTRAINT users_first_seen_ms_not_null NOT NULL,
    profile_key integer,
    profile_ms bigint CONSTRAINT users_profile_ms_not_null NOT NULL
);
CREATE TABLE _verdicts (
    verdict_key integer CONSTRAINT verdicts_verdict_key_not_null NOT NULL,
    fingerprint bytea CONSTRAINT verdicts_print_not_null NOT NULL,
    action text CONSTRAINT verdicts_action_not_null NOT NULL,
    reason text CONSTRAINT verdicts_reason_not_null NOT NULL,
    status integer,
    code bigint,
    status_code bigint
);
CREATE TABLE _visits (
    user_key integer CONSTRAINT visits_user_key_not_null NOT NULL,
    room_key integer CONSTRAINT visits_room_key_not_null NOT NULL
);
ALTER TABLE _clubs ALTER COLUMN club_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME clubs_club_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE VIEW gains_by_hour AS
 SELECT o.source,
    h.kind,
    u.user_id,
    w.nickname,
    (to_char((to_timestamp(((((h.hour)::bigint * 3600000) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((((h.hour)::bigint * 3600000) % (1000)::bigint), 'FM000"Z"'::text)) AS hour_at,
    ((h.hour)::bigint * 3600000) AS hour_ms,
    h.coins,
    h.unseen
   FROM (((_contributor_hours h
     JOIN _users u ON ((u.user_key = h.user_key)))
     JOIN _sources o ON ((o.source_key = u.source_key)))
     LEFT JOIN _profiles w ON ((w.profile_key = u.profile_key)));
ALTER TABLE _grades ALTER COLUMN grade_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME grades_grade_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE VIEW latest_ranks AS
 SELECT o.source,
    r.kind,
    r.room_id,
    s.anchor_id,
    i.captured_at,
    p.at_ms AS captured_ms,
    i.polled_at,
    p.polled_ms,
    e.rank,
    e.score,
        CASE
            WHEN (e.exactly_score <> 0) THEN x.text
            WHEN (e.exactly_score = 0) THEN
            CASE
                WHEN (e.score < 10000) THEN (e.score)::text
                WHEN (e.score < 100000000) THEN (((((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '万'::text)
                ELSE (((((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '亿'::text)
            END
            ELSE NULL::text
        END AS exactly_score,
        CASE e.score_precision
            WHEN 0 THEN 'exact'::text
            WHEN 1 THEN 'rounded'::text
            ELSE 'withheld'::text
        END AS score_precision,
        CASE
            WHEN (e.has_no_delta IS NULL) THEN COALESCE(e.delta, (e.above - e.score), (0)::bigint)
            ELSE NULL::bigint
        END AS delta,
    u.user_id,
    w.display_id,
    w.sec_uid,
    w.nickname,
    w.gender,
    w.avatar_url,
    g.pay_grade_level,
    g.this_grade_min_diamond,
    g.this_grade_max_diamond,
    g.grade_describe,
    g.lifetime_diamonds_min,
    g.lifetime_diamonds_max,
    c.fans_club_name,
    c.fans_club_level,
    c.fans_club_member,
    w.is_hidden,
    w.is_anonymous,
    w.is_mystery,
    TRIM(BOTH FROM ((COALESCE(f.text, ''::text) ||
        CASE
            WHEN (s.standing = 3) THEN ' stale_list'::text
            ELSE ''::text
        END) || COALESCE((' '::text || pf.text), ''::text))) AS flags,
    (((((EXTRACT(epoch FROM now()) * (1000)::numeric))::bigint - p.polled_ms))::double precision / (1000)::double precision) AS age_seconds
   FROM ((((((((((((_rooms r
     JOIN _sources o ON ((o.source_key = r.source_key)))
     JOIN _polls p ON (((p.room_key = r.room_key) AND (p.at_ms = COALESCE(r.newest_ms, r.last_captured_ms)) AND (p.is_answered = 1))))
     JOIN _snapshots s ON ((s.snapshot_key = p.snapshot_key)))
     CROSS JOIN LATERAL ( SELECT (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
            (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at
         OFFSET 0) i)
     CROSS JOIN LATERAL ( SELECT t.snapshot_key,
            t."position",
            t.rank,
            t.score,
            t.exactly_score,
            t.score_precision,
            t.delta,
            t.has_no_delta,
            t.profile_key,
            t.grade_key,
            t.club_key,
            t.flags,
            lag(t.score) OVER (ORDER BY t."position") AS above
           FROM ( SELECT DISTINCT ON (l."position") l.snapshot_key,
                    l."position",
                    l.rank,
                    l.score,
                    l.exactly_score,
                    l.score_precision,
                    l.delta,
                    l.has_no_delta,
                    l.profile_key,
                    l.grade_key,
                    l.club_key,
                    l.flags
                   FROM (_snapshots n
                     JOIN _entries l ON ((l.snapshot_key = n.snapshot_key)))
                  WHERE ((n.base_key = s.base_key) AND (n.step <= s.step) AND ((n.snapshot_key >= s.base_key) AND (n.snapshot_key <= s.snapshot_key)) AND ((l.snapshot_key >= s.base_key) AND (l.snapshot_key <= s.snapshot_key)) AND (l."position" <= s.entry_count))
                  ORDER BY l."position", n.step DESC) t) e)
     JOIN _profiles w ON ((w.profile_key = e.profile_key)))
     JOIN _grades g ON ((g.grade_key = e.grade_key)))
     JOIN _clubs c ON ((c.club_key = e.club_key)))
     LEFT JOIN _users u ON ((u.user_key = w.user_key)))
     LEFT JOIN _texts x ON ((x.text_key = e.exactly_score)))
     LEFT JOIN _texts f ON ((f.text_key = e.flags)))
     LEFT JOIN _texts pf ON ((pf.text_key = p.flags)));
CREATE VIEW lists AS
 SELECT o.source,
    r.kind,
    r.room_id,
    s.anchor_id,
    (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
    p.at_ms AS captured_ms,
    (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at,
    p.polled_ms,
    s.entry_count AS row_count,
    p.total,
    d.text AS user_count_desc,
    c.text AS currency,
    s.has_more,
    TRIM(BOTH FROM ((COALESCE(f.text, ''::text) ||
        CASE
            WHEN (s.standing = 3) THEN ' stale_list'::text
            ELSE ''::text
        END) || COALESCE((' '::text || pf.text), ''::text))) AS flags,
        CASE
            WHEN (COALESCE((s.standing)::integer, 0) = 0) THEN 1
            ELSE 0
        END AS is_counted
   FROM (((((((_rooms r
     JOIN _sources o ON ((o.source_key = r.source_key)))
     JOIN _polls p ON (((p.room_key = r.room_key) AND (p.is_answered = 1))))
     JOIN _snapshots s ON (((s.snapshot_key = p.snapshot_key) AND (s.captured_ms = p.at_ms))))
     LEFT JOIN _texts d ON ((d.text_key = p.user_count_desc)))
     LEFT JOIN _texts c ON ((c.text_key = s.currency)))
     LEFT JOIN _texts f ON ((f.text_key = s.flags)))
     LEFT JOIN _texts pf ON ((pf.text_key = p.flags)));
CREATE VIEW poll_log AS
 SELECT o.source,
    r.kind,
    r.room_id,
    r.anchor_id,
    (to_char((to_timestamp(((p.at_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.at_ms % (1000)::bigint), 'FM000"Z"'::text)) AS seen_at,
    p.at_ms AS seen_ms,
    (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at,
    p.polled_ms,
    p.outcome,
    s.entry_count AS row_count,
    p.total,
    d.text AS user_count_desc,
    COALESCE(pf.text, ''::text) AS flags,
    v.action,
    v.reason,
    v.status,
    v.code,
    v.status_code,
    p.attempt,
    (((p.polled_ms - p.before_ms))::double precision / (1000)::double precision) AS gap_seconds,
        CASE
            WHEN ((r.every IS NULL) OR (r.every_max IS NOT NULL) OR (p.before_ms IS NULL)) THEN NULL::bigint
            WHEN (((p.polled_ms - p.before_ms))::double precision < (r.every * (1500)::double precision)) THEN (0)::bigint
            ELSE ((((2 * (p.polled_ms - p.before_ms)) + ((r.every * (1000)::double precision))::bigint) / NULLIF(((r.every * (2000)::double precision))::bigint, 0)) - 1)
        END AS missed_polls
   FROM ((((((_rooms r
     JOIN _sources o ON ((o.source_key = r.source_key)))
     JOIN ( SELECT a.room_key,
            a.at_ms,
            a.is_answered,
            a.polled_ms,
            a.outcome,
            a.snapshot_key,
            a.total,
            a.user_count_desc,
            a.verdict_key,
            a.attempt,
            a.clock_ms,
            a.flags,
            ( SELECT b.polled_ms
                   FROM _polls b
                  WHERE ((b.room_key = a.room_key) AND (ROW(b.at_ms, b.is_answered) < ROW(a.at_ms, a.is_answered)))
                  ORDER BY b.at_ms DESC, b.is_answered DESC
                 LIMIT 1) AS before_ms
           FROM _polls a) p ON ((p.room_key = r.room_key)))
     LEFT JOIN _snapshots s ON ((s.snapshot_key = p.snapshot_key)))
     LEFT JOIN _texts d ON ((d.text_key = p.user_count_desc)))
     LEFT JOIN _verdicts v ON ((v.verdict_key = p.verdict_key)))
     LEFT JOIN _texts pf ON ((pf.text_key = p.flags)));
ALTER TABLE _profiles ALTER COLUMN profile_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME profiles_profile_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE VIEW quarantine AS
 SELECT o.source,
    r.kind,
    r.room_id,
    (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
    p.at_ms AS captured_ms,
    q."position",
    q.path,
    q.reason
   FROM ((((_rooms r
     JOIN _sources o ON ((o.source_key = r.source_key)))
     JOIN _polls p ON (((p.room_key = r.room_key) AND (p.is_answered = 1))))
     JOIN _snapshots s ON (((s.snapshot_key = p.snapshot_key) AND (s.captured_ms = p.at_ms))))
     JOIN _quarantine q ON ((q.snapshot_key = s.snapshot_key)));
CREATE VIEW ranks AS
 SELECT o.source,
    r.kind,
    r.room_id,
    s.anchor_id,
    i.captured_at,
    p.at_ms AS captured_ms,
    i.polled_at,
    p.polled_ms,
    e.rank,
    e.score,
        CASE
            WHEN (e.exactly_score <> 0) THEN x.text
            WHEN (e.exactly_score = 0) THEN
            CASE
                WHEN (e.score < 10000) THEN (e.score)::text
                WHEN (e.score < 100000000) THEN (((((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '万'::text)
                ELSE (((((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '亿'::text)
            END
            ELSE NULL::text
        END AS exactly_score,
        CASE e.score_precision
            WHEN 0 THEN 'exact'::text
            WHEN 1 THEN 'rounded'::text
            ELSE 'withheld'::text
        END AS score_precision,
        CASE
            WHEN (e.has_no_delta IS NULL) THEN COALESCE(e.delta, (e.above - e.score), (0)::bigint)
            ELSE NULL::bigint
        END AS delta,
    u.user_id,
    w.display_id,
    w.sec_uid,
    w.nickname,
    w.gender,
    w.avatar_url,
    g.pay_grade_level,
    g.this_grade_min_diamond,
    g.this_grade_max_diamond,
    g.grade_describe,
    g.lifetime_diamonds_min,
    g.lifetime_diamonds_max,
    c.fans_club_name,
    c.fans_club_level,
    c.fans_club_member,
    w.is_hidden,
    w.is_anonymous,
    w.is_mystery,
    TRIM(BOTH FROM ((COALESCE(f.text, ''::text) ||
        CASE
            WHEN (s.standing = 3) THEN ' stale_list'::text
            ELSE ''::text
        END) || COALESCE((' '::text || pf.text), ''::text))) AS flags
   FROM ((((((((((((_rooms r
     JOIN _sources o ON ((o.source_key = r.source_key)))
     JOIN _polls p ON (((p.room_key = r.room_key) AND (p.is_answered = 1))))
     JOIN _snapshots s ON (((s.snapshot_key = p.snapshot_key) AND (s.captured_ms = p.at_ms))))
     CROSS JOIN LATERAL ( SELECT (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
            (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at
         OFFSET 0) i)
     CROSS JOIN LATERAL ( SELECT t.snapshot_key,
            t."position",
            t.rank,
            t.score,
            t.exactly_score,
            t.score_precision,
            t.delta,
            t.has_no_delta,
            t.profile_key,
            t.grade_key,
            t.club_key,
            t.flags,
            lag(t.score) OVER (ORDER BY t."position") AS above
           FROM ( SELECT DISTINCT ON (l."position") l.snapshot_key,
                    l."position",
                    l.rank,
                    l.score,
                    l.exactly_score,
                    l.score_precision,
                    l.delta,
                    l.has_no_delta,
                    l.profile_key,
                    l.grade_key,
                    l.club_key,
                    l.flags
                   FROM (_snapshots n
                     JOIN _entries l ON ((l.snapshot_key = n.snapshot_key)))
                  WHERE ((n.base_key = s.base_key) AND (n.step <= s.step) AND ((n.snapshot_key >= s.base_key) AND (n.snapshot_key <= s.snapshot_key)) AND ((l.snapshot_key >= s.base_key) AND (l.snapshot_key <= s.snapshot_key)) AND (l."position" <= s.entry_count))
                  ORDER BY l."position", n.step DESC) t) e)
     JOIN _profiles w ON ((w.profile_key = e.profile_key)))
     JOIN _grades g ON ((g.grade_key = e.grade_key)))
     JOIN _clubs c ON ((c.club_key = e.club_key)))
     LEFT JOIN _users u ON ((u.user_key = w.user_key)))
     LEFT JOIN _texts x ON ((x.text_key = e.exactly_score)))
     LEFT JOIN _texts f ON ((f.text_key = e.flags)))
     LEFT JOIN _texts pf ON ((pf.text_key = p.flags)));
CREATE VIEW room_hours AS
 SELECT o.source,
    r.kind,
    r.room_id,
    r.anchor_id,
    (to_char((to_timestamp(((((h.hour)::bigint * 3600000) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((((h.hour)::bigint * 3600000) % (1000)::bigint), 'FM000"Z"'::text)) AS hour_at,
    ((h.hour)::bigint * 3600000) AS hour_ms,
    h.polls,
    h.failures,
    ( SELECT sum(l.missed_polls) AS sum
           FROM poll_log l
          WHERE ((l.room_id = r.room_id) AND (l.kind = r.kind) AND (l.source = o.source) AND (l.seen_ms >= ((h.hour)::bigint * 3600000)) AND (l.seen_ms < (((h.hour)::bigint + 1) * 3600000)))) AS missed_polls,
    h.lists,
    h.coins
   FROM ((_room_hours h
     JOIN _rooms r ON ((r.room_key = h.room_key)))
     JOIN _sources o ON ((o.source_key = r.source_key)));
CREATE VIEW room_status AS
 SELECT o.source,
    r.kind,
    r.room_id,
    r.anchor_id,
    r.every,
    r.every_max,
    r.priority,
    (to_char((to_timestamp(((r.first_polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((r.first_polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS first_polled_at,
    r.first_polled_ms,
    (to_char((to_timestamp(((r.last_polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((r.last_polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS last_polled_at,
    r.last_polled_ms,
    r.last_outcome,
        CASE
            WHEN (r.last_outcome = 'failed'::text) THEN ( SELECT v.reason
               FROM (_polls q
                 JOIN _verdicts v ON ((v.verdict_key = q.verdict_key)))
              WHERE ((q.room_key = r.room_key) AND (q.at_ms = r.last_polled_ms) AND (q.is_answered = 0)))
            ELSE NULL::text
        END AS last_reason,
    (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
    p.at_ms AS captured_ms,
    (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at,
    p.polled_ms,
    (((((EXTRACT(epoch FROM now()) * (1000)::numeric))::bigint - p.polled_ms))::double precision / (1000)::double precision) AS age_seconds,
        CASE
            WHEN ((r.every IS NULL) OR (r.ended_ms IS NOT NULL)) THEN 0
            ELSE (((((((EXTRACT(epoch FROM now()) * (1000)::numeric))::bigint - COALESCE(p.polled_ms, r.first_polled_ms)))::double precision / (1000)::double precision) > ((2)::double precision * COALESCE(r.every_max, r.every))))::integer
        END AS is_stale,
    s.entry_count AS row_count,
    p.total,
    (to_char((to_timestamp(((r.ended_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((r.ended_ms % (1000)::bigint), 'FM000"Z"'::text)) AS ended_at,
    r.ended_ms
   FROM (((_rooms r
     JOIN _sources o ON ((o.source_key = r.source_key)))
     LEFT JOIN _polls p ON (((p.room_key = r.room_key) AND (p.at_ms = COALESCE(r.newest_ms, r.last_captured_ms)) AND (p.is_answered = 1))))
     LEFT JOIN _snapshots s ON ((s.snapshot_key = p.snapshot_key)))
  WHERE (r.last_outcome <> ''::text);
ALTER TABLE _rooms ALTER COLUMN room_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rooms_room_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE _sources ALTER COLUMN source_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sources_source_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE store (
    version integer NOT NULL
);
ALTER TABLE _texts ALTER COLUMN text_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME texts_text_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE VIEW user_names AS
 SELECT o.source,
    u.user_id,
    w.nickname,
    w.display_id,
    (to_char((to_timestamp(((d.since_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((d.since_ms % (1000)::bigint), 'FM000"Z"'::text)) AS since_at,
    d.since_ms,
    (to_char((to_timestamp(((d.until_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((d.until_ms % (1000)::bigint), 'FM000"Z"'::text)) AS until_at,
    d.until_ms,
    d.is_present
   FROM (((_users u
     JOIN _sources o ON ((o.source_key = u.source_key)))
     JOIN ( SELECT t.user_key,
            t.profile_key,
            ( SELECT
                        CASE
                            WHEN (max(q.until_ms) IS NULL) THEN t.first_seen_ms
                            WHEN (max(q.until_ms) >= 0) THEN max(q.until_ms)
                            ELSE NULL::bigint
                        END AS "case"
                   FROM _former_names q
                  WHERE ((q.user_key = t.user_key) AND (q.until_ms < '9223372036854775807'::bigint))) AS since_ms,
            NULL::bigint AS until_ms,
            1 AS is_present
           FROM _users t
        UNION ALL
         SELECT t.user_key,
            h.profile_key,
                CASE
                    WHEN (h.until_ms >= 0) THEN ( SELECT
                            CASE
                                WHEN (max(q.until_ms) IS NULL) THEN t.first_seen_ms
                                WHEN (max(q.until_ms) >= 0) THEN max(q.until_ms)
                                ELSE NULL::bigint
                            END AS "case"
                       FROM _former_names q
                      WHERE ((q.user_key = t.user_key) AND (q.until_ms < h.until_ms)))
                    ELSE NULL::bigint
                END AS "case",
                CASE
                    WHEN (h.until_ms >= 0) THEN h.until_ms
                    ELSE NULL::bigint
                END AS "case",
            0
           FROM (_former_names h
             JOIN _users t ON ((t.user_key = h.user_key)))) d ON ((d.user_key = u.user_key)))
     JOIN _profiles w ON ((w.profile_key = d.profile_key)));
CREATE VIEW user_ranks AS
 SELECT o.source,
    r.kind,
    r.room_id,
    s.anchor_id,
    i.captured_at,
    p.at_ms AS captured_ms,
    i.polled_at,
    p.polled_ms,
    e.rank,
    e.score,
        CASE
            WHEN (e.exactly_score <> 0) THEN x.text
            WHEN (e.exactly_score = 0) THEN
            CASE
                WHEN (e.score < 10000) THEN (e.score)::text
                WHEN (e.score < 100000000) THEN (((((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '万'::text)
                ELSE (((((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '亿'::text)
            END
            ELSE NULL::text
        END AS exactly_score,
        CASE e.score_precision
            WHEN 0 THEN 'exact'::text
            WHEN 1 THEN 'rounded'::text
            ELSE 'withheld'::text
        END AS score_precision,
        CASE
            WHEN (e.has_no_delta IS NULL) THEN COALESCE(e.delta, (( SELECT a.score
               FROM (_snapshots m
                 JOIN _entries a ON (((a.snapshot_key = m.snapshot_key) AND (a."position" = (e."position" - 1)))))
              WHERE ((m.base_key = s.base_key) AND (m.step <= s.step) AND ((m.snapshot_key >= s.base_key) AND (m.snapshot_key <= s.snapshot_key)) AND ((a.snapshot_key >= s.base_key) AND (a.snapshot_key <= s.snapshot_key)))
              ORDER BY m.step DESC
             LIMIT 1) - e.score), (0)::bigint)
            ELSE NULL::bigint
        END AS delta,
    u.user_id,
    w.display_id,
    w.sec_uid,
    w.nickname,
    w.gender,
    w.avatar_url,
    g.pay_grade_level,
    g.this_grade_min_diamond,
    g.this_grade_max_diamond,
    g.grade_describe,
    g.lifetime_diamonds_min,
    g.lifetime_diamonds_max,
    c.fans_club_name,
    c.fans_club_level,
    c.fans_club_member,
    w.is_hidden,
    w.is_anonymous,
    w.is_mystery,
    TRIM(BOTH FROM ((COALESCE(f.text, ''::text) ||
        CASE
            WHEN (s.standing = 3) THEN ' stale_list'::text
            ELSE ''::text
        END) || COALESCE((' '::text || pf.text), ''::text))) AS flags
   FROM (((((((((((((((_users u
     JOIN _sources o ON ((o.source_key = u.source_key)))
     JOIN _visits h ON ((h.user_key = u.user_key)))
     JOIN _stays y ON (((y.room_key = h.room_key) AND (y.user_key = h.user_key))))
     JOIN _rooms r ON ((r.room_key = h.room_key)))
     JOIN _polls p ON (((p.room_key = y.room_key) AND (p.is_answered = 1) AND (p.at_ms >= y.since_ms) AND (p.at_ms <= COALESCE(y.until_ms, r.last_captured_ms)))))
     JOIN _snapshots s ON (((s.snapshot_key = p.snapshot_key) AND (s.captured_ms = p.at_ms))))
     CROSS JOIN LATERAL ( SELECT (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
            (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at
         OFFSET 0) i)
     JOIN _snapshots n ON (((n.base_key = s.base_key) AND (n.step <= s.step) AND ((n.snapshot_key >= s.base_key) AND (n.snapshot_key <= s.snapshot_key)))))
     JOIN _entries e ON (((e.snapshot_key = n.snapshot_key) AND (e."position" <= s.entry_count))))
     JOIN _profiles w ON (((w.profile_key = e.profile_key) AND (w.user_key = h.user_key) AND (NOT (EXISTS ( SELECT 1
           FROM (_snapshots m
             JOIN _entries l ON ((l.snapshot_key = m.snapshot_key)))
          WHERE ((m.base_key = s.base_key) AND (m.step > n.step) AND (m.step <= s.step) AND (l."position" = e."position") AND ((m.snapshot_key >= s.base_key) AND (m.snapshot_key <= s.snapshot_key)) AND (w.user_key = y.user_key))))))))
     JOIN _grades g ON ((g.grade_key = e.grade_key)))
     JOIN _clubs c ON ((c.club_key = e.club_key)))
     LEFT JOIN _texts x ON ((x.text_key = e.exactly_score)))
     LEFT JOIN _texts f ON ((f.text_key = e.flags)))
     LEFT JOIN _texts pf ON ((pf.text_key = p.flags)))
UNION ALL
 SELECT o.source,
    r.kind,
    r.room_id,
    s.anchor_id,
    i.captured_at,
    p.at_ms AS captured_ms,
    i.polled_at,
    p.polled_ms,
    e.rank,
    e.score,
        CASE
            WHEN (e.exactly_score <> 0) THEN x.text
            WHEN (e.exactly_score = 0) THEN
            CASE
                WHEN (e.score < 10000) THEN (e.score)::text
                WHEN (e.score < 100000000) THEN (((((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 1000) +
                CASE
                    WHEN ((e.score % (1000)::bigint) <> 500) THEN (((e.score % (1000)::bigint) > 500))::integer
                    WHEN (((e.score % (10000)::bigint) / 100) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (10000)::double precision) - ((e.score / 10000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (10000)::bigint) / 100) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '万'::text)
                ELSE (((((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) / 10))::text || '.'::text) || ((((e.score / 10000000) +
                CASE
                    WHEN ((e.score % (10000000)::bigint) <> 5000000) THEN (((e.score % (10000000)::bigint) > 5000000))::integer
                    WHEN (((e.score % (100000000)::bigint) / 1000000) = 75) THEN 1
                    ELSE ((((((((e.score)::double precision / (100000000)::double precision) - ((e.score / 100000000))::double precision) * ('4503599627370496'::bigint)::double precision))::bigint * 100) > (((e.score % (100000000)::bigint) / 1000000) * '4503599627370496'::bigint)))::integer
                END) % (10)::bigint))::text) || '亿'::text)
            END
            ELSE NULL::text
        END AS exactly_score,
        CASE e.score_precision
            WHEN 0 THEN 'exact'::text
            WHEN 1 THEN 'rounded'::text
            ELSE 'withheld'::text
        END AS score_precision,
        CASE
            WHEN (e.has_no_delta IS NULL) THEN COALESCE(e.delta, (( SELECT a.score
               FROM (_snapshots m
                 JOIN _entries a ON (((a.snapshot_key = m.snapshot_key) AND (a."position" = (e."position" - 1)))))
              WHERE ((m.base_key = s.base_key) AND (m.step <= s.step) AND ((m.snapshot_key >= s.base_key) AND (m.snapshot_key <= s.snapshot_key)) AND ((a.snapshot_key >= s.base_key) AND (a.snapshot_key <= s.snapshot_key)))
              ORDER BY m.step DESC
             LIMIT 1) - e.score), (0)::bigint)
            ELSE NULL::bigint
        END AS delta,
    u.user_id,
    w.display_id,
    w.sec_uid,
    w.nickname,
    w.gender,
    w.avatar_url,
    g.pay_grade_level,
    g.this_grade_min_diamond,
    g.this_grade_max_diamond,
    g.grade_describe,
    g.lifetime_diamonds_min,
    g.lifetime_diamonds_max,
    c.fans_club_name,
    c.fans_club_level,
    c.fans_club_member,
    w.is_hidden,
    w.is_anonymous,
    w.is_mystery,
    TRIM(BOTH FROM ((COALESCE(f.text, ''::text) ||
        CASE
            WHEN (s.standing = 3) THEN ' stale_list'::text
            ELSE ''::text
        END) || COALESCE((' '::text || pf.text), ''::text))) AS flags
   FROM (((((((((((((((_users u
     JOIN _sources o ON ((o.source_key = u.source_key)))
     JOIN ( SELECT DISTINCT _arrivals.user_key,
            _arrivals.room_key
           FROM _arrivals) h ON (((h.user_key = u.user_key) AND (NOT (EXISTS ( SELECT 1
           FROM _visits q
          WHERE ((q.user_key = h.user_key) AND (q.room_key = h.room_key))))))))
     JOIN _stays y ON (((y.room_key = h.room_key) AND (y.user_key = h.user_key))))
     JOIN _rooms r ON ((r.room_key = h.room_key)))
     JOIN _polls p ON (((p.room_key = y.room_key) AND (p.is_answered = 1) AND (p.at_ms >= y.since_ms) AND (p.at_ms <= COALESCE(y.until_ms, r.last_captured_ms)))))
     JOIN _snapshots s ON (((s.snapshot_key = p.snapshot_key) AND (s.captured_ms = p.at_ms))))
     CROSS JOIN LATERAL ( SELECT (to_char((to_timestamp(((COALESCE(p.clock_ms, p.at_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(p.clock_ms, p.at_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS captured_at,
            (to_char((to_timestamp(((p.polled_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((p.polled_ms % (1000)::bigint), 'FM000"Z"'::text)) AS polled_at
         OFFSET 0) i)
     JOIN _snapshots n ON (((n.base_key = s.base_key) AND (n.step <= s.step) AND ((n.snapshot_key >= s.base_key) AND (n.snapshot_key <= s.snapshot_key)))))
     JOIN _entries e ON (((e.snapshot_key = n.snapshot_key) AND (e."position" <= s.entry_count))))
     JOIN _profiles w ON (((w.profile_key = e.profile_key) AND (w.user_key = h.user_key) AND (NOT (EXISTS ( SELECT 1
           FROM (_snapshots m
             JOIN _entries l ON ((l.snapshot_key = m.snapshot_key)))
          WHERE ((m.base_key = s.base_key) AND (m.step > n.step) AND (m.step <= s.step) AND (l."position" = e."position") AND ((m.snapshot_key >= s.base_key) AND (m.snapshot_key <= s.snapshot_key)) AND (w.user_key = y.user_key))))))))
     JOIN _grades g ON ((g.grade_key = e.grade_key)))
     JOIN _clubs c ON ((c.club_key = e.club_key)))
     LEFT JOIN _texts x ON ((x.text_key = e.exactly_score)))
     LEFT JOIN _texts f ON ((f.text_key = e.flags)))
     LEFT JOIN _texts pf ON ((pf.text_key = p.flags)));
CREATE VIEW user_rooms AS
 SELECT o.source,
    r.kind,
    u.user_id,
    w.nickname,
    w.display_id,
    r.room_id,
    r.anchor_id,
    (to_char((to_timestamp(((y.since_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((y.since_ms % (1000)::bigint), 'FM000"Z"'::text)) AS since_at,
    y.since_ms,
    (to_char((to_timestamp(((COALESCE(y.until_ms, r.counted_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(y.until_ms, r.counted_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS until_at,
    COALESCE(y.until_ms, r.counted_ms) AS until_ms,
        CASE
            WHEN ((y.until_ms IS NULL) AND (r.ended_ms IS NULL)) THEN 1
            ELSE 0
        END AS is_there,
    y.first_score,
        CASE
            WHEN (y.until_ms IS NOT NULL) THEN y.last_score
            ELSE ( SELECT e.score
               FROM ((_snapshots s
                 JOIN _snapshots n ON (((n.base_key = s.base_key) AND (n.step <= s.step) AND ((n.snapshot_key >= s.base_key) AND (n.snapshot_key <= s.snapshot_key)))))
                 JOIN _entries e ON ((e.snapshot_key = n.snapshot_key)))
              WHERE ((s.snapshot_key = r.counted_snapshot) AND (e.profile_key IN ( SELECT a.profile_key
                       FROM _profiles a
                      WHERE (a.user_key = y.user_key))))
              ORDER BY n.step DESC, e."position"
             LIMIT 1)
        END AS last_score
   FROM (((((_users u
     JOIN _sources o ON ((o.source_key = u.source_key)))
     JOIN _visits h ON ((h.user_key = u.user_key)))
     JOIN _stays y ON (((y.room_key = h.room_key) AND (y.user_key = h.user_key))))
     JOIN _rooms r ON ((r.room_key = h.room_key)))
     LEFT JOIN _profiles w ON ((w.profile_key = u.profile_key)))
UNION ALL
 SELECT o.source,
    r.kind,
    u.user_id,
    w.nickname,
    w.display_id,
    r.room_id,
    r.anchor_id,
    (to_char((to_timestamp(((y.since_ms / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((y.since_ms % (1000)::bigint), 'FM000"Z"'::text)) AS since_at,
    y.since_ms,
    (to_char((to_timestamp(((COALESCE(y.until_ms, r.counted_ms) / 1000))::double precision) AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.'::text) || to_char((COALESCE(y.until_ms, r.counted_ms) % (1000)::bigint), 'FM000"Z"'::text)) AS until_at,
    COALESCE(y.until_ms, r.counted_ms) AS until_ms,
        CASE
            WHEN ((y.until_ms IS NULL) AND (r.ended_ms IS NULL)) THEN 1
            ELSE 0
        END AS is_there,
    y.first_score,
        CASE
            WHEN (y.until_ms IS NOT NULL) THEN y.last_score
            ELSE ( SELECT e.score
               FROM ((_snapshots s
                 JOIN _snapshots n ON (((n.base_key = s.base_key) AND (n.step <= s.step) AND ((n.snapshot_key >= s.base_key) AND (n.snapshot_key <= s.snapshot_key)))))
                 JOIN _entries e ON ((e.snapshot_key = n.snapshot_key)))
              WHERE ((s.snapshot_key = r.counted_snapshot) AND (e.profile_key IN ( SELECT a.profile_key
                       FROM _profiles a
                      WHERE (a.user_key = y.user_key))))
              ORDER BY n.step DESC, e."position"
             LIMIT 1)
        END AS last_score
   FROM (((((_users u
     JOIN _sources o ON ((o.source_key = u.source_key)))
     JOIN ( SELECT DISTINCT _arrivals.user_key,
            _arrivals.room_key
           FROM _arrivals) h ON (((h.user_key = u.user_key) AND (NOT (EXISTS ( SELECT 1
           FROM _visits q
          WHERE ((q.user_key = h.user_key) AND (q.room_key = h.room_key))))))))
     JOIN _stays y ON (((y.room_key = h.room_key) AND (y.user_key = h.user_key))))
     JOIN _rooms r ON ((r.room_key = h.room_key)))
     LEFT JOIN _profiles w ON ((w.profile_key = u.profile_key)));
ALTER TABLE _users ALTER COLUMN user_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME users_user_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE _verdicts ALTER COLUMN verdict_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME verdicts_verdict_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY _entries ATTACH PARTITION _entries_20780 FOR VALUES FROM ('1882604961792000000') TO ('1882695558758400000');
ALTER TABLE ONLY _entries ATTACH PARTITION _entries_20781 FOR VALUES FROM ('1882695558758400000') TO ('1882786155724800000');
ALTER TABLE ONLY _entries ATTACH PARTITION _entries_20786 FOR VALUES FROM ('1883148543590400000') TO ('1883239140556800000');
ALTER TABLE ONLY _entries ATTACH PARTITION _entries_20787 FOR VALUES FROM ('1883239140556800000') TO ('1883329737523200000');
ALTER TABLE ONLY _entries ATTACH PARTITION _entries_20788 FOR VALUES FROM ('1883329737523200000') TO ('1883420334489600000');
ALTER TABLE ONLY _entries ATTACH PARTITION _entries_other DEFAULT;
ALTER TABLE ONLY _polls ATTACH PARTITION _polls_20780 FOR VALUES FROM ('1795392000000') TO ('1795478400000');
ALTER TABLE ONLY _polls ATTACH PARTITION _polls_20781 FOR VALUES FROM ('1795478400000') TO ('1795564800000');
ALTER TABLE ONLY _polls ATTACH PARTITION _polls_20786 FOR VALUES FROM ('1795910400000') TO ('1795996800000');
ALTER TABLE ONLY _polls ATTACH PARTITION _polls_20787 FOR VALUES FROM ('1795996800000') TO ('1796083200000');
ALTER TABLE ONLY _polls ATTACH PARTITION _polls_20788 FOR VALUES FROM ('1796083200000') TO ('1796169600000');
ALTER TABLE ONLY _polls ATTACH PARTITION _polls_other DEFAULT;
ALTER TABLE ONLY _quarantine ATTACH PARTITION _quarantine_20780 FOR VALUES FROM ('1882604961792000000') TO ('1882695558758400000');
ALTER TABLE ONLY _quarantine ATTACH PARTITION _quarantine_20781 FOR VALUES FROM ('1882695558758400000') TO ('1882786155724800000');
ALTER TABLE ONLY _quarantine ATTACH PARTITION _quarantine_20786 FOR VALUES FROM ('1883148543590400000') TO ('1883239140556800000');
ALTER TABLE ONLY _quarantine ATTACH PARTITION _quarantine_20787 FOR VALUES FROM ('1883239140556800000') TO ('1883329737523200000');
ALTER TABLE ONLY _quarantine ATTACH PARTITION _quarantine_20788 FOR VALUES FROM ('1883329737523200000') TO ('1883420334489600000');
ALTER TABLE ONLY _quarantine ATTACH PARTITION _quarantine_other DEFAULT;
ALTER TABLE ONLY _snapshots ATTACH PARTITION _snapshots_20780 FOR VALUES FROM ('1882604961792000000') TO ('1882695558758400000');
ALTER TABLE ONLY _snapshots ATTACH PARTITION _snapshots_20781 FOR VALUES FROM ('1882695558758400000') TO ('1882786155724800000');
ALTER TABLE ONLY _snapshots ATTACH PARTITION _snapshots_20786 FOR VALUES FROM ('1883148543590400000') TO ('1883239140556800000');
ALTER TABLE ONLY _snapshots ATTACH PARTITION _snapshots_20787 FOR VALUES FROM ('1883239140556800000') TO ('1883329737523200000');
ALTER TABLE ONLY _snapshots ATTACH PARTITION _snapshots_20788 FOR VALUES FROM ('1883329737523200000') TO ('1883420334489600000');
ALTER TABLE ONLY _snapshots ATTACH PARTITION _snapshots_other DEFAULT;
INSERT INTO _arrivals VALUES (2, 1);
INSERT INTO _arrivals VALUES (1, 1);
INSERT INTO _arrivals VALUES (1, 2);
INSERT INTO _arrivals VALUES (3, 2);
INSERT INTO _arrivals VALUES (4, 3);
INSERT INTO _clubs OVERRIDING SYSTEM VALUE VALUES (1, '\x6039be8801e4199740ff42bf6d9ecbc7', '粉丝团', 3, 1);
INSERT INTO _contributor_hours VALUES (498732, 'ranklist', 1, 30, 0);
INSERT INTO _contributor_hours VALUES (498732, 'ranklist', 2, 20, 0);
INSERT INTO _contributor_hours VALUES (498756, 'ranklist', 2, 5, 0);
INSERT INTO _entries_20780 VALUES (1882650260275200001, 1, 1, 100, 2, 0, NULL, 1, 3, 1, 1, NULL);
INSERT INTO _entries_20780 VALUES (1882650260275200001, 2, 2, 50, 0, 0, NULL, 1, 2, 1, 1, 3);
INSERT INTO _entries_20780 VALUES (1882650260275200001, 3, 3, 5, 0, 0, NULL, 1, 1, 1, 1, NULL);
INSERT INTO _entries_20780 VALUES (1882650323189760001, 1, 1, 130, 2, 0, NULL, 1, 3, 1, 1, NULL);
INSERT INTO _entries_20780 VALUES (1882650386104320002, 1, 1, 7, 2, 0, NULL, 1, 4, 1, 1, NULL);
INSERT INTO _entries_20780 VALUES (1882650386104320002, 2, 2, NULL, NULL, 2, NULL, 1, 3, 1, 1, 3);
INSERT INTO _entries_20780 VALUES (1882650511933440001, 1, 1, 70, 2, 0, NULL, 1, 2, 1, 1, NULL);
INSERT INTO _entries_20780 VALUES (1882650511933440001, 2, 2, 20, 0, 0, NULL, 1, 3, 1, 1, 3);
INSERT INTO _entries_20780 VALUES (1882650574848000003, 1, 1, 12, 2, 0, NULL, 1, 5, 1, 1, NULL);
INSERT INTO _entries_20781 VALUES (1882740857241600001, 1, 1, 75, 2, 0, NULL, 1, 2, 1, 1, NULL);
INSERT INTO _entries_20781 VALUES (1882740857241600001, 2, 2, 30, 0, 0, NULL, 1, 3, 1, 1, 3);
INSERT INTO _grades OVERRIDING SYSTEM VALUE VALUES (1, '\x26c66bf2a35f3e05a997ef40a801ef90', 25, 15000, 20000, '距离26级还差1998抖币', 18002, 18002);
INSERT INTO _polls_20780 VALUES (1, 1795435200000, 1, 1795435200000, 'stored', 1882650260275200001, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (1, 1795435260000, 1, 1795435260000, 'stored', 1882650323189760001, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (1, 1795435320000, 1, 1795435320000, 'unchanged', 1882650323189760001, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (2, 1795435320000, 1, 1795435320000, 'stored', 1882650386104320002, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (1, 1795435380000, 1, 1795435380000, 'empty', 1882650449018880001, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (1, 1795435440000, 1, 1795435440000, 'stored', 1882650511933440001, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (3, 1795435500000, 1, 1795435500000, 'stored', 1882650574848000003, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _polls_20780 VALUES (2, 1795435560000, 0, 1795435560000, 'failed', NULL, NULL, NULL, 1, 1, NULL, NULL);
INSERT INTO _polls_20780 VALUES (1, 1795435620000, 0, 1795435620000, 'failed', NULL, NULL, NULL, 2, 1, NULL, NULL);
INSERT INTO _polls_20781 VALUES (1, 1795521600000, 1, 1795521600000, 'stored', 1882740857241600001, 39847, 1, NULL, NULL, NULL, NULL);
INSERT INTO _profiles OVERRIDING SYSTEM VALUE VALUES (1, '\x19bfb4b9efb8027a35bb333ebc684428', NULL, 'handle None', 'MS4wNone', '贡献者None', 1, NULL, 0, 1, NULL);
INSERT INTO _profiles OVERRIDING SYSTEM VALUE VALUES (2, '\x1ca2bdada1847577cf631b9b9321d2e2', 2, 'handle 8', 'MS4w8', '贡献者8', 1, NULL, 0, 0, NULL);
INSERT INTO _profiles OVERRIDING SYSTEM VALUE VALUES (3, '\xae6b09bdd28a751bb89d3e0fbe1f5be4', 1, 'handle 7', 'MS4w7', '贡献者7', 1, NULL, 0, 0, NULL);
INSERT INTO _profiles OVERRIDING SYSTEM VALUE VALUES (4, '\x326ef2f691ee4cf618a438b58b11eee7', 3, 'handle 9', 'MS4w9', '贡献者9', 1, NULL, 0, 0, NULL);
INSERT INTO _profiles OVERRIDING SYSTEM VALUE VALUES (5, '\x58f175a8fc9dcf531b9f6adce54b9327', 4, 'handle 10', 'MS4w10', '贡献者10', 1, NULL, 0, 0, NULL);
INSERT INTO _quarantine_20780 VALUES (1882650511933440001, 3, '$.data', 'odd');
INSERT INTO _room_hours VALUES (498732, 3, 1, 0, 1, 1, 0);
INSERT INTO _room_hours VALUES (498732, 2, 2, 1, 1, 2, 0);
INSERT INTO _room_hours VALUES (498732, 1, 6, 1, 4, 6, 50);
INSERT INTO _room_hours VALUES (498756, 1, 1, 0, 1, 2, 5);
INSERT INTO _rooms OVERRIDING SYSTEM VALUE VALUES (3, 1, 'audience', '1', NULL, 90, NULL, 0, 1795435500000, 1795435500000, 'stored', NULL, 1, 1795435500000, 1882650574848000003, '\x9509a88469c1720be89eebf696ad7502', 1795435500000, 1795435500000, 1882650574848000003, NULL);
INSERT INTO _rooms OVERRIDING SYSTEM VALUE VALUES (2, 1, 'ranklist', '2', NULL, 30, NULL, 0, 1795435320000, 1795435560000, 'failed', 1795435560000, 9, 1795435320000, 1882650386104320002, '\x6bdcf032b76b4049e9c20055de9aaf00', 1795435320000, 1795435320000, 1882650386104320002, NULL);
INSERT INTO _rooms OVERRIDING SYSTEM VALUE VALUES (1, 1, 'ranklist', '1', '77', 60, 600, 3, 1795435200000, 1795521600000, 'stored', NULL, 11, 1795521600000, 1882740857241600001, '\x8cf0d987a9a2162452f6cf7077d3c407', 1795521600000, 1795521600000, 1882740857241600001, NULL);
INSERT INTO _snapshots_20780 VALUES (1882650260275200001, 1, 1882650260275200001, 0, 1795435200000, 1795435200000, 3, '77', NULL, 0, NULL, '\x373a3130302c383a35302c4e6f6e653a', 3, 0, NULL);
INSERT INTO _snapshots_20780 VALUES (1882650323189760001, 1, 1882650260275200001, 1, 1795435260000, 1795435260000, 3, '77', NULL, 0, NULL, '\x373a3133302c383a35302c4e6f6e653a', 4, 0, NULL);
INSERT INTO _snapshots_20780 VALUES (1882650386104320002, 2, 1882650386104320002, 0, 1795435320000, 1795435320000, 2, NULL, NULL, 0, NULL, '\x393a372c373a4e6f6e652c0000000000', 2, 0, NULL);
INSERT INTO _snapshots_20780 VALUES (1882650449018880001, 1, 1882650260275200001, 2, 1795435380000, 1795435380000, 0, '77', NULL, 0, NULL, '\x00000000000000000000000000000000', 4, 1, NULL);
INSERT INTO _snapshots_20780 VALUES (1882650511933440001, 1, 1882650511933440001, 0, 1795435440000, 1795435440000, 2, '77', NULL, 0, 4, '\x383a37302c373a32302c000000000000', 2, 0, '1:130');
INSERT INTO _snapshots_20780 VALUES (1882650574848000003, 3, 1882650574848000003, 0, 1795435500000, 1795435500000, 1, NULL, NULL, 0, NULL, '\x31303a31322c00000000000000000000', 1, 0, NULL);
INSERT INTO _snapshots_20781 VALUES (1882740857241600001, 1, 1882740857241600001, 0, 1795521600000, 1795521600000, 2, '77', NULL, 0, NULL, '\x383a37352c373a33302c000000000000', 2, 0, '1:130');
INSERT INTO _sources OVERRIDING SYSTEM VALUE VALUES (1, 'gateway.test');
INSERT INTO _stays VALUES (1, 2, 1795435200000, NULL, 50, NULL);
INSERT INTO _stays VALUES (1, 1, 1795435200000, NULL, 100, NULL);
INSERT INTO _stays VALUES (2, 1, 1795435320000, NULL, NULL, NULL);
INSERT INTO _stays VALUES (2, 3, 1795435320000, NULL, 7, NULL);
INSERT INTO _stays VALUES (3, 4, 1795435500000, NULL, 12, NULL);
INSERT INTO _texts OVERRIDING SYSTEM VALUE VALUES (1, '\x1ca44b0a040694f51c8a42c9ae722f28', '3万+');
INSERT INTO _texts OVERRIDING SYSTEM VALUE VALUES (2, '\xe8320a5845c8e1d35ce4086d4b0843fc', '1.0万');
INSERT INTO _texts OVERRIDING SYSTEM VALUE VALUES (3, '\x12d205a0d738b0d54148e0ad5a973036', 'rank_gap');
INSERT INTO _texts OVERRIDING SYSTEM VALUE VALUES (4, '\x4e4d06bc0f4208e1eda87a520006be45', 'has_more');
INSERT INTO _users OVERRIDING SYSTEM VALUE VALUES (1, 1, '7', 1795435200000, 3, 1795435200000);
INSERT INTO _users OVERRIDING SYSTEM VALUE VALUES (2, 1, '8', 1795435200000, 2, 1795435200000);
INSERT INTO _users OVERRIDING SYSTEM VALUE VALUES (3, 1, '9', 1795435320000, 4, 1795435320000);
INSERT INTO _users OVERRIDING SYSTEM VALUE VALUES (4, 1, '10', 1795435500000, 5, 1795435500000);
INSERT INTO _verdicts OVERRIDING SYSTEM VALUE VALUES (1, '\x3e441d6ecf8f50665a642ff61f074350', 'gone', 'HTTP 404', 404, NULL, NULL);
INSERT INTO _verdicts OVERRIDING SYSTEM VALUE VALUES (2, '\x4f8efd6d7a730adabefc717760ed43c1', 'retry', 'status_code 10011', 200, 200, 10011);
INSERT INTO store VALUES (7);
SELECT pg_catalog.setval('clubs_club_key_seq', 1, true);
SELECT pg_catalog.setval('grades_grade_key_seq', 1, true);
SELECT pg_catalog.setval('profiles_profile_key_seq', 5, true);
SELECT pg_catalog.setval('rooms_room_key_seq', 3, true);
SELECT pg_catalog.setval('sources_source_key_seq', 1, true);
SELECT pg_catalog.setval('texts_text_key_seq', 4, true);
SELECT pg_catalog.setval('users_user_key_seq', 4, true);
SELECT pg_catalog.setval('verdicts_verdict_key_seq', 2, true);
ALTER TABLE ONLY _entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _entries_20780
    ADD CONSTRAINT _entries_20780_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _entries_20781
    ADD CONSTRAINT _entries_20781_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _entries_20786
    ADD CONSTRAINT _entries_20786_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _entries_20787
    ADD CONSTRAINT _entries_20787_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _entries_20788
    ADD CONSTRAINT _entries_20788_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _former_names
    ADD CONSTRAINT _former_names_pkey PRIMARY KEY (user_key, until_ms);
ALTER TABLE ONLY _polls
    ADD CONSTRAINT polls_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _polls_20780
    ADD CONSTRAINT _polls_20780_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _polls_20781
    ADD CONSTRAINT _polls_20781_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _polls_20786
    ADD CONSTRAINT _polls_20786_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _polls_20787
    ADD CONSTRAINT _polls_20787_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _polls_20788
    ADD CONSTRAINT _polls_20788_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _quarantine_20780
    ADD CONSTRAINT _quarantine_20780_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _quarantine_20781
    ADD CONSTRAINT _quarantine_20781_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _quarantine_20786
    ADD CONSTRAINT _quarantine_20786_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _quarantine_20787
    ADD CONSTRAINT _quarantine_20787_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _quarantine_20788
    ADD CONSTRAINT _quarantine_20788_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _snapshots_20780
    ADD CONSTRAINT _snapshots_20780_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _snapshots_20781
    ADD CONSTRAINT _snapshots_20781_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _snapshots_20786
    ADD CONSTRAINT _snapshots_20786_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _snapshots_20787
    ADD CONSTRAINT _snapshots_20787_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _snapshots_20788
    ADD CONSTRAINT _snapshots_20788_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _clubs
    ADD CONSTRAINT clubs_pkey PRIMARY KEY (club_key);
ALTER TABLE ONLY _clubs
    ADD CONSTRAINT clubs_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY _contributor_days
    ADD CONSTRAINT contributor_days_pkey PRIMARY KEY (day, kind, user_key);
ALTER TABLE ONLY _contributor_hours
    ADD CONSTRAINT contributor_hours_pkey PRIMARY KEY (hour, kind, user_key);
ALTER TABLE ONLY _entries_other
    ADD CONSTRAINT entries_other_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _grades
    ADD CONSTRAINT grades_pkey PRIMARY KEY (grade_key);
ALTER TABLE ONLY _grades
    ADD CONSTRAINT grades_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY _polls_other
    ADD CONSTRAINT polls_other_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY _profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (profile_key);
ALTER TABLE ONLY _profiles
    ADD CONSTRAINT profiles_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY _quarantine_other
    ADD CONSTRAINT quarantine_other_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY _resets
    ADD CONSTRAINT resets_pkey PRIMARY KEY (room_key, at_ms);
ALTER TABLE ONLY _room_days
    ADD CONSTRAINT room_days_pkey PRIMARY KEY (day, room_key);
ALTER TABLE ONLY _room_hours
    ADD CONSTRAINT room_hours_pkey PRIMARY KEY (hour, room_key);
ALTER TABLE ONLY _rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (room_key);
ALTER TABLE ONLY _rooms
    ADD CONSTRAINT rooms_room_id_kind_source_key_key UNIQUE (room_id, kind, source_key);
ALTER TABLE ONLY _snapshots_other
    ADD CONSTRAINT snapshots_other_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY _sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (source_key);
ALTER TABLE ONLY _sources
    ADD CONSTRAINT sources_source_key UNIQUE (source);
ALTER TABLE ONLY _stays
    ADD CONSTRAINT stays_pkey PRIMARY KEY (room_key, user_key, since_ms);
ALTER TABLE ONLY _texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (text_key);
ALTER TABLE ONLY _texts
    ADD CONSTRAINT texts_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY _users
    ADD CONSTRAINT users_pkey PRIMARY KEY (user_key);
ALTER TABLE ONLY _users
    ADD CONSTRAINT users_user_id_source_key_key UNIQUE (user_id, source_key);
ALTER TABLE ONLY _verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (verdict_key);
ALTER TABLE ONLY _verdicts
    ADD CONSTRAINT verdicts_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY _visits
    ADD CONSTRAINT visits_pkey PRIMARY KEY (user_key, room_key);
CREATE INDEX snapshots_chain ON ONLY _snapshots USING btree (base_key, step);
CREATE INDEX _snapshots_20780_base_key_step_idx ON _snapshots_20780 USING btree (base_key, step);
CREATE INDEX _snapshots_20781_base_key_step_idx ON _snapshots_20781 USING btree (base_key, step);
CREATE INDEX _snapshots_20786_base_key_step_idx ON _snapshots_20786 USING btree (base_key, step);
CREATE INDEX _snapshots_20787_base_key_step_idx ON _snapshots_20787 USING btree (base_key, step);
CREATE INDEX _snapshots_20788_base_key_step_idx ON _snapshots_20788 USING btree (base_key, step);
CREATE INDEX contributor_days_by_coins ON _contributor_days USING btree (day, kind, coins);
CREATE INDEX profiles_of_user ON _profiles USING btree (user_key) WHERE (user_key IS NOT NULL);
CREATE INDEX room_days_by_coins ON _room_days USING btree (day, coins);
CREATE INDEX rooms_recurring ON _rooms USING btree (source_key, room_key) WHERE ((every IS NOT NULL) AND (ended_ms IS NULL));
CREATE INDEX snapshots_other_base_key_step_idx ON _snapshots_other USING btree (base_key, step);
ALTER INDEX entries_pkey ATTACH PARTITION _entries_20780_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION _entries_20781_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION _entries_20786_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION _entries_20787_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION _entries_20788_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION _polls_20780_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION _polls_20781_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION _polls_20786_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION _polls_20787_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION _polls_20788_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION _quarantine_20780_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION _quarantine_20781_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION _quarantine_20786_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION _quarantine_20787_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION _quarantine_20788_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION _snapshots_20780_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION _snapshots_20780_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION _snapshots_20781_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION _snapshots_20781_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION _snapshots_20786_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION _snapshots_20786_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION _snapshots_20787_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION _snapshots_20787_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION _snapshots_20788_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION _snapshots_20788_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION entries_other_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_other_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_other_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_other_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_other_pkey;
