-- Rows as a shop of three months has them, for the migrations after 0001 to stand on. Written for PostgreSQL; the test turns
-- ids and bytes into SQLite's form. Every table has some, with and without each column that may be null. Persons are invented.

insert into install (id, epoch, clock_offset_us, created_at) values
    (uuid '01950002-7c00-7002-800e-0000001e8486', 1, 0, '2026-01-05T01:00:00.123456+00:00');

insert into account (id, bot_user_id, name, basic_id, created_at) values
    (uuid '01950001-7c00-7001-8007-0000000f4243', 'Uaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '山海咖啡', '@shanhai', '2026-01-05T01:00:01+00:00'),
    (uuid '01950003-7c00-7003-8015-0000002dc6c9', null, '', '', '2026-02-01T00:00:00+00:00');

insert into member (id, number, joined_at, language, birthday, city, is_test, version, created_at) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', '00000017', '2026-01-06T03:20:00.5+00:00', 'zh-TW', '1992-02-29', '台北市', false, 14, '2026-01-06T03:19:58+00:00'),
    (uuid '0195000c-7c00-700c-8054-000000b71b24', '00000025', null, null, null, null, false, 1, '2026-01-07T09:00:00+00:00'),
    (uuid '0195000d-7c00-700d-805b-000000c65d67', '00000033', '2026-01-08T00:00:00+00:00', 'ja', null, null, true, 3, '2026-01-08T00:00:00+00:00');

insert into member_key (member, wrapped, created_at) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', bytea '\x000102abababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab', '2026-01-06T03:19:58+00:00'),
    (uuid '0195000d-7c00-700d-805b-000000c65d67', bytea '\xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', '2026-01-08T00:00:00+00:00');

insert into day_key (day, wrapped, created_at) values
    ('2026-01-06', bytea '\x111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111', '2026-01-06T00:00:03+00:00'),
    ('2026-01-07', bytea '\x222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222', '2026-01-07T00:00:01+00:00');

insert into friend (account, line_user_id, member, state, state_at, sealed_name, sealed_picture, profile_at, created_at) values
    (uuid '01950001-7c00-7001-8007-0000000f4243', 'U8e742f61d673b39c7fff3cecb7536ef0', uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'following', '2026-01-06T03:19:57.301+00:00', bytea '\xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', bytea '\xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '2026-01-06T03:19:59+00:00', '2026-01-06T03:19:58+00:00'),
    (uuid '01950001-7c00-7001-8007-0000000f4243', 'U0123456789abcdef0123456789abcdef', uuid '0195000c-7c00-700c-8054-000000b71b24', 'blocked', '2026-01-09T12:00:00+00:00', null, null, null, '2026-01-07T09:00:00+00:00'),
    (uuid '01950001-7c00-7001-8007-0000000f4243', 'Uffffffffffffffffffffffffffffffff', null, 'unknown', '2026-01-09T12:00:01+00:00', null, null, null, '2026-01-09T12:00:01+00:00');

insert into member_tag (member, tag, is_on, at, recorded_at, actor_kind, actor_id) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', '常客', true, '2026-02-01T02:00:00+00:00', '2026-02-01T02:00:00.2+00:00', 'api', 'pos'),
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'staff', false, '2026-02-02T02:00:00+00:00', '2026-02-02T02:00:00+00:00', 'operator', 'cli');

insert into consent (member, purpose, at, id, granted, source, wording, recorded_at, actor_kind, actor_id) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'marketing', '2026-01-06T03:20:00.5+00:00', uuid '0195001f-7c00-701f-80d9-000001d9061d', true, 'chat', 'chat-consent-ask/1/zh-Hant', '2026-01-06T03:20:00.6+00:00', 'member', '0195000b-7c00-700b-804d-000000a7d8e1'),
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'marketing', '2026-02-06T03:20:00.5+00:00', uuid '01950020-7c00-7020-80e0-000001e84860', false, 'page', 'me-offers/1/zh-Hant', '2026-02-06T03:20:00.6+00:00', 'member', '0195000b-7c00-700b-804d-000000a7d8e1');

