SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
CREATE TABLE arrivals (
    user_key integer NOT NULL,
    room_key integer NOT NULL
);
CREATE TABLE clubs (
    club_key integer NOT NULL,
    fingerprint bytea NOT NULL,
    fans_club_name text,
    fans_club_level integer,
    fans_club_member smallint
);
ALTER TABLE clubs ALTER COLUMN club_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME clubs_club_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE contributor_days (
    day integer NOT NULL,
    kind text NOT NULL,
    user_key integer NOT NULL,
    coins bigint NOT NULL
);
CREATE TABLE entries (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
)
PARTITION BY RANGE (snapshot_key);
CREATE TABLE entries_20780 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
);
CREATE TABLE entries_20781 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
);
CREATE TABLE entries_20786 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
);
CREATE TABLE entries_20787 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
);
CREATE TABLE entries_20788 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
);
CREATE TABLE entries_other (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    rank integer NOT NULL,
    score bigint,
    exactly_score integer,
    score_precision smallint NOT NULL,
    delta bigint,
    has_no_delta smallint,
    profile_key integer NOT NULL,
    grade_key integer NOT NULL,
    club_key integer NOT NULL,
    flags integer
);
CREATE TABLE grades (
    grade_key integer NOT NULL,
    fingerprint bytea NOT NULL,
    pay_grade_level integer,
    this_grade_min_diamond bigint,
    this_grade_max_diamond bigint,
    grade_describe text,
    lifetime_diamonds_min bigint,
    lifetime_diamonds_max bigint
);
ALTER TABLE grades ALTER COLUMN grade_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME grades_grade_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE polls (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
)
PARTITION BY RANGE (at_ms);
CREATE TABLE polls_20780 (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
);
CREATE TABLE polls_20781 (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
);
CREATE TABLE polls_20786 (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
);
CREATE TABLE polls_20787 (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
);
CREATE TABLE polls_20788 (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
);
CREATE TABLE polls_other (
    room_key integer NOT NULL,
    at_ms bigint NOT NULL,
    is_answered smallint NOT NULL,
    polled_ms bigint NOT NULL,
    outcome text NOT NULL,
    snapshot_key bigint,
    total bigint,
    user_count_desc integer,
    verdict_key integer,
    attempt integer
);
CREATE TABLE profiles (
    profile_key integer NOT NULL,
    fingerprint bytea NOT NULL,
    user_key integer,
    display_id text,
    sec_uid text,
    nickname text,
    gender smallint,
    avatar_url text,
    is_hidden smallint,
    is_anonymous smallint NOT NULL,
    is_mystery smallint
);
ALTER TABLE profiles ALTER COLUMN profile_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME profiles_profile_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE quarantine (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
)
PARTITION BY RANGE (snapshot_key);
CREATE TABLE quarantine_20780 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE quarantine_20781 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE quarantine_20786 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE quarantine_20787 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE quarantine_20788 (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE quarantine_other (
    snapshot_key bigint NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE room_days (
    day integer NOT NULL,
    room_key integer NOT NULL,
    polls bigint NOT NULL,
    failures bigint NOT NULL,
    lists bigint NOT NULL,
    entries bigint NOT NULL,
    coins bigint NOT NULL
);
CREATE TABLE rooms (
    room_key integer NOT NULL,
    source_key integer NOT NULL,
    kind text NOT NULL,
    room_id text NOT NULL,
    anchor_id text,
    every double precision,
    every_max double precision,
    priority integer NOT NULL,
    first_polled_ms bigint NOT NULL,
    last_polled_ms bigint NOT NULL,
    last_outcome text NOT NULL,
    ended_ms bigint,
    fence bigint NOT NULL,
    last_captured_ms bigint NOT NULL,
    last_snapshot bigint,
    last_fingerprint bytea
);
ALTER TABLE rooms ALTER COLUMN room_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME rooms_room_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE snapshots (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
)
PARTITION BY RANGE (snapshot_key);
CREATE TABLE snapshots_20780 (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
);
CREATE TABLE snapshots_20781 (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
);
CREATE TABLE snapshots_20786 (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
);
CREATE TABLE snapshots_20787 (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
);
CREATE TABLE snapshots_20788 (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
);
CREATE TABLE snapshots_other (
    snapshot_key bigint NOT NULL,
    room_key integer NOT NULL,
    base_key bigint NOT NULL,
    step integer NOT NULL,
    captured_ms bigint NOT NULL,
    polled_ms bigint NOT NULL,
    entry_count integer NOT NULL,
    anchor_id text,
    currency integer,
    has_more smallint,
    flags integer,
    digest bytea NOT NULL
);
CREATE TABLE sources (
    source_key integer NOT NULL,
    source text NOT NULL
);
ALTER TABLE sources ALTER COLUMN source_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sources_source_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE stays (
    room_key integer NOT NULL,
    user_key integer NOT NULL,
    since_ms bigint NOT NULL,
    until_ms bigint,
    first_score bigint,
    last_score bigint
);
CREATE TABLE store (
    version integer NOT NULL
);
CREATE TABLE texts (
    text_key integer NOT NULL,
    fingerprint bytea NOT NULL,
    text text NOT NULL
);
ALTER TABLE texts ALTER COLUMN text_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME texts_text_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE users (
    user_key integer NOT NULL,
    source_key integer NOT NULL,
    user_id text NOT NULL,
    first_seen_ms bigint NOT NULL,
    profile_key integer,
    profile_ms bigint NOT NULL
);
ALTER TABLE users ALTER COLUMN user_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME users_user_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE verdicts (
    verdict_key integer NOT NULL,
    fingerprint bytea NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    status integer,
    code bigint,
    status_code bigint
);
ALTER TABLE verdicts ALTER COLUMN verdict_key ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME verdicts_verdict_key_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE visits (
    user_key integer NOT NULL,
    room_key integer NOT NULL
);
ALTER TABLE ONLY entries ATTACH PARTITION entries_20780 FOR VALUES FROM ('1882604961792000000') TO ('1882695558758400000');
ALTER TABLE ONLY entries ATTACH PARTITION entries_20781 FOR VALUES FROM ('1882695558758400000') TO ('1882786155724800000');
ALTER TABLE ONLY entries ATTACH PARTITION entries_20786 FOR VALUES FROM ('1883148543590400000') TO ('1883239140556800000');
ALTER TABLE ONLY entries ATTACH PARTITION entries_20787 FOR VALUES FROM ('1883239140556800000') TO ('1883329737523200000');
ALTER TABLE ONLY entries ATTACH PARTITION entries_20788 FOR VALUES FROM ('1883329737523200000') TO ('1883420334489600000');
ALTER TABLE ONLY entries ATTACH PARTITION entries_other DEFAULT;
ALTER TABLE ONLY polls ATTACH PARTITION polls_20780 FOR VALUES FROM ('1795392000000') TO ('1795478400000');
ALTER TABLE ONLY polls ATTACH PARTITION polls_20781 FOR VALUES FROM ('1795478400000') TO ('1795564800000');
ALTER TABLE ONLY polls ATTACH PARTITION polls_20786 FOR VALUES FROM ('1795910400000') TO ('1795996800000');
ALTER TABLE ONLY polls ATTACH PARTITION polls_20787 FOR VALUES FROM ('1795996800000') TO ('1796083200000');
ALTER TABLE ONLY polls ATTACH PARTITION polls_20788 FOR VALUES FROM ('1796083200000') TO ('1796169600000');
ALTER TABLE ONLY polls ATTACH PARTITION polls_other DEFAULT;
ALTER TABLE ONLY quarantine ATTACH PARTITION quarantine_20780 FOR VALUES FROM ('1882604961792000000') TO ('1882695558758400000');
ALTER TABLE ONLY quarantine ATTACH PARTITION quarantine_20781 FOR VALUES FROM ('1882695558758400000') TO ('1882786155724800000');
ALTER TABLE ONLY quarantine ATTACH PARTITION quarantine_20786 FOR VALUES FROM ('1883148543590400000') TO ('1883239140556800000');
ALTER TABLE ONLY quarantine ATTACH PARTITION quarantine_20787 FOR VALUES FROM ('1883239140556800000') TO ('1883329737523200000');
ALTER TABLE ONLY quarantine ATTACH PARTITION quarantine_20788 FOR VALUES FROM ('1883329737523200000') TO ('1883420334489600000');
ALTER TABLE ONLY quarantine ATTACH PARTITION quarantine_other DEFAULT;
ALTER TABLE ONLY snapshots ATTACH PARTITION snapshots_20780 FOR VALUES FROM ('1882604961792000000') TO ('1882695558758400000');
ALTER TABLE ONLY snapshots ATTACH PARTITION snapshots_20781 FOR VALUES FROM ('1882695558758400000') TO ('1882786155724800000');
ALTER TABLE ONLY snapshots ATTACH PARTITION snapshots_20786 FOR VALUES FROM ('1883148543590400000') TO ('1883239140556800000');
ALTER TABLE ONLY snapshots ATTACH PARTITION snapshots_20787 FOR VALUES FROM ('1883239140556800000') TO ('1883329737523200000');
ALTER TABLE ONLY snapshots ATTACH PARTITION snapshots_20788 FOR VALUES FROM ('1883329737523200000') TO ('1883420334489600000');
ALTER TABLE ONLY snapshots ATTACH PARTITION snapshots_other DEFAULT;
INSERT INTO arrivals VALUES (1, 1);
INSERT INTO arrivals VALUES (2, 1);
INSERT INTO arrivals VALUES (3, 2);
INSERT INTO arrivals VALUES (1, 2);
INSERT INTO arrivals VALUES (2, 1);
INSERT INTO arrivals VALUES (1, 1);
INSERT INTO arrivals VALUES (4, 3);
INSERT INTO clubs OVERRIDING SYSTEM VALUE VALUES (1, '\x6039be8801e4199740ff42bf6d9ecbc7', '粉丝团', 3, 1);
INSERT INTO contributor_days VALUES (20780, 'ranklist', 1, 50);
INSERT INTO contributor_days VALUES (20780, 'ranklist', 2, 20);
INSERT INTO contributor_days VALUES (20781, 'ranklist', 1, 10);
INSERT INTO contributor_days VALUES (20781, 'ranklist', 2, 5);
INSERT INTO entries_20780 VALUES (1882650260275200001, 1, 1, 100, 2, 0, NULL, 1, 3, 1, 1, NULL);
INSERT INTO entries_20780 VALUES (1882650260275200001, 2, 2, 50, 0, 0, NULL, 1, 2, 1, 1, 3);
INSERT INTO entries_20780 VALUES (1882650260275200001, 3, 3, 5, 0, 0, NULL, 1, 1, 1, 1, NULL);
INSERT INTO entries_20780 VALUES (1882650323189760001, 1, 1, 130, 2, 0, NULL, 1, 3, 1, 1, NULL);
INSERT INTO entries_20780 VALUES (1882650386104320002, 1, 1, 7, 2, 0, NULL, 1, 4, 1, 1, NULL);
INSERT INTO entries_20780 VALUES (1882650386104320002, 2, 2, NULL, NULL, 2, NULL, 1, 3, 1, 1, 3);
INSERT INTO entries_20780 VALUES (1882650511933440001, 1, 1, 70, 2, 0, NULL, 1, 2, 1, 1, NULL);
INSERT INTO entries_20780 VALUES (1882650511933440001, 2, 2, 20, 0, 0, NULL, 1, 3, 1, 1, 3);
INSERT INTO entries_20780 VALUES (1882650574848000003, 1, 1, 12, 2, 0, NULL, 1, 5, 1, 1, NULL);
INSERT INTO entries_20781 VALUES (1882740857241600001, 1, 1, 75, 2, 0, NULL, 1, 2, 1, 1, NULL);
INSERT INTO entries_20781 VALUES (1882740857241600001, 2, 2, 30, 0, 0, NULL, 1, 3, 1, 1, 3);
INSERT INTO grades OVERRIDING SYSTEM VALUE VALUES (1, '\x26c66bf2a35f3e05a997ef40a801ef90', 25, 15000, 20000, '距离26级还差1998抖币', 18002, 18002);
INSERT INTO polls_20780 VALUES (1, 1795435200000, 1, 1795435200000, 'stored', 1882650260275200001, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (1, 1795435260000, 1, 1795435260000, 'stored', 1882650323189760001, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (1, 1795435320000, 1, 1795435320000, 'unchanged', 1882650323189760001, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (2, 1795435320000, 1, 1795435320000, 'stored', 1882650386104320002, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (1, 1795435380000, 1, 1795435380000, 'empty', 1882650449018880001, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (1, 1795435440000, 1, 1795435440000, 'stored', 1882650511933440001, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (3, 1795435500000, 1, 1795435500000, 'stored', 1882650574848000003, 39847, 1, NULL, NULL);
INSERT INTO polls_20780 VALUES (2, 1795435560000, 0, 1795435560000, 'failed', NULL, NULL, NULL, 1, 1);
INSERT INTO polls_20780 VALUES (1, 1795435620000, 0, 1795435620000, 'failed', NULL, NULL, NULL, 2, 1);
INSERT INTO polls_20781 VALUES (1, 1795521600000, 1, 1795521600000, 'stored', 1882740857241600001, 39847, 1, NULL, NULL);
INSERT INTO profiles OVERRIDING SYSTEM VALUE VALUES (1, '\x19bfb4b9efb8027a35bb333ebc684428', NULL, 'handle None', 'MS4wNone', '贡献者None', 1, NULL, 0, 1, NULL);
INSERT INTO profiles OVERRIDING SYSTEM VALUE VALUES (2, '\x1ca2bdada1847577cf631b9b9321d2e2', 2, 'handle 8', 'MS4w8', '贡献者8', 1, NULL, 0, 0, NULL);
INSERT INTO profiles OVERRIDING SYSTEM VALUE VALUES (3, '\xae6b09bdd28a751bb89d3e0fbe1f5be4', 1, 'handle 7', 'MS4w7', '贡献者7', 1, NULL, 0, 0, NULL);
INSERT INTO profiles OVERRIDING SYSTEM VALUE VALUES (4, '\x326ef2f691ee4cf618a438b58b11eee7', 3, 'handle 9', 'MS4w9', '贡献者9', 1, NULL, 0, 0, NULL);
INSERT INTO profiles OVERRIDING SYSTEM VALUE VALUES (5, '\x58f175a8fc9dcf531b9f6adce54b9327', 4, 'handle 10', 'MS4w10', '贡献者10', 1, NULL, 0, 0, NULL);
INSERT INTO quarantine_20780 VALUES (1882650511933440001, 3, '$.data', 'odd');
INSERT INTO room_days VALUES (20780, 3, 1, 0, 1, 1, 0);
INSERT INTO room_days VALUES (20780, 2, 2, 1, 1, 2, 0);
INSERT INTO room_days VALUES (20780, 1, 6, 1, 4, 6, 70);
INSERT INTO room_days VALUES (20781, 1, 1, 0, 1, 2, 15);
INSERT INTO rooms OVERRIDING SYSTEM VALUE VALUES (3, 1, 'audience', '1', NULL, 90, NULL, 0, 1795435500000, 1795435500000, 'stored', NULL, 1, 1795435500000, 1882650574848000003, '\x9509a88469c1720be89eebf696ad7502');
INSERT INTO rooms OVERRIDING SYSTEM VALUE VALUES (2, 1, 'ranklist', '2', NULL, 30, NULL, 0, 1795435320000, 1795435560000, 'failed', 1795435560000, 9, 1795435320000, 1882650386104320002, '\x6bdcf032b76b4049e9c20055de9aaf00');
INSERT INTO rooms OVERRIDING SYSTEM VALUE VALUES (1, 1, 'ranklist', '1', '77', 60, 600, 3, 1795435200000, 1795521600000, 'stored', NULL, 11, 1795521600000, 1882740857241600001, '\x8cf0d987a9a2162452f6cf7077d3c407');
INSERT INTO snapshots_20780 VALUES (1882650260275200001, 1, 1882650260275200001, 0, 1795435200000, 1795435200000, 3, '77', NULL, 0, NULL, '\x373a3130302c383a35302c4e6f6e653a');
INSERT INTO snapshots_20780 VALUES (1882650323189760001, 1, 1882650260275200001, 1, 1795435260000, 1795435260000, 3, '77', NULL, 0, NULL, '\x373a3133302c383a35302c4e6f6e653a');
INSERT INTO snapshots_20780 VALUES (1882650386104320002, 2, 1882650386104320002, 0, 1795435320000, 1795435320000, 2, NULL, NULL, 0, NULL, '\x393a372c373a4e6f6e652c0000000000');
INSERT INTO snapshots_20780 VALUES (1882650449018880001, 1, 1882650260275200001, 2, 1795435380000, 1795435380000, 0, '77', NULL, 0, NULL, '\x00000000000000000000000000000000');
INSERT INTO snapshots_20780 VALUES (1882650511933440001, 1, 1882650511933440001, 0, 1795435440000, 1795435440000, 2, '77', NULL, 0, 4, '\x383a37302c373a32302c000000000000');
INSERT INTO snapshots_20780 VALUES (1882650574848000003, 3, 1882650574848000003, 0, 1795435500000, 1795435500000, 1, NULL, NULL, 0, NULL, '\x31303a31322c00000000000000000000');
INSERT INTO snapshots_20781 VALUES (1882740857241600001, 1, 1882740857241600001, 0, 1795521600000, 1795521600000, 2, '77', NULL, 0, NULL, '\x383a37352c373a33302c000000000000');
INSERT INTO sources OVERRIDING SYSTEM VALUE VALUES (1, 'gateway.test');
INSERT INTO stays VALUES (2, 3, 1795435320000, NULL, 7, NULL);
INSERT INTO stays VALUES (2, 1, 1795435320000, NULL, NULL, NULL);
INSERT INTO stays VALUES (1, 1, 1795435200000, 1795435320000, 100, 130);
INSERT INTO stays VALUES (1, 2, 1795435200000, 1795435320000, 50, 50);
INSERT INTO stays VALUES (1, 2, 1795435440000, NULL, 70, NULL);
INSERT INTO stays VALUES (1, 1, 1795435440000, NULL, 20, NULL);
INSERT INTO stays VALUES (3, 4, 1795435500000, NULL, 12, NULL);
INSERT INTO store VALUES (4);
INSERT INTO texts OVERRIDING SYSTEM VALUE VALUES (1, '\x1ca44b0a040694f51c8a42c9ae722f28', '3万+');
INSERT INTO texts OVERRIDING SYSTEM VALUE VALUES (2, '\xe8320a5845c8e1d35ce4086d4b0843fc', '1.0万');
INSERT INTO texts OVERRIDING SYSTEM VALUE VALUES (3, '\x12d205a0d738b0d54148e0ad5a973036', 'rank_gap');
INSERT INTO texts OVERRIDING SYSTEM VALUE VALUES (4, '\x4e4d06bc0f4208e1eda87a520006be45', 'has_more');
INSERT INTO users OVERRIDING SYSTEM VALUE VALUES (1, 1, '7', 1795435200000, 3, 1795435200000);
INSERT INTO users OVERRIDING SYSTEM VALUE VALUES (2, 1, '8', 1795435200000, 2, 1795435200000);
INSERT INTO users OVERRIDING SYSTEM VALUE VALUES (3, 1, '9', 1795435320000, 4, 1795435320000);
INSERT INTO users OVERRIDING SYSTEM VALUE VALUES (4, 1, '10', 1795435500000, 5, 1795435500000);
INSERT INTO verdicts OVERRIDING SYSTEM VALUE VALUES (1, '\x3e441d6ecf8f50665a642ff61f074350', 'gone', 'HTTP 404', 404, NULL, NULL);
INSERT INTO verdicts OVERRIDING SYSTEM VALUE VALUES (2, '\x4f8efd6d7a730adabefc717760ed43c1', 'retry', 'status_code 10011', 200, 200, 10011);
SELECT pg_catalog.setval('clubs_club_key_seq', 1, true);
SELECT pg_catalog.setval('grades_grade_key_seq', 1, true);
SELECT pg_catalog.setval('profiles_profile_key_seq', 5, true);
SELECT pg_catalog.setval('rooms_room_key_seq', 3, true);
SELECT pg_catalog.setval('sources_source_key_seq', 1, true);
SELECT pg_catalog.setval('texts_text_key_seq', 4, true);
SELECT pg_catalog.setval('users_user_key_seq', 4, true);
SELECT pg_catalog.setval('verdicts_verdict_key_seq', 2, true);
ALTER TABLE ONLY clubs
    ADD CONSTRAINT clubs_pkey PRIMARY KEY (club_key);
ALTER TABLE ONLY clubs
    ADD CONSTRAINT clubs_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY contributor_days
    ADD CONSTRAINT contributor_days_pkey PRIMARY KEY (day, kind, user_key);
ALTER TABLE ONLY entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY entries_20780
    ADD CONSTRAINT entries_20780_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY entries_20781
    ADD CONSTRAINT entries_20781_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY entries_20786
    ADD CONSTRAINT entries_20786_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY entries_20787
    ADD CONSTRAINT entries_20787_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY entries_20788
    ADD CONSTRAINT entries_20788_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY entries_other
    ADD CONSTRAINT entries_other_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY grades
    ADD CONSTRAINT grades_pkey PRIMARY KEY (grade_key);
ALTER TABLE ONLY grades
    ADD CONSTRAINT grades_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY polls
    ADD CONSTRAINT polls_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY polls_20780
    ADD CONSTRAINT polls_20780_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY polls_20781
    ADD CONSTRAINT polls_20781_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY polls_20786
    ADD CONSTRAINT polls_20786_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY polls_20787
    ADD CONSTRAINT polls_20787_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY polls_20788
    ADD CONSTRAINT polls_20788_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY polls_other
    ADD CONSTRAINT polls_other_pkey PRIMARY KEY (room_key, at_ms, is_answered);
ALTER TABLE ONLY profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (profile_key);
ALTER TABLE ONLY profiles
    ADD CONSTRAINT profiles_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY quarantine_20780
    ADD CONSTRAINT quarantine_20780_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY quarantine_20781
    ADD CONSTRAINT quarantine_20781_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY quarantine_20786
    ADD CONSTRAINT quarantine_20786_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY quarantine_20787
    ADD CONSTRAINT quarantine_20787_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY quarantine_20788
    ADD CONSTRAINT quarantine_20788_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY quarantine_other
    ADD CONSTRAINT quarantine_other_pkey PRIMARY KEY (snapshot_key, "position");
ALTER TABLE ONLY room_days
    ADD CONSTRAINT room_days_pkey PRIMARY KEY (day, room_key);
ALTER TABLE ONLY rooms
    ADD CONSTRAINT rooms_pkey PRIMARY KEY (room_key);
ALTER TABLE ONLY rooms
    ADD CONSTRAINT rooms_room_id_kind_source_key_key UNIQUE (room_id, kind, source_key);
ALTER TABLE ONLY snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY snapshots_20780
    ADD CONSTRAINT snapshots_20780_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY snapshots_20781
    ADD CONSTRAINT snapshots_20781_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY snapshots_20786
    ADD CONSTRAINT snapshots_20786_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY snapshots_20787
    ADD CONSTRAINT snapshots_20787_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY snapshots_20788
    ADD CONSTRAINT snapshots_20788_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY snapshots_other
    ADD CONSTRAINT snapshots_other_pkey PRIMARY KEY (snapshot_key);
ALTER TABLE ONLY sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (source_key);
ALTER TABLE ONLY sources
    ADD CONSTRAINT sources_source_key UNIQUE (source);
ALTER TABLE ONLY stays
    ADD CONSTRAINT stays_pkey PRIMARY KEY (room_key, user_key, since_ms);
ALTER TABLE ONLY texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (text_key);
ALTER TABLE ONLY texts
    ADD CONSTRAINT texts_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_pkey PRIMARY KEY (user_key);
ALTER TABLE ONLY users
    ADD CONSTRAINT users_user_id_source_key_key UNIQUE (user_id, source_key);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (verdict_key);
ALTER TABLE ONLY verdicts
    ADD CONSTRAINT verdicts_print_key UNIQUE (fingerprint);
ALTER TABLE ONLY visits
    ADD CONSTRAINT visits_pkey PRIMARY KEY (user_key, room_key);
CREATE INDEX contributor_days_by_coins ON contributor_days USING btree (day, kind, coins);
CREATE INDEX profiles_of_user ON profiles USING btree (user_key) WHERE (user_key IS NOT NULL);
CREATE INDEX room_days_by_coins ON room_days USING btree (day, coins);
CREATE INDEX rooms_recurring ON rooms USING btree (source_key, room_key) WHERE ((every IS NOT NULL) AND (ended_ms IS NULL));
CREATE INDEX snapshots_chain ON ONLY snapshots USING btree (base_key, step);
CREATE INDEX snapshots_20780_base_key_step_idx ON snapshots_20780 USING btree (base_key, step);
CREATE INDEX snapshots_20781_base_key_step_idx ON snapshots_20781 USING btree (base_key, step);
CREATE INDEX snapshots_20786_base_key_step_idx ON snapshots_20786 USING btree (base_key, step);
CREATE INDEX snapshots_20787_base_key_step_idx ON snapshots_20787 USING btree (base_key, step);
CREATE INDEX snapshots_20788_base_key_step_idx ON snapshots_20788 USING btree (base_key, step);
CREATE INDEX snapshots_other_base_key_step_idx ON snapshots_other USING btree (base_key, step);
ALTER INDEX entries_pkey ATTACH PARTITION entries_20780_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION entries_20781_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION entries_20786_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION entries_20787_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION entries_20788_pkey;
ALTER INDEX entries_pkey ATTACH PARTITION entries_other_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_20780_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_20781_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_20786_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_20787_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_20788_pkey;
ALTER INDEX polls_pkey ATTACH PARTITION polls_other_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_20780_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_20781_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_20786_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_20787_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_20788_pkey;
ALTER INDEX quarantine_pkey ATTACH PARTITION quarantine_other_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_20780_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_20780_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_20781_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_20781_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_20786_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_20786_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_20787_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_20787_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_20788_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_20788_pkey;
ALTER INDEX snapshots_chain ATTACH PARTITION snapshots_other_base_key_step_idx;
ALTER INDEX snapshots_pkey ATTACH PARTITION snapshots_other_pkey;
