-- One series for SQLite and PostgreSQL. Integers are bigint, times are UTC with microseconds, JSON columns hold objects or
-- arrays. Tables that grow for ever (event, timeline, ledger, delivery) have the lane or the member in their keys, so that
-- PostgreSQL can partition them. Rows that tell a story keep event time (at), recorded time, and an actor (kind, id).
-- Columns named "sealed" hold bytes that only a member's or a day's key opens. Checks say "or" where "in" would name three
-- values or more: for that SQLite builds a table anew for each row it checks.

-- Tells a clone from the original: a restored copy gets a new epoch and may not send. The clock offset is the sandbox's.
create table install (
    id uuid primary key,
    epoch bigint not null,
    clock_offset_us bigint not null default 0,
    created_at timestamptz not null
);
create unique index install_one on install ((id is not null));

-- Accounts, people -----------------------------------------------------------------------------------------------------

create table account (
    id uuid primary key,
    bot_user_id text unique,
    name text not null default '',
    basic_id text not null default '',
    created_at timestamptz not null
);

-- The person. joined_at is empty until she taps 領取會員卡. version grows with each change her pages should show.
create table member (
    id uuid primary key,
    number text not null unique,
    joined_at timestamptz,
    language text,
    birthday date,
    city text,
    is_test boolean not null default false,
    version bigint not null default 1,
    created_at timestamptz not null
);
create index member_joined on member (joined_at);

-- Destroying the row erases what was sealed under the key. Backed up apart from the rest.
create table member_key (
    member uuid primary key,
    wrapped bytea not null,
    created_at timestamptz not null
);

create table day_key (
    day date primary key,
    wrapped bytea not null,
    created_at timestamptz not null
);

-- A LINE user of an account. state follows the newest event by event time.
create table friend (
    account uuid not null references account (id),
    line_user_id text not null,
    member uuid references member (id),
    state text not null check (state = 'unknown' or state = 'following' or state = 'blocked'),
    state_at timestamptz not null,
    sealed_name bytea,
    sealed_picture bytea,
    profile_at timestamptz,
    created_at timestamptz not null,
    primary key (account, line_user_id)
);
create index friend_member on friend (member);
create index friend_line_user on friend (line_user_id);

-- A tag that was taken off stays as a row, so that an older event cannot put it back.
create table member_tag (
    member uuid not null references member (id),
    tag text not null,
    is_on boolean not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    primary key (member, tag)
);
create index member_tag_on on member_tag (tag, member) where is_on;

-- Who agreed to what, where, when, to which wording. Append-only; the newest line for a purpose counts.
create table consent (
    member uuid not null references member (id),
    purpose text not null,
    at timestamptz not null,
    id uuid not null,
    granted boolean not null,
    source text not null check (source = 'chat' or source = 'page'),
    wording text not null,
    recorded_at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    primary key (member, purpose, at, id)
);

create table timeline (
    member uuid not null,
    id uuid not null,
    kind text not null,
    format bigint not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    body jsonb not null,
    sealed bytea,
    primary key (member, id)
);
create index timeline_at on timeline (member, at);

-- Messages their writers took back: one that is written down only later stays without its text.
create table taken_back (
    member uuid not null references member (id),
    message text not null,
    at timestamptz not null,
    primary key (member, message)
);

create table member_session (
    token_hash bytea primary key,
    member uuid not null references member (id),
    created_at timestamptz not null,
    ends_at timestamptz not null
);

-- Staff ----------------------------------------------------------------------------------------------------------------

-- member links a clerk to her own card, which she may not stamp. stores is a JSON list of store codes; empty means all.
create table staff (
    id uuid primary key,
    name text not null,
    role text not null check (role = 'clerk' or role = 'manager' or role = 'owner'),
    stores jsonb not null,
    pin_hash text not null,
    member uuid references member (id),
    state text not null check (state in ('active', 'disabled')),
    created_at timestamptz not null
);
create unique index staff_name on staff (name) where state = 'active';

create table device_code (
    code_hash bytea primary key,
    store text not null,
    name text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);

create table device (
    id uuid primary key,
    store text not null,
    name text not null,
    token_hash bytea not null unique,
    enrolled_at timestamptz not null,
    revoked_at timestamptz
);

