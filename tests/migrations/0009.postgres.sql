SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE DOMAIN public.blob AS bytea;
CREATE FUNCTION public.hex(a bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN upper(encode(a, 'hex'::text));
CREATE FUNCTION public.max(a bigint, b bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN GREATEST(a, b);
CREATE FUNCTION public.min(a bigint, b bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN LEAST(a, b);
CREATE FUNCTION public.promised_at(head bytea) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((('x'::text || encode(substr(head, 57, 8), 'hex'::text)))::bit(64))::bigint;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.accounts (
    account_id bytea NOT NULL,
    name_tag bytea NOT NULL,
    role integer NOT NULL,
    fp bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.accounts ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.acts (
    engagement_id bytea NOT NULL,
    number bigint NOT NULL,
    act bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.acts ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.acts_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.blob_chunks (
    blob_id bytea NOT NULL,
    start bigint NOT NULL,
    expires_at bigint NOT NULL,
    chunk bytea NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.blob_chunks ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.blob_chunks_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.blob_links (
    blob_id bytea NOT NULL,
    mailbox_id bytea NOT NULL,
    envelope_id bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.blob_links ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.blob_links_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.blobs (
    blob_id bytea NOT NULL,
    account_id bytea NOT NULL,
    state text NOT NULL,
    stored_bytes bigint NOT NULL,
    promised_at bigint NOT NULL,
    unlinked_expires_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.blobs ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.blobs_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.browser_offers (
    offer_id bytea NOT NULL,
    account_id bytea NOT NULL,
    proof_check bytea NOT NULL,
    box bytea NOT NULL,
    taken_by bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.browser_offers ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.browser_offers_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.codes (
    nameplate text NOT NULL,
    account_id bytea NOT NULL,
    subject bytea NOT NULL,
    proof_check bytea NOT NULL,
    box bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.codes ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.codes_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.door_memory (
    tag bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.door_memory ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.door_memory_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.engagements (
    engagement_id bytea NOT NULL,
    state text NOT NULL,
    notes_mailbox_id bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.engagements ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.engagements_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.happenings (
    account_id bytea NOT NULL,
    number bigint NOT NULL,
    kind integer NOT NULL,
    at bigint NOT NULL,
    method_id bytea NOT NULL,
    session_id bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.happenings ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.happenings_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.index_segments (
    mailbox_id bytea NOT NULL,
    day bigint NOT NULL,
    number bigint NOT NULL,
    version bigint NOT NULL,
    expires_at bigint NOT NULL,
    box bytea NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.index_segments ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.index_segments_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.invitations (
    invite_id bytea NOT NULL,
    kind integer NOT NULL,
    engagement_id bytea NOT NULL,
    redemption_key bytea NOT NULL,
    box bytea NOT NULL,
    policy bytea NOT NULL,
    act bytea NOT NULL,
    state text NOT NULL,
    used_at bigint NOT NULL,
    redeemed_hash bytea NOT NULL,
    answer bytea NOT NULL,
    acceptance bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.invitations ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.invitations_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.keeper_days (
    keeper_id bytea NOT NULL,
    day bigint NOT NULL,
    signed bytea NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.keeper_days ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.keeper_days_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.log_checkpoints (
    size bigint NOT NULL,
    note text NOT NULL,
    hash bytea NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.log_checkpoints ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.log_checkpoints_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.log_entries (
    "position" bigint NOT NULL,
    entry bytea NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.log_entries ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.log_entries_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.log_hashes (
    level bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.log_hashes ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.log_hashes_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mailbox_rows (
    mailbox_id bytea NOT NULL,
    "position" bigint NOT NULL,
    envelope_id bytea NOT NULL,
    received_day bigint NOT NULL,
    expires_at bigint NOT NULL,
    shortened integer NOT NULL,
    reason integer NOT NULL,
    raw bytea,
    acknowledged integer DEFAULT 0 NOT NULL,
    twin_id bytea,
    rowid bigint NOT NULL
);
ALTER TABLE public.mailbox_rows ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.mailbox_rows_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.mailboxes (
    mailbox_id bytea NOT NULL,
    engagement_id bytea NOT NULL,
    account_id bytea NOT NULL,
    role integer NOT NULL,
    address text NOT NULL,
    cursor bigint NOT NULL,
    stored_bytes bigint NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.mailboxes ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.mailboxes_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.members (
    engagement_id bytea NOT NULL,
    role bigint NOT NULL,
    account_id bytea NOT NULL,
    mailbox_id bytea NOT NULL,
    fp bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.members ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.members_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.methods (
    account_id bytea NOT NULL,
    method_id bytea NOT NULL,
    sealed bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.methods ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.methods_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.notes (
    name text NOT NULL,
    value bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.notes ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.notes_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.notice_channels (
    account_id bytea NOT NULL,
    number bytea NOT NULL,
    sealed bytea NOT NULL,
    state text NOT NULL,
    timing text NOT NULL,
    warnings integer NOT NULL,
    hour integer NOT NULL,
    quiet_from integer NOT NULL,
    quiet_until integer NOT NULL,
    offset_minutes integer NOT NULL,
    code_tag bytea NOT NULL,
    code_expires_at bigint NOT NULL,
    pending integer NOT NULL,
    arrivals bigint NOT NULL,
    due_at bigint NOT NULL,
    attempts integer NOT NULL,
    sent bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.notice_channels ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.notice_channels_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.policies (
    engagement_id bytea NOT NULL,
    number bigint NOT NULL,
    policy bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.policies ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.policies_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.proposals (
    engagement_id bytea NOT NULL,
    role bigint NOT NULL,
    act bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.proposals ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.proposals_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.queued_revokes (
    keeper_id bytea NOT NULL,
    request bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.queued_revokes ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.queued_revokes_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.receipt_leaves (
    "position" bigint NOT NULL,
    account_id bytea NOT NULL,
    mailbox_id bytea NOT NULL,
    number bigint NOT NULL,
    nonce bytea NOT NULL,
    envelope_id bytea NOT NULL,
    envelope_hash bytea NOT NULL,
    due_at bigint NOT NULL,
    promised_at bigint NOT NULL,
    blob_ids bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
CREATE SEQUENCE public.receipt_leaves_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.receipt_leaves_position_seq OWNED BY public.receipt_leaves."position";
ALTER TABLE public.receipt_leaves ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.receipt_leaves_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.receipts (
    "position" bigint NOT NULL,
    account_id bytea NOT NULL,
    mailbox_id bytea NOT NULL,
    number bigint NOT NULL,
    kind integer NOT NULL,
    receipt text NOT NULL,
    hash bytea NOT NULL,
    day bigint NOT NULL,
    batch_index bigint NOT NULL,
    batch_path bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
CREATE SEQUENCE public.receipts_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.receipts_position_seq OWNED BY public.receipts."position";
ALTER TABLE public.receipts ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.receipts_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.releases (
    mailbox_id bytea NOT NULL,
    envelope_id bytea NOT NULL,
    act_number bigint NOT NULL,
    not_before bigint NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.releases ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.releases_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.reopenings (
    engagement_id bytea NOT NULL,
    invite_id bytea NOT NULL,
    state text NOT NULL,
    opened_at bigint NOT NULL,
    former_account_id bytea NOT NULL,
    former_mailbox_id bytea NOT NULL,
    account_id bytea NOT NULL,
    claim bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.reopenings ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reopenings_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.rules (
    rule_id bytea NOT NULL,
    mailbox_id bytea NOT NULL,
    account_id bytea NOT NULL,
    sender_id bytea NOT NULL,
    address text NOT NULL,
    state text NOT NULL,
    token_tag bytea NOT NULL,
    token_expires_at bigint NOT NULL,
    token_used integer NOT NULL,
    bearers bytea NOT NULL,
    first_mails integer NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.rules ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rules_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.senders (
    sender_id bytea NOT NULL,
    account_id bytea NOT NULL,
    address_tag bytea NOT NULL,
    state text NOT NULL,
    code_tag bytea NOT NULL,
    code_expires_at bigint NOT NULL,
    added_on bigint NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.senders ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.senders_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.sessions (
    token_tag bytea NOT NULL,
    account_id bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.sessions ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sessions_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.slots (
    engagement_id bytea NOT NULL,
    mailbox_id bytea NOT NULL,
    link_id bytea NOT NULL,
    reader_key bytea NOT NULL,
    digits_tag bytea NOT NULL,
    opened_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.slots ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.slots_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.spoken_runs (
    engagement_id bytea NOT NULL,
    commitment bytea NOT NULL,
    client_random bytea NOT NULL,
    coach_random bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.spoken_runs ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.spoken_runs_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.statements (
    account_id bytea NOT NULL,
    number bigint NOT NULL,
    statement bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.statements ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.statements_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.vault_items (
    account_id bytea NOT NULL,
    name text NOT NULL,
    version bigint NOT NULL,
    box bytea NOT NULL,
    expires_at bigint NOT NULL,
    rowid bigint NOT NULL
);
ALTER TABLE public.vault_items ALTER COLUMN rowid ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.vault_items_rowid_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.receipt_leaves ALTER COLUMN "position" SET DEFAULT nextval('public.receipt_leaves_position_seq'::regclass);
ALTER TABLE ONLY public.receipts ALTER COLUMN "position" SET DEFAULT nextval('public.receipts_position_seq'::regclass);
INSERT INTO public.accounts OVERRIDING SYSTEM VALUE VALUES ('\x5c73051f4c9fc13d44a08fb3571147ef', '\x5c940aa37f3b78880f589602544f3460', 1, '\x8b4d9234cbc7c4ad5f8a524bda457e1f204b41677776f0a666394e3ba2906706', 1869120000, 1);
INSERT INTO public.accounts OVERRIDING SYSTEM VALUE VALUES ('\xf739dfe436b9078da7ed44d31d6952a2', '\xbd5ba7a96a2adf0d377ab88d6970317c', 2, '\xc1d714119b445bede24414dbf9d21e7a4646be133da1b03a9580d092c22855f3', 1869120000, 2);
INSERT INTO public.acts OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', 1, '\x6163742031207369676e656420627920626f7468', 1834560000, 1);
INSERT INTO public.acts OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', 2, '\x6163742032', 1834560000, 2);
INSERT INTO public.alembic_version VALUES ('0009');
INSERT INTO public.blob_chunks OVERRIDING SYSTEM VALUE VALUES ('\x1161d20c69d71be334bd45ffc45aad240203fe4ec35044e491e6756fdd1dcac1', 0, 1834559999, '\x3132333435', 1);
INSERT INTO public.blob_links OVERRIDING SYSTEM VALUE VALUES ('\x1161d20c69d71be334bd45ffc45aad240203fe4ec35044e491e6756fdd1dcac1', '\x9146a9cb8f8f461253ed792e6731efff', '\x95262ecefbeae883e69aa4a8501bd4c1', 1834559999, 1);
INSERT INTO public.blobs OVERRIDING SYSTEM VALUE VALUES ('\x1161d20c69d71be334bd45ffc45aad240203fe4ec35044e491e6756fdd1dcac1', '\x5c73051f4c9fc13d44a08fb3571147ef', 'linked', 5, 1834559999, 1800086400, 1834559999, 1);
INSERT INTO public.door_memory OVERRIDING SYSTEM VALUE VALUES ('\xef012cb5d92b651014fa6d9c3118eca56a41f923e94b7242d1fd743e0c7fb9cf', 1800003600, 1);
INSERT INTO public.engagements OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', 'active', '\x9003c112e996f20c55a73e392a2a5d5e', 1834560000, 1);
INSERT INTO public.invitations OVERRIDING SYSTEM VALUE VALUES ('\x919c5e7acbc4158e746d19c2ccea26af', 2, '\x00000000000000000000000000000000', '\x09af05793e2a3ce037a8a8dc2ca8c746646643a194913a6d3418da942b348940', '\x', '\x', '\x', 'used', 1800000000, '\xbc4f767e2fea3c760f95b5d153016dab0384cef89fcd1701e5fdc00b663e6f57', '\x7b22616e73776572223a317d', '\x', 1801209600, 1);
INSERT INTO public.invitations OVERRIDING SYSTEM VALUE VALUES ('\x12a2af2b30f436b40677c9b2a89a86ff', 1, '\x9897e63ca2b507c425ff2b453f69da51', '\x631cd513f659d55b8d83949a427278aaddc5d1a9db786382d0e93c3827547042', '\x', '\x706f6c6963792031', '\x6163742031', 'used', 1800000000, '\x97d69a47ce20f07801cf4338c3e0189fb30306ddd5b7e4c70dbb486462157cb6', '\x7b22616e73776572223a317d', '\x7365616c656420616363657074616e6365', 1834560000, 2);
INSERT INTO public.keeper_days OVERRIDING SYSTEM VALUE VALUES ('\xf675d6b78c8843bd5ea0c49105bbfc60', 20000, '\x7369676e656420646179', 1);
INSERT INTO public.mailbox_rows OVERRIDING SYSTEM VALUE VALUES ('\x9ce02a87d38484dfb896b4f3d41270e3', 3, '\x95262ecefbeae883e69aa4a8501bd4c1', 20833, 1834560000, 0, 3, NULL, 0, NULL, 1);
INSERT INTO public.mailbox_rows OVERRIDING SYSTEM VALUE VALUES ('\x9146a9cb8f8f461253ed792e6731efff', 1, '\x95262ecefbeae883e69aa4a8501bd4c1', 20833, 1834559999, 0, 0, '\xa19e6a1b20f3969efd06052c0991b0026e6b4ba9469ea5d4f257e0bffff152fc756d9bc017d96105', 0, NULL, 2);
INSERT INTO public.mailbox_rows OVERRIDING SYSTEM VALUE VALUES ('\x9ce02a87d38484dfb896b4f3d41270e3', 2, '\x41d8e2a4db5dc0c81ae2a04fbfaa66c3', 20833, 1834559999, 0, 0, '\xcd1d3aca3a389b9ca175108ec72d8fe987f22c2db563ec6ea0be88944f1b3161d8ee7481f54d137c', 0, NULL, 3);
INSERT INTO public.mailboxes OVERRIDING SYSTEM VALUE VALUES ('\x9ce02a87d38484dfb896b4f3d41270e3', '\x9897e63ca2b507c425ff2b453f69da51', '\x5c73051f4c9fc13d44a08fb3571147ef', 1, '9ce02a87d38484dfb896', 3, 40, 1834560000, 1);
INSERT INTO public.mailboxes OVERRIDING SYSTEM VALUE VALUES ('\x9003c112e996f20c55a73e392a2a5d5e', '\x9897e63ca2b507c425ff2b453f69da51', '\x5c73051f4c9fc13d44a08fb3571147ef', 4, '9003c112e996f20c55a7', 0, 0, 1834560000, 2);
INSERT INTO public.mailboxes OVERRIDING SYSTEM VALUE VALUES ('\x9146a9cb8f8f461253ed792e6731efff', '\x9897e63ca2b507c425ff2b453f69da51', '\xf739dfe436b9078da7ed44d31d6952a2', 2, '9146a9cb8f8f461253ed', 1, 40, 1834560000, 3);
INSERT INTO public.members OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', 1, '\x5c73051f4c9fc13d44a08fb3571147ef', '\x9ce02a87d38484dfb896b4f3d41270e3', '\x8b4d9234cbc7c4ad5f8a524bda457e1f204b41677776f0a666394e3ba2906706', 1834560000, 1);
INSERT INTO public.members OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', 2, '\xf739dfe436b9078da7ed44d31d6952a2', '\x9146a9cb8f8f461253ed792e6731efff', '\xc1d714119b445bede24414dbf9d21e7a4646be133da1b03a9580d092c22855f3', 1834560000, 2);
INSERT INTO public.methods OVERRIDING SYSTEM VALUE VALUES ('\x5c73051f4c9fc13d44a08fb3571147ef', '\xa3a8b2e0b4142d2b7ef3e64381c595e7', '\x7365616c6564206d6574686f64', 1869120000, 1);
INSERT INTO public.methods OVERRIDING SYSTEM VALUE VALUES ('\xf739dfe436b9078da7ed44d31d6952a2', '\xcb37799f34d3567227a1c174bb43a1b1', '\x7365616c6564206d6574686f64', 1869120000, 2);
INSERT INTO public.notes OVERRIDING SYSTEM VALUE VALUES ('last_sweep_at', 1800000000, 2);
INSERT INTO public.notice_channels OVERRIDING SYSTEM VALUE VALUES ('\xf739dfe436b9078da7ed44d31d6952a2', '\x0001020304050607', '\x7365616c656420776f726473', 'confirmed', 'at-once', 1, 8, 22, 7, 60, '\x', 0, 1, 3, 1800000600, 0, '\x000000006b49aaf0', 1869120000, 1);
INSERT INTO public.policies OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', 1, '\x706f6c6963792031', 1834560000, 1);
INSERT INTO public.queued_revokes OVERRIDING SYSTEM VALUE VALUES ('\xf675d6b78c8843bd5ea0c49105bbfc60', '\x72657175657374', 1800086400, 1);
INSERT INTO public.rules OVERRIDING SYSTEM VALUE VALUES ('\x32920693b97ab0e0fc6a8c62f9a82b1d', '\x9146a9cb8f8f461253ed792e6731efff', '\xf739dfe436b9078da7ed44d31d6952a2', '\x8f4cca44b13cb417a954f3e541b30926', 'postaddress', 'waiting', '\x', 0, 0, '\x', 0, 1800086400, 1);
INSERT INTO public.senders OVERRIDING SYSTEM VALUE VALUES ('\x8f4cca44b13cb417a954f3e541b30926', '\xf739dfe436b9078da7ed44d31d6952a2', '\x3712e57f0f1801cfa6e9fecf520218270b1f453b61195614be5bbcd29c338ff2', 'confirmed', '\x', 1800000900, 1800000000, 1834560000, 1);
INSERT INTO public.sessions OVERRIDING SYSTEM VALUE VALUES ('\x64ab2392880a5a69853a11ad7f236ea6a947d246dc515b7ad648e0a390dca41b', '\x5c73051f4c9fc13d44a08fb3571147ef', 1800001000, 1);
INSERT INTO public.spoken_runs OVERRIDING SYSTEM VALUE VALUES ('\x9897e63ca2b507c425ff2b453f69da51', '\x6363636363636363636363636363636363636363636363636363636363636363', '\x3232323232323232323232323232323232323232323232323232323232323232', '\x', 1834560000, 1);
INSERT INTO public.statements OVERRIDING SYSTEM VALUE VALUES ('\x5c73051f4c9fc13d44a08fb3571147ef', 1, '\x616e6e612073746174656d656e742031', 1869120000, 1);
INSERT INTO public.statements OVERRIDING SYSTEM VALUE VALUES ('\xf739dfe436b9078da7ed44d31d6952a2', 1, '\x6d6179612073746174656d656e742031', 1869120000, 2);
INSERT INTO public.vault_items OVERRIDING SYSTEM VALUE VALUES ('\x5c73051f4c9fc13d44a08fb3571147ef', 'identity', 1, '\x7365616c65642073656564', 1869120000, 1);
INSERT INTO public.vault_items OVERRIDING SYSTEM VALUE VALUES ('\xf739dfe436b9078da7ed44d31d6952a2', 'identity', 1, '\x7365616c65642073656564', 1869120000, 2);
SELECT pg_catalog.setval('public.accounts_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.acts_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.blob_chunks_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.blob_links_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.blobs_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.browser_offers_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.codes_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.door_memory_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.engagements_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.happenings_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.index_segments_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.invitations_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.keeper_days_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.log_checkpoints_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.log_entries_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.log_hashes_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.mailbox_rows_rowid_seq', 3, true);
SELECT pg_catalog.setval('public.mailboxes_rowid_seq', 3, true);
SELECT pg_catalog.setval('public.members_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.methods_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.notes_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.notice_channels_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.policies_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.proposals_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.queued_revokes_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.receipt_leaves_position_seq', 1, false);
SELECT pg_catalog.setval('public.receipt_leaves_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.receipts_position_seq', 1, false);
SELECT pg_catalog.setval('public.receipts_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.releases_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.reopenings_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.rules_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.senders_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.sessions_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.slots_rowid_seq', 1, false);
SELECT pg_catalog.setval('public.spoken_runs_rowid_seq', 1, true);
SELECT pg_catalog.setval('public.statements_rowid_seq', 2, true);
SELECT pg_catalog.setval('public.vault_items_rowid_seq', 2, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (account_id);
ALTER TABLE ONLY public.acts
    ADD CONSTRAINT pk_acts PRIMARY KEY (engagement_id, number);
ALTER TABLE ONLY public.blob_chunks
    ADD CONSTRAINT pk_blob_chunks PRIMARY KEY (blob_id, start);
ALTER TABLE ONLY public.blob_links
    ADD CONSTRAINT pk_blob_links PRIMARY KEY (blob_id, mailbox_id, envelope_id);
ALTER TABLE ONLY public.blobs
    ADD CONSTRAINT pk_blobs PRIMARY KEY (blob_id);
ALTER TABLE ONLY public.browser_offers
    ADD CONSTRAINT pk_browser_offers PRIMARY KEY (offer_id);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT pk_codes PRIMARY KEY (nameplate);
ALTER TABLE ONLY public.door_memory
    ADD CONSTRAINT pk_door_memory PRIMARY KEY (tag);
ALTER TABLE ONLY public.engagements
    ADD CONSTRAINT pk_engagements PRIMARY KEY (engagement_id);
ALTER TABLE ONLY public.happenings
    ADD CONSTRAINT pk_happenings PRIMARY KEY (account_id, number);
ALTER TABLE ONLY public.index_segments
    ADD CONSTRAINT pk_index_segments PRIMARY KEY (mailbox_id, day, number);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (invite_id);
ALTER TABLE ONLY public.keeper_days
    ADD CONSTRAINT pk_keeper_days PRIMARY KEY (keeper_id, day);
ALTER TABLE ONLY public.log_checkpoints
    ADD CONSTRAINT pk_log_checkpoints PRIMARY KEY (size);
ALTER TABLE ONLY public.log_entries
    ADD CONSTRAINT pk_log_entries PRIMARY KEY ("position");
ALTER TABLE ONLY public.log_hashes
    ADD CONSTRAINT pk_log_hashes PRIMARY KEY (level, number);
ALTER TABLE ONLY public.mailbox_rows
    ADD CONSTRAINT pk_mailbox_rows PRIMARY KEY (mailbox_id, "position");
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT pk_mailboxes PRIMARY KEY (mailbox_id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT pk_members PRIMARY KEY (engagement_id, role);
ALTER TABLE ONLY public.methods
    ADD CONSTRAINT pk_methods PRIMARY KEY (account_id, method_id);
ALTER TABLE ONLY public.notes
    ADD CONSTRAINT pk_notes PRIMARY KEY (name);
ALTER TABLE ONLY public.notice_channels
    ADD CONSTRAINT pk_notice_channels PRIMARY KEY (account_id);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT pk_policies PRIMARY KEY (engagement_id, number);
ALTER TABLE ONLY public.proposals
    ADD CONSTRAINT pk_proposals PRIMARY KEY (engagement_id, role);
ALTER TABLE ONLY public.queued_revokes
    ADD CONSTRAINT pk_queued_revokes PRIMARY KEY (keeper_id, request);
ALTER TABLE ONLY public.receipt_leaves
    ADD CONSTRAINT pk_receipt_leaves PRIMARY KEY ("position");
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT pk_receipts PRIMARY KEY ("position");
ALTER TABLE ONLY public.releases
    ADD CONSTRAINT pk_releases PRIMARY KEY (mailbox_id, envelope_id);
ALTER TABLE ONLY public.reopenings
    ADD CONSTRAINT pk_reopenings PRIMARY KEY (engagement_id);
ALTER TABLE ONLY public.rules
    ADD CONSTRAINT pk_rules PRIMARY KEY (rule_id);
ALTER TABLE ONLY public.senders
    ADD CONSTRAINT pk_senders PRIMARY KEY (sender_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (token_tag);
ALTER TABLE ONLY public.slots
    ADD CONSTRAINT pk_slots PRIMARY KEY (engagement_id);
ALTER TABLE ONLY public.spoken_runs
    ADD CONSTRAINT pk_spoken_runs PRIMARY KEY (engagement_id);
ALTER TABLE ONLY public.statements
    ADD CONSTRAINT pk_statements PRIMARY KEY (account_id, number);
ALTER TABLE ONLY public.vault_items
    ADD CONSTRAINT pk_vault_items PRIMARY KEY (account_id, name);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT uq_codes_subject UNIQUE (subject);
ALTER TABLE ONLY public.mailbox_rows
    ADD CONSTRAINT uq_mailbox_rows_mailbox_id_envelope_id UNIQUE (mailbox_id, envelope_id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT uq_receipts_mailbox_id_number UNIQUE (mailbox_id, number);
ALTER TABLE ONLY public.slots
    ADD CONSTRAINT uq_slots_link_id UNIQUE (link_id);
CREATE INDEX ix_accounts_expires_at ON public.accounts USING btree (expires_at);
CREATE INDEX ix_accounts_name_tag ON public.accounts USING btree (name_tag);
CREATE INDEX ix_accounts_rowid ON public.accounts USING btree (rowid);
CREATE INDEX ix_acts_expires_at ON public.acts USING btree (expires_at);
CREATE INDEX ix_acts_rowid ON public.acts USING btree (rowid);
CREATE INDEX ix_blob_chunks_rowid ON public.blob_chunks USING btree (rowid);
CREATE INDEX ix_blob_links_mailbox_id_envelope_id ON public.blob_links USING btree (mailbox_id, envelope_id);
CREATE INDEX ix_blob_links_rowid ON public.blob_links USING btree (rowid);
CREATE INDEX ix_blobs_account_id ON public.blobs USING btree (account_id);
CREATE INDEX ix_blobs_expires_at ON public.blobs USING btree (expires_at);
CREATE INDEX ix_blobs_rowid ON public.blobs USING btree (rowid);
CREATE INDEX ix_browser_offers_account_id ON public.browser_offers USING btree (account_id);
CREATE INDEX ix_browser_offers_expires_at ON public.browser_offers USING btree (expires_at);
CREATE INDEX ix_browser_offers_rowid ON public.browser_offers USING btree (rowid);
CREATE INDEX ix_codes_account_id ON public.codes USING btree (account_id);
CREATE INDEX ix_codes_expires_at ON public.codes USING btree (expires_at);
CREATE INDEX ix_codes_rowid ON public.codes USING btree (rowid);
CREATE INDEX ix_door_memory_expires_at ON public.door_memory USING btree (expires_at);
CREATE INDEX ix_door_memory_rowid ON public.door_memory USING btree (rowid);
CREATE INDEX ix_engagements_expires_at ON public.engagements USING btree (expires_at);
CREATE INDEX ix_engagements_rowid ON public.engagements USING btree (rowid);
CREATE INDEX ix_happenings_expires_at ON public.happenings USING btree (expires_at);
CREATE INDEX ix_happenings_rowid ON public.happenings USING btree (rowid);
CREATE INDEX ix_index_segments_expires_at ON public.index_segments USING btree (expires_at);
CREATE INDEX ix_index_segments_rowid ON public.index_segments USING btree (rowid);
CREATE INDEX ix_invitations_engagement_id ON public.invitations USING btree (engagement_id);
CREATE INDEX ix_invitations_expires_at ON public.invitations USING btree (expires_at);
CREATE INDEX ix_invitations_rowid ON public.invitations USING btree (rowid);
CREATE INDEX ix_keeper_days_rowid ON public.keeper_days USING btree (rowid);
CREATE INDEX ix_log_checkpoints_hash ON public.log_checkpoints USING btree (hash);
CREATE INDEX ix_log_checkpoints_rowid ON public.log_checkpoints USING btree (rowid);
CREATE INDEX ix_log_entries_rowid ON public.log_entries USING btree (rowid);
CREATE INDEX ix_log_hashes_rowid ON public.log_hashes USING btree (rowid);
CREATE INDEX ix_mailbox_rows_expires_at_reason ON public.mailbox_rows USING btree (expires_at, reason);
CREATE INDEX ix_mailboxes_account_id ON public.mailboxes USING btree (account_id);
CREATE INDEX ix_mailboxes_address ON public.mailboxes USING btree (address);
CREATE INDEX ix_mailboxes_engagement_id ON public.mailboxes USING btree (engagement_id);
CREATE INDEX ix_mailboxes_expires_at ON public.mailboxes USING btree (expires_at);
CREATE INDEX ix_mailboxes_rowid ON public.mailboxes USING btree (rowid);
CREATE INDEX ix_members_account_id ON public.members USING btree (account_id);
CREATE INDEX ix_members_expires_at ON public.members USING btree (expires_at);
CREATE INDEX ix_members_rowid ON public.members USING btree (rowid);
CREATE INDEX ix_methods_expires_at ON public.methods USING btree (expires_at);
CREATE INDEX ix_methods_rowid ON public.methods USING btree (rowid);
CREATE INDEX ix_notes_rowid ON public.notes USING btree (rowid);
CREATE INDEX ix_notice_channels_due_at ON public.notice_channels USING btree (due_at);
CREATE INDEX ix_notice_channels_expires_at ON public.notice_channels USING btree (expires_at);
CREATE INDEX ix_notice_channels_number ON public.notice_channels USING btree (number);
CREATE INDEX ix_notice_channels_rowid ON public.notice_channels USING btree (rowid);
CREATE INDEX ix_policies_expires_at ON public.policies USING btree (expires_at);
CREATE INDEX ix_policies_rowid ON public.policies USING btree (rowid);
CREATE INDEX ix_proposals_expires_at ON public.proposals USING btree (expires_at);
CREATE INDEX ix_proposals_rowid ON public.proposals USING btree (rowid);
CREATE INDEX ix_queued_revokes_expires_at ON public.queued_revokes USING btree (expires_at);
CREATE INDEX ix_queued_revokes_rowid ON public.queued_revokes USING btree (rowid);
CREATE INDEX ix_receipt_leaves_account_id ON public.receipt_leaves USING btree (account_id);
CREATE INDEX ix_receipt_leaves_expires_at ON public.receipt_leaves USING btree (expires_at);
CREATE INDEX ix_receipt_leaves_number_mailbox_id ON public.receipt_leaves USING btree (number, mailbox_id);
CREATE INDEX ix_receipt_leaves_rowid ON public.receipt_leaves USING btree (rowid);
CREATE INDEX ix_receipts_account_id_position ON public.receipts USING btree (account_id, "position");
CREATE INDEX ix_receipts_batch_index_day ON public.receipts USING btree (batch_index, day);
CREATE INDEX ix_receipts_expires_at ON public.receipts USING btree (expires_at);
CREATE INDEX ix_receipts_rowid ON public.receipts USING btree (rowid);
CREATE INDEX ix_releases_expires_at ON public.releases USING btree (expires_at);
CREATE INDEX ix_releases_rowid ON public.releases USING btree (rowid);
CREATE INDEX ix_reopenings_account_id ON public.reopenings USING btree (account_id);
CREATE INDEX ix_reopenings_expires_at ON public.reopenings USING btree (expires_at);
CREATE INDEX ix_reopenings_former_account_id ON public.reopenings USING btree (former_account_id);
CREATE INDEX ix_reopenings_rowid ON public.reopenings USING btree (rowid);
CREATE INDEX ix_rules_account_id ON public.rules USING btree (account_id);
CREATE INDEX ix_rules_address ON public.rules USING btree (address);
CREATE INDEX ix_rules_expires_at ON public.rules USING btree (expires_at);
CREATE INDEX ix_rules_mailbox_id ON public.rules USING btree (mailbox_id);
CREATE INDEX ix_rules_rowid ON public.rules USING btree (rowid);
CREATE INDEX ix_rules_sender_id ON public.rules USING btree (sender_id);
CREATE INDEX ix_senders_account_id ON public.senders USING btree (account_id);
CREATE INDEX ix_senders_expires_at ON public.senders USING btree (expires_at);
CREATE INDEX ix_senders_rowid ON public.senders USING btree (rowid);
CREATE INDEX ix_sessions_account_id ON public.sessions USING btree (account_id);
CREATE INDEX ix_sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX ix_sessions_rowid ON public.sessions USING btree (rowid);
CREATE INDEX ix_slots_expires_at ON public.slots USING btree (expires_at);
CREATE INDEX ix_slots_rowid ON public.slots USING btree (rowid);
CREATE INDEX ix_spoken_runs_expires_at ON public.spoken_runs USING btree (expires_at);
CREATE INDEX ix_spoken_runs_rowid ON public.spoken_runs USING btree (rowid);
CREATE INDEX ix_statements_expires_at ON public.statements USING btree (expires_at);
CREATE INDEX ix_statements_rowid ON public.statements USING btree (rowid);
CREATE INDEX ix_vault_items_expires_at ON public.vault_items USING btree (expires_at);
CREATE INDEX ix_vault_items_rowid ON public.vault_items USING btree (rowid);
ALTER TABLE ONLY public.acts
    ADD CONSTRAINT fk_acts_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.blob_chunks
    ADD CONSTRAINT fk_blob_chunks_blob_id FOREIGN KEY (blob_id) REFERENCES public.blobs(blob_id);
ALTER TABLE ONLY public.blob_links
    ADD CONSTRAINT fk_blob_links_blob_id FOREIGN KEY (blob_id) REFERENCES public.blobs(blob_id);
ALTER TABLE ONLY public.blob_links
    ADD CONSTRAINT fk_blob_links_mailbox_id_envelope_id FOREIGN KEY (mailbox_id, envelope_id) REFERENCES public.mailbox_rows(mailbox_id, envelope_id);
ALTER TABLE ONLY public.browser_offers
    ADD CONSTRAINT fk_browser_offers_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT fk_codes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.happenings
    ADD CONSTRAINT fk_happenings_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.index_segments
    ADD CONSTRAINT fk_index_segments_mailbox_id FOREIGN KEY (mailbox_id) REFERENCES public.mailboxes(mailbox_id);
ALTER TABLE ONLY public.mailbox_rows
    ADD CONSTRAINT fk_mailbox_rows_mailbox_id FOREIGN KEY (mailbox_id) REFERENCES public.mailboxes(mailbox_id);
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT fk_mailboxes_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.mailboxes
    ADD CONSTRAINT fk_mailboxes_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT fk_members_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT fk_members_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.methods
    ADD CONSTRAINT fk_methods_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.notice_channels
    ADD CONSTRAINT fk_notice_channels_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT fk_policies_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.proposals
    ADD CONSTRAINT fk_proposals_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.receipt_leaves
    ADD CONSTRAINT fk_receipt_leaves_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT fk_receipts_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.releases
    ADD CONSTRAINT fk_releases_mailbox_id FOREIGN KEY (mailbox_id) REFERENCES public.mailboxes(mailbox_id);
ALTER TABLE ONLY public.reopenings
    ADD CONSTRAINT fk_reopenings_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.rules
    ADD CONSTRAINT fk_rules_mailbox_id FOREIGN KEY (mailbox_id) REFERENCES public.mailboxes(mailbox_id);
ALTER TABLE ONLY public.rules
    ADD CONSTRAINT fk_rules_sender_id FOREIGN KEY (sender_id) REFERENCES public.senders(sender_id);
ALTER TABLE ONLY public.senders
    ADD CONSTRAINT fk_senders_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.slots
    ADD CONSTRAINT fk_slots_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.slots
    ADD CONSTRAINT fk_slots_mailbox_id FOREIGN KEY (mailbox_id) REFERENCES public.mailboxes(mailbox_id);
ALTER TABLE ONLY public.spoken_runs
    ADD CONSTRAINT fk_spoken_runs_engagement_id FOREIGN KEY (engagement_id) REFERENCES public.engagements(engagement_id);
ALTER TABLE ONLY public.statements
    ADD CONSTRAINT fk_statements_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
ALTER TABLE ONLY public.vault_items
    ADD CONSTRAINT fk_vault_items_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);