insert into timeline (member, id, kind, format, at, recorded_at, actor_kind, actor_id, body, sealed) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '01950029-7c00-7029-811f-000002719cbb', 'followed', 1, '2026-01-06T03:19:57.301+00:00', '2026-01-06T03:19:58+00:00', 'member', '', '{}', null),
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '0195002a-7c00-702a-8126-00000280defe', 'said', 1, '2026-01-06T03:25:00+00:00', '2026-01-06T03:25:00.1+00:00', 'member', '', '{"message": "468789577898262530", "type": "text"}', bytea '\xcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc'),
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '0195002b-7c00-702b-812d-000002902141', 'stamped', 1, '2026-01-06T04:00:00+00:00', '2026-01-06T04:00:00+00:00', 'staff', '', '{"card": "coffee", "stamps": 2, "tags": ["a", "b"]}', null);

insert into taken_back (member, message, at) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', '468789577898262531', '2026-01-06T03:26:00+00:00');

insert into member_session (token_hash, member, created_at, ends_at) values
    (bytea '\x0101010101010101010101010101010101010101010101010101010101010101', uuid '0195000b-7c00-700b-804d-000000a7d8e1', '2026-02-06T03:20:00+00:00', '2026-03-08T03:20:00+00:00');

insert into staff (id, name, role, stores, pin_hash, member, state, created_at) values
    (uuid '01950015-7c00-7015-8093-000001406f7f', '林小安', 'manager', '[]', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', uuid '0195000d-7c00-700d-805b-000000c65d67', 'active', '2026-01-05T02:00:00+00:00'),
    (uuid '01950016-7c00-7016-809a-0000014fb1c2', '陳阿寶', 'clerk', '["zhongshan"]', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', null, 'disabled', '2026-01-05T02:00:01+00:00');

insert into device_code (code_hash, store, name, created_at, expires_at, used_at) values
    (bytea '\x0202020202020202020202020202020202020202020202020202020202020202', 'zhongshan', '櫃台平板', '2026-01-05T02:00:00+00:00', '2026-01-05T02:30:00+00:00', '2026-01-05T02:03:00+00:00'),
    (bytea '\x0303030303030303030303030303030303030303030303030303030303030303', 'yongkang', '', '2026-02-05T02:00:00+00:00', '2026-02-05T02:30:00+00:00', null);

insert into device (id, store, name, token_hash, enrolled_at, revoked_at) values
    (uuid '01950017-7c00-7017-80a1-0000015ef405', 'zhongshan', '櫃台平板', bytea '\x0404040404040404040404040404040404040404040404040404040404040404', '2026-01-05T02:03:00+00:00', null),
    (uuid '01950018-7c00-7018-80a8-0000016e3648', 'yongkang', '舊手機', bytea '\x0505050505050505050505050505050505050505050505050505050505050505', '2026-01-05T02:03:00+00:00', '2026-02-05T02:03:00+00:00');

insert into pin_try (staff, device, misses, tried_at, locked_until) values
    (uuid '01950015-7c00-7015-8093-000001406f7f', uuid '01950017-7c00-7017-80a1-0000015ef405', 5, '2026-01-05T02:00:00+00:00', '2026-01-05T02:15:00+00:00'),
    (uuid '01950016-7c00-7016-809a-0000014fb1c2', uuid '01950017-7c00-7017-80a1-0000015ef405', 1, '2026-01-05T02:00:00+00:00', null);

insert into staff_session (id, token_hash, staff, device, created_at, seen_at, ends_at) values
    (uuid '01950033-7c00-7033-8165-0000030a3359', bytea '\x0606060606060606060606060606060606060606060606060606060606060606', uuid '01950015-7c00-7015-8093-000001406f7f', uuid '01950017-7c00-7017-80a1-0000015ef405', '2026-02-05T01:00:00+00:00', '2026-02-05T08:59:00+00:00', '2026-02-05T13:00:00+00:00');

insert into scan (id, key, at, store, device, staff, method, outcome, member, voucher, pass_window) values
    (uuid '0195003d-7c00-703d-81ab-000003a2c9f7', 'b6f4e2a0-5d1c-4c33-9a7e-0a1b2c3d4e5f', '2026-01-06T04:00:00+00:00', 'zhongshan', uuid '01950017-7c00-7017-80a1-0000015ef405', uuid '01950015-7c00-7015-8093-000001406f7f', 'camera', 'shown', uuid '0195000b-7c00-700b-804d-000000a7d8e1', null, 58925640),
    (uuid '0195003e-7c00-703e-81b2-000003b20c3a', 'c7f4e2a0-5d1c-4c33-9a7e-0a1b2c3d4e5f', '2026-01-06T04:01:00+00:00', 'zhongshan', uuid '01950017-7c00-7017-80a1-0000015ef405', uuid '01950015-7c00-7015-8093-000001406f7f', 'typed', 'unknown', null, null, null);

insert into audit (id, at, actor_kind, actor_id, action, subject, detail) values
    (uuid '01950047-7c00-7047-81f1-0000043b6095', '2026-01-05T02:00:00+00:00', 'operator', 'cli', 'staff.added', '01950015-7c00-7015-8093-000001406f7f', '{"role": "manager"}');

insert into api_key (id, name, token_hash, scopes, created_at, used_at, revoked_at) values
    (uuid '01950051-7c00-7051-8237-000004d3f733', 'pos', bytea '\x0707070707070707070707070707070707070707070707070707070707070707', '["members:read", "loyalty:write"]', '2026-01-05T02:00:00+00:00', '2026-02-05T02:00:00+00:00', null);

insert into api_answer (api_key, idempotency_key, request_hash, status, body, member, entry, created_at) values
    (uuid '01950051-7c00-7051-8237-000004d3f733', 'order-1001', bytea '\x0808080808080808080808080808080808080808080808080808080808080808', 201, '{"entry":"x"}', uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '01950065-7c00-7065-82c3-00000605246f', '2026-02-05T02:00:00+00:00'),
    (uuid '01950051-7c00-7051-8237-000004d3f733', 'tag-17', bytea '\x0909090909090909090909090909090909090909090909090909090909090909', 204, '', null, null, '2026-02-05T02:00:00+00:00');

insert into job (id, name, format, body, state, run_at, priority, unique_key, attempts, claims, leased_by, leased_until, error, created_at) values
    (uuid '0195005b-7c00-705b-827d-0000056c8dd1', 'happened', 1, '{"entry": "1"}', 'waiting', '2026-02-05T02:00:00+00:00', 0, null, 0, 0, null, null, null, '2026-02-05T02:00:00+00:00'),
    (uuid '0195005c-7c00-705c-8284-0000057bd014', 'fetch-profile', 1, '{}', 'running', '2026-02-05T02:00:00+00:00', 0, 'mei', 2, 3, uuid '01950063-7c00-7063-82b5-000005e69fe9', '2026-02-05T02:01:00+00:00', '500', '2026-02-05T02:00:00+00:00'),
    (uuid '0195005d-7c00-705d-828b-0000058b1257', 'fetch-profile', 1, '{}', 'waiting', '2026-02-05T02:00:00+00:00', -1, 'mei', 0, 0, null, null, null, '2026-02-05T02:00:30+00:00'),
    (uuid '0195005e-7c00-705e-8292-0000059a549a', 'expire-stamps', 1, '{}', 'dead', '2026-02-05T02:00:00+00:00', 0, null, 10, 10, null, null, 'it broke', '2026-01-31T02:00:00+00:00');

insert into lease (name, holder, token, ends_at) values
    ('sender', uuid '01950063-7c00-7063-82b5-000005e69fe9', 7, '2026-02-05T02:00:15+00:00');

insert into definition (kind, name, version, hash, body, published_at, actor_kind, actor_id) values
    ('stamp_card', 'coffee', 1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '{"goal": 10}', '2026-01-05T02:00:00+00:00', 'operator', 'cli'),
    ('stamp_card', 'coffee', 2, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '{"goal": 8}', '2026-02-05T02:00:00+00:00', 'operator', 'cli');

insert into event (account, lane, id, kind, line_user_id, at, received_at, day, sealed_raw, state, attempts, retry_at, error) values
    (uuid '01950001-7c00-7001-8007-0000000f4243', 17, '01FZ74A0TDDPYRVKNK77XKC3ZR', 'message', 'U8e742f61d673b39c7fff3cecb7536ef0', '2026-01-06T03:25:00+00:00', '2026-01-06T03:25:00.08+00:00', '2026-01-06', bytea '\xdddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 'done', 1, null, null),
    (uuid '01950001-7c00-7001-8007-0000000f4243', 17, '01FZ74A0TDDPYRVKNK77XKC3ZS', 'follow', 'U8e742f61d673b39c7fff3cecb7536ef0', '2026-01-06T03:19:57.301+00:00', '2026-01-06T03:19:57.4+00:00', '2026-01-06', null, 'done', 1, null, null),
    (uuid '01950001-7c00-7001-8007-0000000f4243', 63, '01FZ74A0TDDPYRVKNK77XKC3ZT', 'future', null, '2026-01-07T03:25:00+00:00', '2026-01-07T03:25:00.08+00:00', '2026-01-07', bytea '\xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', 'parked', 5, '2026-01-07T04:25:00+00:00', 'it broke'),
    (uuid '01950001-7c00-7001-8007-0000000f4243', 4, '01FZ74A0TDDPYRVKNK77XKC3ZV', 'message', 'U0123456789abcdef0123456789abcdef', '2026-02-05T02:00:00+00:00', '2026-02-05T02:00:00.01+00:00', '2026-02-05', bytea '\xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', 'new', 0, null, null);

insert into ledger (member, seq, id, kind, format, payload, hash, at, recorded_at, business_day, store, actor_kind, actor_id, programme, amount, reverses) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', 1, uuid '01950065-7c00-7065-82c3-00000605246f', 'stamped', 1, '1|stamped|2', bytea '\x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a', '2026-01-06T04:00:00+00:00', '2026-01-06T04:00:00+00:00', '2026-01-06', 'zhongshan', 'staff', '', 'coffee', 2, null),
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', 2, uuid '01950066-7c00-7066-82ca-0000061466b2', 'undone', 1, '1|undone|2', bytea '\x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b', '2026-01-06T04:02:00+00:00', '2026-01-06T04:02:00+00:00', '2026-01-06', 'zhongshan', 'staff', '', 'coffee', -2, uuid '01950065-7c00-7065-82c3-00000605246f');

insert into ledger_head (member, seq, hash, rooted) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', 2, bytea '\x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b', 2),
    (uuid '0195000c-7c00-700c-8054-000000b71b24', 0, bytea '\x0000000000000000000000000000000000000000000000000000000000000000', 0);

insert into ledger_leaf (day, member, seq) values
    ('2026-01-06', uuid '0195000b-7c00-700b-804d-000000a7d8e1', 2);

insert into ledger_root (day, root, heads, closed_at) values
    ('2026-01-06', bytea '\x0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c', 1, '2026-01-07T00:10:00+00:00');

insert into effect (key, content_hash, member, entry, created_at) values
    ('scan:0195003d-7c00-703d-81ab-000003a2c9f7', bytea '\x0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d', uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '01950065-7c00-7065-82c3-00000605246f', '2026-01-06T04:00:00+00:00');

insert into card (id, member, programme, version, ordinal, stamps, goal, state, opened_at, last_stamp_at, completed_at, expires_at) values
    (uuid '0195006f-7c00-706f-8309-0000069dbb0d', uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'coffee', 1, 1, 10, 10, 'completed', '2026-01-06T04:00:00+00:00', '2026-01-20T04:00:00+00:00', '2026-01-20T04:00:00+00:00', null),
    (uuid '01950070-7c00-7070-8310-000006acfd50', uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'coffee', 1, 2, 0, 10, 'open', '2026-01-20T04:00:00+00:00', null, null, '2026-07-31T16:00:00+00:00');

insert into voucher (id, code, member, coupon, version, state, entry, issued_at, expires_at, changed_at) values
    (uuid '01950079-7c00-7079-834f-0000073651ab', 'K7QM2VXA9TRE', uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'free-latte', 1, 'redeemed', uuid '01950065-7c00-7065-82c3-00000605246f', '2026-01-20T04:00:00+00:00', '2026-02-19T16:00:00+00:00', '2026-01-25T04:00:00+00:00'),
    (uuid '0195007a-7c00-707a-8356-0000074593ee', 'K7QM2VXA9TRF', uuid '0195000b-7c00-700b-804d-000000a7d8e1', 'free-latte', 1, 'issued', uuid '01950065-7c00-7065-82c3-00000605246f', '2026-01-20T04:00:00+00:00', null, '2026-01-20T04:00:00+00:00');

insert into milestone (card, position, entry, voucher, reached_at, reversed_at) values
    (uuid '0195006f-7c00-706f-8309-0000069dbb0d', 10, uuid '01950065-7c00-7065-82c3-00000605246f', uuid '01950079-7c00-7079-834f-0000073651ab', '2026-01-20T04:00:00+00:00', null),
    (uuid '0195006f-7c00-706f-8309-0000069dbb0d', 5, uuid '01950065-7c00-7065-82c3-00000605246f', null, '2026-01-20T04:00:00+00:00', '2026-01-20T04:05:00+00:00');

insert into redemption (id, voucher, member, at, store, actor_kind, actor_id, entry, reversed_at) values
    (uuid '01950083-7c00-7083-8395-000007cee849', uuid '01950079-7c00-7079-834f-0000073651ab', uuid '0195000b-7c00-700b-804d-000000a7d8e1', '2026-01-25T04:00:00+00:00', 'zhongshan', 'staff', '', uuid '01950066-7c00-7066-82ca-0000061466b2', null);

insert into reply (id, account, line_user_id, member, event, sealed_token, sealed_messages, state, expires_at, created_at, tried_at, settled_at, request_id, error) values
    (uuid '0195008d-7c00-708d-83db-000008677ee7', uuid '01950001-7c00-7001-8007-0000000f4243', 'U8e742f61d673b39c7fff3cecb7536ef0', uuid '0195000b-7c00-700b-804d-000000a7d8e1', '01FZ74A0TDDPYRVKNK77XKC3ZR', bytea '\x0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e', bytea '\x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f', 'sent', '2026-01-06T03:26:00+00:00', '2026-01-06T03:25:00.1+00:00', '2026-01-06T03:25:00.2+00:00', '2026-01-06T03:25:00.3+00:00', '461d8b5c-8f5d-4b34', null),
    (uuid '0195008e-7c00-708e-83e2-00000876c12a', uuid '01950001-7c00-7001-8007-0000000f4243', 'U0123456789abcdef0123456789abcdef', uuid '0195000c-7c00-700c-8054-000000b71b24', '01FZ74A0TDDPYRVKNK77XKC3ZV', bytea '\x0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e', bytea '\x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f', 'pending', '2026-02-05T02:01:00+00:00', '2026-02-05T02:00:00+00:00', null, null, null, null);

insert into plan (id, digest, campaign, created_at, fingerprint, summary) values
    (uuid '01950097-7c00-7097-8421-000009001585', '0123456789ab', 'winback', '2026-02-05T02:00:00+00:00', '{"spec": "a"}', '{"in": 1}');

insert into plan_person (plan, member, account, line_user_id, reason, body_hash, sealed_body) values
    (uuid '01950097-7c00-7097-8421-000009001585', uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '01950001-7c00-7001-8007-0000000f4243', 'U8e742f61d673b39c7fff3cecb7536ef0', null, bytea '\xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', null),
    (uuid '01950097-7c00-7097-8421-000009001585', uuid '0195000c-7c00-700c-8054-000000b71b24', uuid '01950001-7c00-7001-8007-0000000f4243', 'U0123456789abcdef0123456789abcdef', 'blocked', null, null),
    (uuid '01950097-7c00-7097-8421-000009001585', uuid '0195000d-7c00-700d-805b-000000c65d67', uuid '01950001-7c00-7001-8007-0000000f4243', 'U0123456789abcdef0123456789abcdef', null, bytea '\xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', bytea '\xa2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2');

insert into plan_body (plan, hash, messages) values
    (uuid '01950097-7c00-7097-8421-000009001585', bytea '\xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', '[{"type":"text","text":"好久不見"}]');

insert into run (id, campaign, plan, created_at, actor_kind, actor_id) values
    (uuid '019500a1-7c00-70a1-8467-00000998ac23', 'winback', uuid '01950097-7c00-7097-8421-000009001585', '2026-02-05T02:05:00+00:00', 'operator', 'cli');

insert into approval (run, epoch, approved, taken, state, paused_because, created_at, changed_at) values
    (uuid '019500a1-7c00-70a1-8467-00000998ac23', 1, 2, 1, 'paused', 'token', '2026-02-05T02:05:00+00:00', '2026-02-05T02:06:00+00:00');

insert into run_body (run, hash, messages) values
    (uuid '019500a1-7c00-70a1-8467-00000998ac23', bytea '\xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', '[{"type":"text","text":"好久不見"}]');

insert into batch (id, run, account, number, kind, retry_key, body_hash, state, recipients, attempts, first_tried_at, next_at, settled_at, request_id, error) values
    (uuid '019500ab-7c00-70ab-84ad-00000a3142c1', uuid '019500a1-7c00-70a1-8467-00000998ac23', uuid '01950001-7c00-7001-8007-0000000f4243', 1, 'multicast', uuid '019500ac-7c00-70ac-84b4-00000a408504', bytea '\xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', 'accepted', 1, 1, '2026-02-05T02:05:01+00:00', '2026-02-05T02:05:00+00:00', '2026-02-05T02:05:01.2+00:00', 'r', null),
    (uuid '019500ad-7c00-70ad-84bb-00000a4fc747', uuid '019500a1-7c00-70a1-8467-00000998ac23', uuid '01950001-7c00-7001-8007-0000000f4243', 2, 'push', uuid '019500ae-7c00-70ae-84c2-00000a5f098a', bytea '\xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', 'ready', 1, 0, null, '2026-02-05T02:05:00+00:00', null, null, null);

insert into delivery (member, run, account, line_user_id, batch, body_hash, sealed_body, state, reason, at, settled_at) values
    (uuid '0195000b-7c00-700b-804d-000000a7d8e1', uuid '019500a1-7c00-70a1-8467-00000998ac23', uuid '01950001-7c00-7001-8007-0000000f4243', 'U8e742f61d673b39c7fff3cecb7536ef0', uuid '019500ab-7c00-70ab-84ad-00000a3142c1', bytea '\xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', null, 'accepted', null, '2026-02-05T02:05:00+00:00', '2026-02-05T02:05:01.2+00:00'),
    (uuid '0195000d-7c00-700d-805b-000000c65d67', uuid '019500a1-7c00-70a1-8467-00000998ac23', uuid '01950001-7c00-7001-8007-0000000f4243', 'U0123456789abcdef0123456789abcdef', uuid '019500ad-7c00-70ad-84bb-00000a4fc747', bytea '\xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', bytea '\xa2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2', 'planned', null, '2026-02-05T02:05:00+00:00', null);