-- Wrong PINs in a row of one person on one device; the row goes with the first right one.
create table pin_try (
    staff uuid not null references staff (id),
    device uuid not null references device (id),
    misses bigint not null,
    tried_at timestamptz not null,
    locked_until timestamptz,
    primary key (staff, device)
);

create table staff_session (
    id uuid primary key,
    token_hash bytea not null unique,
    staff uuid not null references staff (id),
    device uuid not null references device (id),
    created_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null
);
create index staff_session_device on staff_session (device, staff);

-- Every reading of a pass or a voucher, refused ones too. The device makes the key at the reading: sent twice, it is one line.
-- voucher is set where a voucher's own code was read, which shows that voucher and allows nothing else.
create table scan (
    id uuid primary key,
    key text not null,
    at timestamptz not null,
    store text not null,
    device uuid not null,
    staff uuid not null,
    method text not null check (method = 'camera' or method = 'gun' or method = 'typed' or method = 'number'),
    outcome text not null,
    member uuid,
    voucher uuid,
    pass_window bigint,
    unique (device, key)
);
create index scan_member on scan (member, at);
create index scan_staff on scan (staff, at);
create index scan_device on scan (device, at);

create table audit (
    id uuid primary key,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    action text not null,
    subject text not null,
    detail jsonb not null
);

create table api_key (
    id uuid primary key,
    name text not null unique,
    token_hash bytea not null unique,
    scopes jsonb not null,
    created_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz
);

-- The answer to what was done under each Idempotency-Key of a caller; member and entry are the ledger entry it tells of, for
-- what was taken back is not told again. A refusal changed nothing and has no row.
create table api_answer (
    api_key uuid not null references api_key (id),
    idempotency_key text not null,
    request_hash bytea not null,
    status bigint not null,
    body text not null,
    member uuid,
    entry uuid,
    created_at timestamptz not null,
    primary key (api_key, idempotency_key)
);

-- Work -----------------------------------------------------------------------------------------------------------------

create table job (
    id uuid primary key,
    name text not null,
    format bigint not null,
    body jsonb not null,
    state text not null check (state = 'waiting' or state = 'running' or state = 'dead'),
    run_at timestamptz not null,
    priority bigint not null default 0,
    unique_key text,
    attempts bigint not null default 0,
    claims bigint not null default 0,
    leased_by uuid,
    leased_until timestamptz,
    error text,
    created_at timestamptz not null
);
create index job_due on job (priority, run_at) where state = 'waiting';
create index job_leased on job (leased_until) where state = 'running';
create unique index job_unique on job (name, unique_key) where state = 'waiting';

-- What one replica alone may do. The token grows with each new holder and is checked where work is marked done.
create table lease (
    name text primary key,
    holder uuid not null,
    token bigint not null,
    ends_at timestamptz not null
);

create table definition (
    kind text not null,
    name text not null,
    version bigint not null,
    hash text not null,
    body jsonb not null,
    published_at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    primary key (kind, name, version)
);
create index definition_published on definition (published_at);

-- Webhook events -------------------------------------------------------------------------------------------------------

-- lane is a hash of the source id mod 64. unanswered: its facts are kept, only no reply could be written. raw is the event's
-- own bytes, sealed under its day's key; null once they are 30 days old, or the message was taken back or spoken in a group.
-- LINE's ids grow with time and stand before the lane, and so does the time in event_new, so that new events are written side
-- by side.
create table event (
    account uuid not null,
    lane bigint not null,
    id text not null,
    kind text not null,
    line_user_id text,
    at timestamptz not null,
    received_at timestamptz not null,
    day date not null,
    sealed_raw bytea,
    state text not null default 'new' check (state = 'new' or state = 'done' or state = 'parked' or state = 'unanswered'),
    attempts bigint not null default 0,
    retry_at timestamptz,
    error text,
    primary key (account, id, lane)
);
create index event_raw on event (day) where sealed_raw is not null;
create index event_old on event (day) where sealed_raw is null;
create index event_new on event (at, lane) where state = 'new';
create index event_parked on event (at) where state = 'parked' or state = 'unanswered';

