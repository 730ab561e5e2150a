BEGIN TRANSACTION;
CREATE TABLE accounts (
	account_id BLOB NOT NULL, 
	name_tag BLOB NOT NULL, 
	role INTEGER NOT NULL, 
	fp BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (account_id)
);
INSERT INTO "accounts" VALUES(X'5C73051F4C9FC13D44A08FB3571147EF',X'5C940AA37F3B78880F589602544F3460',1,X'8B4D9234CBC7C4AD5F8A524BDA457E1F204B41677776F0A666394E3BA2906706',1869120000);
INSERT INTO "accounts" VALUES(X'F739DFE436B9078DA7ED44D31D6952A2',X'BD5BA7A96A2ADF0D377AB88D6970317C',2,X'C1D714119B445BEDE24414DBF9D21E7A4646BE133DA1B03A9580D092C22855F3',1869120000);
CREATE TABLE acts (
	engagement_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	act BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_acts PRIMARY KEY (engagement_id, number), 
	CONSTRAINT fk_acts_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
INSERT INTO "acts" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',1,X'6163742031207369676E656420627920626F7468',1834560000);
INSERT INTO "acts" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',2,X'6163742032',1834560000);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0012');
CREATE TABLE blob_chunks (
	blob_id BLOB NOT NULL, 
	start BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	chunk BLOB NOT NULL, 
	CONSTRAINT pk_blob_chunks PRIMARY KEY (blob_id, start), 
	CONSTRAINT fk_blob_chunks_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (blob_id)
);
INSERT INTO "blob_chunks" VALUES(X'1161D20C69D71BE334BD45FFC45AAD240203FE4EC35044E491E6756FDD1DCAC1',0,1834559999,X'3132333435');
CREATE TABLE blob_links (
	blob_id BLOB NOT NULL, 
	mailbox_id BLOB NOT NULL, 
	envelope_id BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_blob_links PRIMARY KEY (blob_id, mailbox_id, envelope_id), 
	CONSTRAINT fk_blob_links_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (blob_id), 
	CONSTRAINT fk_blob_links_mailbox_id_envelope_id FOREIGN KEY(mailbox_id, envelope_id) REFERENCES mailbox_rows (mailbox_id, envelope_id)
);
INSERT INTO "blob_links" VALUES(X'1161D20C69D71BE334BD45FFC45AAD240203FE4EC35044E491E6756FDD1DCAC1',X'9146A9CB8F8F461253ED792E6731EFFF',X'95262ECEFBEAE883E69AA4A8501BD4C1',1834559999);
CREATE TABLE blob_objects (
	blob_id BLOB NOT NULL, 
	start BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	day BIGINT NOT NULL, 
	name BLOB NOT NULL, 
	stored_bytes BIGINT NOT NULL, 
	CONSTRAINT pk_blob_objects PRIMARY KEY (blob_id, start), 
	CONSTRAINT fk_blob_objects_blob_id FOREIGN KEY(blob_id) REFERENCES blobs (blob_id)
);
CREATE TABLE blobs (
	blob_id BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	state TEXT NOT NULL, 
	stored_bytes BIGINT NOT NULL, 
	promised_at BIGINT NOT NULL, 
	unlinked_expires_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_blobs PRIMARY KEY (blob_id)
);
INSERT INTO "blobs" VALUES(X'1161D20C69D71BE334BD45FFC45AAD240203FE4EC35044E491E6756FDD1DCAC1',X'5C73051F4C9FC13D44A08FB3571147EF','linked',5,1834559999,1800086400,1834559999);
CREATE TABLE browser_offers (
	offer_id BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	proof_check BLOB NOT NULL, 
	box BLOB NOT NULL, 
	taken_by BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_browser_offers PRIMARY KEY (offer_id), 
	CONSTRAINT fk_browser_offers_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE TABLE codes (
	nameplate TEXT NOT NULL, 
	account_id BLOB NOT NULL, 
	subject BLOB NOT NULL, 
	proof_check BLOB NOT NULL, 
	box BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_codes PRIMARY KEY (nameplate), 
	CONSTRAINT fk_codes_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id), 
	CONSTRAINT uq_codes_subject UNIQUE (subject)
);
CREATE TABLE door_memory (
	tag BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_door_memory PRIMARY KEY (tag)
);
INSERT INTO "door_memory" VALUES(X'EF012CB5D92B651014FA6D9C3118ECA56A41F923E94B7242D1FD743E0C7FB9CF',1800003600);
CREATE TABLE engagements (
	engagement_id BLOB NOT NULL, 
	state TEXT NOT NULL, 
	notes_mailbox_id BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_engagements PRIMARY KEY (engagement_id)
);
INSERT INTO "engagements" VALUES(X'9897E63CA2B507C425FF2B453F69DA51','active',X'9003C112E996F20C55A73E392A2A5D5E',1834560000);
CREATE TABLE happenings (
	account_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	kind INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	method_id BLOB NOT NULL, 
	session_id BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_happenings PRIMARY KEY (account_id, number), 
	CONSTRAINT fk_happenings_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE TABLE index_segments (
	mailbox_id BLOB NOT NULL, 
	day BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	box BLOB NOT NULL, 
	CONSTRAINT pk_index_segments PRIMARY KEY (mailbox_id, day, number), 
	CONSTRAINT fk_index_segments_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailboxes (mailbox_id)
);
CREATE TABLE invitations (
	invite_id BLOB NOT NULL, 
	kind INTEGER NOT NULL, 
	engagement_id BLOB NOT NULL, 
	redemption_key BLOB NOT NULL, 
	box BLOB NOT NULL, 
	policy BLOB NOT NULL, 
	act BLOB NOT NULL, 
	state TEXT NOT NULL, 
	used_at BIGINT NOT NULL, 
	redeemed_hash BLOB NOT NULL, 
	answer BLOB NOT NULL, 
	acceptance BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_invitations PRIMARY KEY (invite_id)
);
INSERT INTO "invitations" VALUES(X'919C5E7ACBC4158E746D19C2CCEA26AF',2,X'00000000000000000000000000000000',X'09AF05793E2A3CE037A8A8DC2CA8C746646643A194913A6D3418DA942B348940',X'',X'',X'','used',1800000000,X'BC4F767E2FEA3C760F95B5D153016DAB0384CEF89FCD1701E5FDC00B663E6F57',X'7B22616E73776572223A317D',X'',1801209600);
INSERT INTO "invitations" VALUES(X'12A2AF2B30F436B40677C9B2A89A86FF',1,X'9897E63CA2B507C425FF2B453F69DA51',X'631CD513F659D55B8D83949A427278AADDC5D1A9DB786382D0E93C3827547042',X'',X'706F6C6963792031',X'6163742031','used',1800000000,X'97D69A47CE20F07801CF4338C3E0189FB30306DDD5B7E4C70DBB486462157CB6',X'7B22616E73776572223A317D',X'7365616C656420616363657074616E6365',1834560000);
CREATE TABLE keeper_days (
	keeper_id BLOB NOT NULL, 
	day BIGINT NOT NULL, 
	signed BLOB NOT NULL, 
	CONSTRAINT pk_keeper_days PRIMARY KEY (keeper_id, day)
);
INSERT INTO "keeper_days" VALUES(X'F675D6B78C8843BD5EA0C49105BBFC60',20000,X'7369676E656420646179');
CREATE TABLE log_checkpoints (
	size INTEGER NOT NULL, 
	note TEXT NOT NULL, 
	hash BLOB NOT NULL, 
	CONSTRAINT pk_log_checkpoints PRIMARY KEY (size)
);
CREATE TABLE log_entries (
	position INTEGER NOT NULL, 
	entry BLOB NOT NULL, 
	CONSTRAINT pk_log_entries PRIMARY KEY (position)
);
CREATE TABLE log_hashes (
	level INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	hash BLOB NOT NULL, 
	CONSTRAINT pk_log_hashes PRIMARY KEY (level, number)
);
CREATE TABLE mailbox_rows (
	mailbox_id BLOB NOT NULL, 
	position BIGINT NOT NULL, 
	envelope_id BLOB NOT NULL, 
	received_day BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	shortened INTEGER NOT NULL, 
	reason INTEGER NOT NULL, 
	raw BLOB, acknowledged INTEGER DEFAULT '0' NOT NULL, twin_id BLOB, 
	CONSTRAINT pk_mailbox_rows PRIMARY KEY (mailbox_id, position), 
	CONSTRAINT fk_mailbox_rows_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailboxes (mailbox_id), 
	CONSTRAINT uq_mailbox_rows_mailbox_id_envelope_id UNIQUE (mailbox_id, envelope_id)
);
INSERT INTO "mailbox_rows" VALUES(X'9CE02A87D38484DFB896B4F3D41270E3',3,X'95262ECEFBEAE883E69AA4A8501BD4C1',20833,1834560000,0,3,NULL,0,NULL);
INSERT INTO "mailbox_rows" VALUES(X'9146A9CB8F8F461253ED792E6731EFFF',1,X'95262ECEFBEAE883E69AA4A8501BD4C1',20833,1834559999,0,0,X'A19E6A1B20F3969EFD06052C0991B0026E6B4BA9469EA5D4F257E0BFFFF152FC756D9BC017D96105',0,NULL);
INSERT INTO "mailbox_rows" VALUES(X'9CE02A87D38484DFB896B4F3D41270E3',2,X'41D8E2A4DB5DC0C81AE2A04FBFAA66C3',20833,1834559999,0,0,X'CD1D3ACA3A389B9CA175108EC72D8FE987F22C2DB563EC6EA0BE88944F1B3161D8EE7481F54D137C',0,NULL);
CREATE TABLE mailboxes (
	mailbox_id BLOB NOT NULL, 
	engagement_id BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	role INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	cursor BIGINT NOT NULL, 
	stored_bytes BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_mailboxes PRIMARY KEY (mailbox_id), 
	CONSTRAINT fk_mailboxes_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id), 
	CONSTRAINT fk_mailboxes_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
INSERT INTO "mailboxes" VALUES(X'9CE02A87D38484DFB896B4F3D41270E3',X'9897E63CA2B507C425FF2B453F69DA51',X'5C73051F4C9FC13D44A08FB3571147EF',1,'9ce02a87d38484dfb896',3,40,1834560000);
INSERT INTO "mailboxes" VALUES(X'9003C112E996F20C55A73E392A2A5D5E',X'9897E63CA2B507C425FF2B453F69DA51',X'5C73051F4C9FC13D44A08FB3571147EF',4,'9003c112e996f20c55a7',0,0,1834560000);
INSERT INTO "mailboxes" VALUES(X'9146A9CB8F8F461253ED792E6731EFFF',X'9897E63CA2B507C425FF2B453F69DA51',X'F739DFE436B9078DA7ED44D31D6952A2',2,'9146a9cb8f8f461253ed',1,40,1834560000);
CREATE TABLE members (
	engagement_id BLOB NOT NULL, 
	role INTEGER NOT NULL, 
	account_id BLOB NOT NULL, 
	mailbox_id BLOB NOT NULL, 
	fp BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_members PRIMARY KEY (engagement_id, role), 
	CONSTRAINT fk_members_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id), 
	CONSTRAINT fk_members_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
INSERT INTO "members" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',1,X'5C73051F4C9FC13D44A08FB3571147EF',X'9CE02A87D38484DFB896B4F3D41270E3',X'8B4D9234CBC7C4AD5F8A524BDA457E1F204B41677776F0A666394E3BA2906706',1834560000);
INSERT INTO "members" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',2,X'F739DFE436B9078DA7ED44D31D6952A2',X'9146A9CB8F8F461253ED792E6731EFFF',X'C1D714119B445BEDE24414DBF9D21E7A4646BE133DA1B03A9580D092C22855F3',1834560000);
CREATE TABLE methods (
	account_id BLOB NOT NULL, 
	method_id BLOB NOT NULL, 
	sealed BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_methods PRIMARY KEY (account_id, method_id), 
	CONSTRAINT fk_methods_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "methods" VALUES(X'5C73051F4C9FC13D44A08FB3571147EF',X'A3A8B2E0B4142D2B7EF3E64381C595E7',X'7365616C6564206D6574686F64',1869120000);
INSERT INTO "methods" VALUES(X'F739DFE436B9078DA7ED44D31D6952A2',X'CB37799F34D3567227A1C174BB43A1B1',X'7365616C6564206D6574686F64',1869120000);
CREATE TABLE notes (
	name TEXT NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_notes PRIMARY KEY (name)
);
INSERT INTO "notes" VALUES('last_sweep_at',1800000000);
CREATE TABLE notice_channels (
	account_id BLOB NOT NULL, 
	number BLOB NOT NULL, 
	sealed BLOB NOT NULL, 
	state TEXT NOT NULL, 
	timing TEXT NOT NULL, 
	warnings INTEGER NOT NULL, 
	hour INTEGER NOT NULL, 
	quiet_from INTEGER NOT NULL, 
	quiet_until INTEGER NOT NULL, 
	offset_minutes INTEGER NOT NULL, 
	code_tag BLOB NOT NULL, 
	code_expires_at BIGINT NOT NULL, 
	pending INTEGER NOT NULL, 
	arrivals BIGINT NOT NULL, 
	due_at BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	sent BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_notice_channels PRIMARY KEY (account_id), 
	CONSTRAINT fk_notice_channels_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "notice_channels" VALUES(X'F739DFE436B9078DA7ED44D31D6952A2',X'0001020304050607',X'7365616C656420776F726473','confirmed','at-once',1,8,22,7,60,X'',0,1,3,1800000600,0,X'000000006B49AAF0',1869120000);
CREATE TABLE own_copies (
	engagement_id BLOB NOT NULL, 
	author_id BLOB NOT NULL, 
	computer BIGINT NOT NULL, 
	account_id BLOB NOT NULL, 
	statement BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_own_copies PRIMARY KEY (engagement_id, author_id, computer), 
	CONSTRAINT fk_own_copies_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "own_copies" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',X'5C73051F4C9FC13D44A08FB3571147EF',7,X'F739DFE436B9078DA7ED44D31D6952A2',X'7369676E6564',1834560000);
CREATE TABLE policies (
	engagement_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	policy BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_policies PRIMARY KEY (engagement_id, number), 
	CONSTRAINT fk_policies_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
INSERT INTO "policies" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',1,X'706F6C6963792031',1834560000);
CREATE TABLE proposals (
	engagement_id BLOB NOT NULL, 
	role INTEGER NOT NULL, 
	act BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_proposals PRIMARY KEY (engagement_id, role), 
	CONSTRAINT fk_proposals_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
CREATE TABLE queued_revokes (
	keeper_id BLOB NOT NULL, 
	request BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_queued_revokes PRIMARY KEY (keeper_id, request)
);
INSERT INTO "queued_revokes" VALUES(X'F675D6B78C8843BD5EA0C49105BBFC60',X'72657175657374',1800086400);
CREATE TABLE receipt_leaves (
	position INTEGER NOT NULL, 
	account_id BLOB NOT NULL, 
	mailbox_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	nonce BLOB NOT NULL, 
	envelope_id BLOB NOT NULL, 
	envelope_hash BLOB NOT NULL, 
	due_at BIGINT NOT NULL, 
	promised_at BIGINT NOT NULL, 
	blob_ids BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_receipt_leaves PRIMARY KEY (position), 
	CONSTRAINT fk_receipt_leaves_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
CREATE TABLE receipts (
	position INTEGER NOT NULL, 
	account_id BLOB NOT NULL, 
	mailbox_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	kind INTEGER NOT NULL, 
	receipt TEXT NOT NULL, 
	hash BLOB NOT NULL, 
	day BIGINT NOT NULL, 
	batch_index BIGINT NOT NULL, 
	batch_path BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_receipts PRIMARY KEY (position), 
	CONSTRAINT fk_receipts_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id), 
	CONSTRAINT uq_receipts_mailbox_id_number UNIQUE (mailbox_id, number)
);
CREATE TABLE releases (
	mailbox_id BLOB NOT NULL, 
	envelope_id BLOB NOT NULL, 
	act_number BIGINT NOT NULL, 
	not_before BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_releases PRIMARY KEY (mailbox_id, envelope_id), 
	CONSTRAINT fk_releases_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailboxes (mailbox_id)
);
CREATE TABLE reopenings (
	engagement_id BLOB NOT NULL, 
	invite_id BLOB NOT NULL, 
	state TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	former_account_id BLOB NOT NULL, 
	former_mailbox_id BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	claim BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_reopenings PRIMARY KEY (engagement_id), 
	CONSTRAINT fk_reopenings_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
CREATE TABLE rules (
	rule_id BLOB NOT NULL, 
	mailbox_id BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	sender_id BLOB NOT NULL, 
	address TEXT NOT NULL, 
	state TEXT NOT NULL, 
	token_tag BLOB NOT NULL, 
	token_expires_at BIGINT NOT NULL, 
	token_used INTEGER NOT NULL, 
	bearers BLOB NOT NULL, 
	first_mails INTEGER NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_rules PRIMARY KEY (rule_id), 
	CONSTRAINT fk_rules_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailboxes (mailbox_id), 
	CONSTRAINT fk_rules_sender_id FOREIGN KEY(sender_id) REFERENCES senders (sender_id)
);
INSERT INTO "rules" VALUES(X'32920693B97AB0E0FC6A8C62F9A82B1D',X'9146A9CB8F8F461253ED792E6731EFFF',X'F739DFE436B9078DA7ED44D31D6952A2',X'8F4CCA44B13CB417A954F3E541B30926','postaddress','waiting',X'',0,0,X'',0,1800086400);
CREATE TABLE senders (
	sender_id BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	address_tag BLOB NOT NULL, 
	state TEXT NOT NULL, 
	code_tag BLOB NOT NULL, 
	code_expires_at BIGINT NOT NULL, 
	added_on BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_senders PRIMARY KEY (sender_id), 
	CONSTRAINT fk_senders_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "senders" VALUES(X'8F4CCA44B13CB417A954F3E541B30926',X'F739DFE436B9078DA7ED44D31D6952A2',X'3712E57F0F1801CFA6E9FECF520218270B1F453B61195614BE5BBCD29C338FF2','confirmed',X'',1800000900,1800000000,1834560000);
CREATE TABLE sessions (
	token_tag BLOB NOT NULL, 
	account_id BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (token_tag), 
	CONSTRAINT fk_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "sessions" VALUES(X'64AB2392880A5A69853A11AD7F236EA6A947D246DC515B7AD648E0A390DCA41B',X'5C73051F4C9FC13D44A08FB3571147EF',1800001000);
CREATE TABLE slots (
	engagement_id BLOB NOT NULL, 
	mailbox_id BLOB NOT NULL, 
	link_id BLOB NOT NULL, 
	reader_key BLOB NOT NULL, 
	digits_tag BLOB NOT NULL, 
	opened_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_slots PRIMARY KEY (engagement_id), 
	CONSTRAINT fk_slots_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id), 
	CONSTRAINT fk_slots_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailboxes (mailbox_id), 
	CONSTRAINT uq_slots_link_id UNIQUE (link_id)
);
CREATE TABLE spoken_runs (
	engagement_id BLOB NOT NULL, 
	commitment BLOB NOT NULL, 
	client_random BLOB NOT NULL, 
	coach_random BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_spoken_runs PRIMARY KEY (engagement_id), 
	CONSTRAINT fk_spoken_runs_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (engagement_id)
);
INSERT INTO "spoken_runs" VALUES(X'9897E63CA2B507C425FF2B453F69DA51',X'6363636363636363636363636363636363636363636363636363636363636363',X'3232323232323232323232323232323232323232323232323232323232323232',X'',1834560000);
CREATE TABLE statements (
	account_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	statement BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_statements PRIMARY KEY (account_id, number), 
	CONSTRAINT fk_statements_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "statements" VALUES(X'5C73051F4C9FC13D44A08FB3571147EF',1,X'616E6E612073746174656D656E742031',1869120000);
INSERT INTO "statements" VALUES(X'F739DFE436B9078DA7ED44D31D6952A2',1,X'6D6179612073746174656D656E742031',1869120000);
CREATE TABLE vault_items (
	account_id BLOB NOT NULL, 
	name TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	box BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_vault_items PRIMARY KEY (account_id, name), 
	CONSTRAINT fk_vault_items_account_id FOREIGN KEY(account_id) REFERENCES accounts (account_id)
);
INSERT INTO "vault_items" VALUES(X'5C73051F4C9FC13D44A08FB3571147EF','identity',1,X'7365616C65642073656564',1869120000);
INSERT INTO "vault_items" VALUES(X'F739DFE436B9078DA7ED44D31D6952A2','identity',1,X'7365616C65642073656564',1869120000);
CREATE INDEX ix_accounts_expires_at ON accounts (expires_at);
CREATE INDEX ix_accounts_name_tag ON accounts (name_tag);
CREATE INDEX ix_methods_expires_at ON methods (expires_at);
CREATE INDEX ix_statements_expires_at ON statements (expires_at);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
CREATE INDEX ix_vault_items_expires_at ON vault_items (expires_at);
CREATE INDEX ix_senders_account_id ON senders (account_id);
CREATE INDEX ix_senders_expires_at ON senders (expires_at);
CREATE INDEX ix_engagements_expires_at ON engagements (expires_at);
CREATE INDEX ix_mailboxes_account_id ON mailboxes (account_id);
CREATE INDEX ix_mailboxes_address ON mailboxes (address);
CREATE INDEX ix_mailboxes_engagement_id ON mailboxes (engagement_id);
CREATE INDEX ix_mailboxes_expires_at ON mailboxes (expires_at);
CREATE INDEX ix_members_account_id ON members (account_id);
CREATE INDEX ix_members_expires_at ON members (expires_at);
CREATE INDEX ix_policies_expires_at ON policies (expires_at);
CREATE INDEX ix_acts_expires_at ON acts (expires_at);
CREATE INDEX ix_invitations_engagement_id ON invitations (engagement_id);
CREATE INDEX ix_invitations_expires_at ON invitations (expires_at);
CREATE INDEX ix_mailbox_rows_expires_at_reason ON mailbox_rows (expires_at, reason);
CREATE INDEX ix_door_memory_expires_at ON door_memory (expires_at);
CREATE INDEX ix_blobs_account_id ON blobs (account_id);
CREATE INDEX ix_blobs_expires_at ON blobs (expires_at);
CREATE INDEX ix_blob_links_mailbox_id_envelope_id ON blob_links (mailbox_id, envelope_id);
CREATE INDEX ix_queued_revokes_expires_at ON queued_revokes (expires_at);
CREATE INDEX ix_proposals_expires_at ON proposals (expires_at);
CREATE INDEX ix_receipts_expires_at ON receipts (expires_at);
CREATE INDEX ix_receipts_account_id_position ON receipts (account_id, position);
CREATE INDEX ix_receipts_batch_index_day ON receipts (batch_index, day);
CREATE INDEX ix_receipt_leaves_account_id ON receipt_leaves (account_id);
CREATE INDEX ix_receipt_leaves_expires_at ON receipt_leaves (expires_at);
CREATE INDEX ix_receipt_leaves_number_mailbox_id ON receipt_leaves (number, mailbox_id);
CREATE INDEX ix_log_checkpoints_hash ON log_checkpoints (hash);
CREATE INDEX ix_rules_account_id ON rules (account_id);
CREATE INDEX ix_rules_address ON rules (address);
CREATE INDEX ix_rules_expires_at ON rules (expires_at);
CREATE INDEX ix_rules_mailbox_id ON rules (mailbox_id);
CREATE INDEX ix_rules_sender_id ON rules (sender_id);
CREATE INDEX ix_notice_channels_due_at ON notice_channels (due_at);
CREATE INDEX ix_notice_channels_expires_at ON notice_channels (expires_at);
CREATE INDEX ix_notice_channels_number ON notice_channels (number);
CREATE INDEX ix_index_segments_expires_at ON index_segments (expires_at);
CREATE INDEX ix_spoken_runs_expires_at ON spoken_runs (expires_at);
CREATE INDEX ix_codes_account_id ON codes (account_id);
CREATE INDEX ix_codes_expires_at ON codes (expires_at);
CREATE INDEX ix_browser_offers_account_id ON browser_offers (account_id);
CREATE INDEX ix_browser_offers_expires_at ON browser_offers (expires_at);
CREATE INDEX ix_slots_expires_at ON slots (expires_at);
CREATE INDEX ix_releases_expires_at ON releases (expires_at);
CREATE INDEX ix_reopenings_former_account_id ON reopenings (former_account_id);
CREATE INDEX ix_reopenings_account_id ON reopenings (account_id);
CREATE INDEX ix_reopenings_expires_at ON reopenings (expires_at);
CREATE INDEX ix_happenings_expires_at ON happenings (expires_at);
CREATE INDEX ix_own_copies_account_id ON own_copies (account_id);
CREATE INDEX ix_own_copies_expires_at ON own_copies (expires_at);
COMMIT;
