"""Which file holds which cases."""

from __future__ import annotations

from collections.abc import Callable

from tests.vectors import (
    make_accounts,
    make_archive,
    make_codes,
    make_contents,
    make_copies,
    make_drafts,
    make_envelopes,
    make_index,
    make_keepers,
    make_mail,
    make_primitives,
    make_records,
    make_release,
    make_reopening,
    make_reply,
    make_report,
    make_settings,
    make_signed,
    make_terms,
)
from tests.vectors.generate import Cases

FORMATS: dict[str, Callable[[Cases], None]] = {
    "suite": make_primitives.suite_cases,
    "stream": make_primitives.stream_cases,
    "encoding": make_primitives.encoding_cases,
    "names": make_primitives.names_cases,
    "envelope": make_envelopes.envelope_cases,
    "content": make_contents.content_cases,
    "blob": make_contents.blob_cases,
    "statement": make_signed.statement_cases,
    "acts": make_signed.act_cases,
    "policy": make_signed.policy_cases,
    "invitation": make_accounts.invitation_cases,
    "reply": make_reply.reply_cases,
    "unlock": make_accounts.unlock_cases,
    "vault": make_accounts.vault_cases,
    "keeper": make_keepers.keeper_cases,
    "notes": make_records.note_cases,
    "copies": make_copies.copies_cases,
    "log": make_records.log_cases,
    "receipts": make_records.receipt_cases,
    "terms": make_terms.term_cases,
    "mailin": make_mail.mailin_cases,
    "index": make_index.index_cases,
    "drafts": make_drafts.draft_cases,
    "settings": make_settings.settings_cases,
    "reopening": make_reopening.reopening_cases,
    "report": make_report.report_cases,
    "release": make_release.release_cases,
    "codes": make_codes.code_cases,
    "archive": make_archive.archive_cases,
}