-- Rewards --------------------------------------------------------------------------------------------------------------

-- Append-only. payload is text hashed as stored, led by a format version; hash = SHA-256(hash before it, payload).
create table ledger (
    member uuid not null,
    seq bigint not null,
    id uuid not null,
    kind text not null,
    format bigint not null,
    payload text not null,
    hash bytea not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    business_day date not null,
    store text not null,
    actor_kind text not null,
    actor_id text not null,
    programme text not null,
    amount bigint not null,
    reverses uuid,
    primary key (member, seq)
);
create unique index ledger_reverses on ledger (member, reverses) where reverses is not null;
create index ledger_entry on ledger (member, id);
create index ledger_actor on ledger (actor_id, recorded_at);

-- The end of each member's chain; the row everything about her rewards locks first. seq is 0 before her first entry; up to
-- rooted the chain lies under the root of a day.
create table ledger_head (
    member uuid primary key,
    seq bigint not null,
    hash bytea not null,
    rooted bigint not null default 0
);
create index ledger_head_moved on ledger_head (member) where seq > rooted;

-- The root of a UTC day: over the chains that moved on it, and over the root before. Entries that came late, after a day was
-- closed, lie under the next.
create table ledger_root (
    day date primary key,
    root bytea not null,
    heads bigint not null,
    closed_at timestamptz not null
);

-- How far each chain lies under the root of a day.
create table ledger_leaf (
    day date not null,
    member uuid not null,
    seq bigint not null,
    primary key (day, member)
);
create index ledger_leaf_member on ledger_leaf (member, seq);

-- What an outside key (a scan, a POS reference) already did, so that doing it again returns the first answer.
create table effect (
    key text primary key,
    content_hash bytea not null,
    member uuid not null,
    entry uuid not null,
    created_at timestamptz not null
);

create table card (
    id uuid primary key,
    member uuid not null,
    programme text not null,
    version bigint not null,
    ordinal bigint not null,
    stamps bigint not null,
    goal bigint not null,
    state text not null check (state = 'open' or state = 'completed' or state = 'expired' or state = 'void'),
    opened_at timestamptz not null,
    last_stamp_at timestamptz,
    completed_at timestamptz,
    expires_at timestamptz,
    unique (member, programme, ordinal)
);
create unique index card_open on card (member, programme) where state = 'open';
create index card_expiry on card (expires_at) where state = 'open';

create table voucher (
    id uuid primary key,
    code text not null unique,
    member uuid not null,
    coupon text not null,
    version bigint not null,
    state text not null check (state = 'issued' or state = 'redeemed' or state = 'expired' or state = 'revoked'),
    entry uuid not null,
    issued_at timestamptz not null,
    expires_at timestamptz,
    changed_at timestamptz not null
);
create index voucher_member on voucher (member, state);
create index voucher_expiry on voucher (expires_at) where state = 'issued';

-- A milestone of a card pays once; a reversed one may be reached again.
create table milestone (
    card uuid not null references card (id),
    position bigint not null,
    entry uuid not null,
    voucher uuid references voucher (id),
    reached_at timestamptz not null,
    reversed_at timestamptz,
    primary key (card, position, entry)
);
create unique index milestone_once on milestone (card, position) where reversed_at is null;

create table redemption (
    id uuid primary key,
    voucher uuid not null references voucher (id),
    member uuid not null,
    at timestamptz not null,
    store text not null,
    actor_kind text not null,
    actor_id text not null,
    entry uuid not null,
    reversed_at timestamptz
);
create unique index redemption_once on redemption (voucher) where reversed_at is null;
create index redemption_member on redemption (member, at);

-- Sending --------------------------------------------------------------------------------------------------------------

-- A reply owed to a chat event. The token and the messages are sealed under the member's key.
create table reply (
    id uuid primary key,
    account uuid not null,
    line_user_id text not null,
    member uuid not null,
    event text not null,
    sealed_token bytea not null,
    sealed_messages bytea not null,
    state text not null check (state = 'pending' or state = 'trying' or state = 'sent' or state = 'unknown' or state = 'refused' or state = 'expired'),
    expires_at timestamptz not null,
    created_at timestamptz not null,
    tried_at timestamptz,
    settled_at timestamptz,
    request_id text,
    error text,
    -- The version of the consent text it shows above a button that makes a member.
    consent text,
    unique (account, event)
);
create index reply_consent on reply (account, line_user_id) where consent is not null;
create index reply_pending on reply (created_at) where state in ('pending', 'trying');
create index reply_settled on reply (settled_at) where settled_at is not null;

-- What a campaign would do at one moment. summary is what `plan` printed; the digest covers it.
create table plan (
    id uuid primary key,
    digest text not null unique,
    campaign text not null,
    created_at timestamptz not null,
    fingerprint jsonb not null,
    summary jsonb not null
);
create index plan_campaign on plan (campaign, created_at);

-- One person of a plan: in (reason is null) or out. A personal body is sealed under the member's key, an equal one stands
-- in plan_body. Hashes of bodies are keyed, so that they tell nothing about a name after its owner was erased.
create table plan_person (
    plan uuid not null references plan (id),
    member uuid not null,
    account uuid,
    line_user_id text,
    reason text,
    body_hash bytea,
    sealed_body bytea,
    primary key (plan, member)
);
create index plan_person_body on plan_person (plan, body_hash, line_user_id) where reason is null;
create index plan_person_sealed on plan_person (plan) where sealed_body is not null;

create table plan_body (
    plan uuid not null references plan (id),
    hash bytea not null,
    messages text not null,
    primary key (plan, hash)
);

create table run (
    id uuid primary key,
    campaign text not null,
    plan uuid not null unique references plan (id),
    created_at timestamptz not null,
    actor_kind text not null,
    actor_id text not null
);
create index run_campaign on run (campaign, created_at);

-- The approved count of a run and what was taken from it: message N+1 does not leave. Paused and stopped here. A run is
-- preparing until all its deliveries and batches are written. A restored copy of the database has another install.epoch and
-- may not send what the original approved.
create table approval (
    run uuid primary key,
    epoch bigint not null,
    approved bigint not null,
    taken bigint not null default 0,
    state text not null check (state = 'preparing' or state = 'open' or state = 'paused' or state = 'done' or state = 'cancelled'),
    paused_because text,
    created_at timestamptz not null,
    changed_at timestamptz not null
);
create index approval_open on approval (state) where state = 'open';

-- The messages that several people of a run get, or one whose text tells nothing about her.
create table run_body (
    run uuid not null,
    hash bytea not null,
    messages text not null,
    primary key (run, hash)
);

-- One request to LINE. The retry key is here before the first byte leaves; from first_tried_at on the body is fixed and
-- body_hash is the keyed hash of its bytes. attempts counts the tries LINE may have accepted: one that it surely did not
-- (too fast, no connection) is taken off again, and only a batch without any may get another key.
create table batch (
    id uuid primary key,
    run uuid not null,
    account uuid not null,
    number bigint not null,
    kind text not null check (kind in ('multicast', 'push')),
    retry_key uuid not null unique,
    body_hash bytea not null,
    state text not null check (state = 'ready' or state = 'trying' or state = 'accepted' or state = 'refused' or state = 'unknown' or state = 'empty'),
    recipients bigint not null,
    attempts bigint not null default 0,
    first_tried_at timestamptz,
    next_at timestamptz not null,
    -- Since when LINE says that another delivery holds the month's messages reserved.
    reserved_since timestamptz,
    settled_at timestamptz,
    request_id text,
    error text,
    unique (run, number)
);
create index batch_due on batch (run, kind, next_at) where state in ('ready', 'trying');

create table delivery (
    member uuid not null,
    run uuid not null,
    account uuid not null,
    line_user_id text not null,
    batch uuid,
    body_hash bytea not null,
    sealed_body bytea,
    state text not null check (state = 'planned' or state = 'accepted' or state = 'refused' or state = 'skipped' or state = 'unknown'),
    reason text,
    at timestamptz not null,
    settled_at timestamptz,
    primary key (member, run)
);
create index delivery_run on delivery (run, state, reason);
create index delivery_settled on delivery (settled_at) where state = 'accepted';
create index delivery_batch on delivery (batch, line_user_id);
create index delivery_sealed on delivery (run) where sealed_body is not null;
