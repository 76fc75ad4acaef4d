-- One SQL text for SQLite and PostgreSQL: TEXT, BIGINT, BYTEA; times are milliseconds UTC; days are yyyymmdd.
-- BY KEY: SQLite keeps the rows in the order of their key (WITHOUT ROWID), instead of a second table for the key beside
-- them. Not for rows of many hundred bytes: few of them would fit on an inner page of the tree.

-- Ground state: the log. Everything that a rebuild starts from.

-- What one commit of one node signed. parts: the known tree, see core::dossier::tree::Parts.
CREATE TABLE signed_group (
    root BYTEA NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    key_hash BYTEA NOT NULL,
    trust BIGINT NOT NULL,
    at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    signature BYTEA NOT NULL,
    parts BYTEA NOT NULL
);

-- root and leaf: where the entry itself stands in a group of its author; null if its stamp, by the same node, proves it.
-- settled: 1 once it stood in the log: its effects are had, whatever number a recall gives it later.
CREATE TABLE entry (
    dossier BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    root BYTEA,
    leaf BIGINT,
    settled BIGINT NOT NULL,
    PRIMARY KEY (dossier, hash)
);

-- The log. The row key is what makes one stamp for every dossier and number.
CREATE TABLE stamp (
    dossier BYTEA NOT NULL,
    term BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    prev BYTEA NOT NULL,
    entry BYTEA NOT NULL,
    node TEXT NOT NULL,
    at BIGINT NOT NULL,
    root BYTEA NOT NULL,
    leaf BIGINT NOT NULL,
    PRIMARY KEY (dossier, seq)
) /* BY KEY */;

-- Stamps beside the log: superseded by a recall, sealed by an act, or proof of fault (code). Two of them may have one
-- number, hence the hash in the row key.
CREATE TABLE evidence (
    dossier BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    term BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    prev BYTEA NOT NULL,
    entry BYTEA NOT NULL,
    node TEXT NOT NULL,
    at BIGINT NOT NULL,
    root BYTEA NOT NULL,
    leaf BIGINT NOT NULL,
    code TEXT NOT NULL,
    peer TEXT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (dossier, hash)
) /* BY KEY */;

-- What this node owes each peer, in order: a stamp (term, seq) or a slip (entry); hash: running hash up to this item.
CREATE TABLE stream (
    peer TEXT NOT NULL,
    position BIGINT NOT NULL,
    dossier BYTEA NOT NULL,
    term BIGINT,
    seq BIGINT,
    entry BYTEA,
    hash BYTEA NOT NULL,
    PRIMARY KEY (peer, position)
) /* BY KEY */;

-- Where each of these streams ends.
CREATE TABLE stream_end (
    peer TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL
) /* BY KEY */;

-- How far this node has read each peer.
CREATE TABLE stream_cursor (
    peer TEXT NOT NULL PRIMARY KEY,
    epoch TEXT NOT NULL,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL
) /* BY KEY */;

-- Personal fields and materials. Content is null once erased; file = 1: the bytes are in the blob folder.
CREATE TABLE blob (
    hash BYTEA NOT NULL PRIMARY KEY,
    salt BYTEA,
    bytes BYTEA,
    size BIGINT NOT NULL,
    media TEXT NOT NULL,
    file BIGINT NOT NULL
);

-- Signed documents: own and fetched. All versions are kept, a signature may name any of them.
CREATE TABLE document (
    kind TEXT NOT NULL,
    node TEXT NOT NULL,
    version BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (kind, node, version)
);

-- Views: derived from the log, rebuilt by `tongban rebuild`.

-- counted: 1 once the ties that follow from it stand in `ties`.
CREATE TABLE dossier (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    term BIGINT NOT NULL,
    len BIGINT NOT NULL,
    head BYTEA NOT NULL,
    holder TEXT NOT NULL,
    participants TEXT NOT NULL,
    counted BIGINT NOT NULL DEFAULT 0
) /* BY KEY */;
CREATE INDEX dossier_to_count ON dossier (id) WHERE counted = 0;
-- What everyone may read is little among many cases.
CREATE INDEX dossier_public ON dossier (id) WHERE kind <> 'case';

-- applicant: hash of the blob with the particulars; who it is stands nowhere but in the blob, which can be erased.
-- refused: 1 if the decision is a refusal. guest: 1 while it goes on before an authority at a guest desk. keep_until:
-- the last day of this node's copies, if they have a term and it has begun. shown: 1 once the authority sees it. part_of: the whole of which it is one part (多地联办).
-- mended: how often it came back, or had to be completed, because of what the other place asks for.
CREATE TABLE case_view (
    dossier BYTEA NOT NULL PRIMARY KEY,
    number TEXT,
    item TEXT NOT NULL,
    item_name TEXT NOT NULL,
    item_name_en TEXT NOT NULL,
    phase TEXT NOT NULL,
    party TEXT NOT NULL,
    step TEXT NOT NULL,
    due BIGINT,
    provisional BIGINT NOT NULL,
    receiving_org TEXT NOT NULL,
    receiving_name TEXT NOT NULL,
    receiving_name_en TEXT NOT NULL,
    handling_org TEXT NOT NULL,
    handling_name TEXT NOT NULL,
    handling_name_en TEXT NOT NULL,
    handling_node TEXT NOT NULL,
    channel TEXT NOT NULL,
    responsible TEXT NOT NULL,
    begun BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    applicant BYTEA NOT NULL,
    refused BIGINT NOT NULL,
    guest BIGINT NOT NULL,
    keep_until BIGINT,
    shown BIGINT NOT NULL,
    part_of BYTEA,
    mended BIGINT NOT NULL
);
CREATE INDEX case_by_number ON case_view (number);
-- Work lists: what an organisation has to do, by date, what has none last; and all that it takes part in, the newest
-- first. Each stands in the index in the order of its page; what a list leaves out is told there without the row.
CREATE INDEX case_by_responsible ON case_view (responsible, (due IS NULL), due, changed);
CREATE INDEX case_by_receiving ON case_view (receiving_org, changed);
CREATE INDEX case_by_handling ON case_view (handling_org, changed, shown);
-- Joint handlings that go on, and parts that do: few rows.
CREATE INDEX case_joint ON case_view (dossier) WHERE phase = 'joint';
CREATE INDEX case_open_part ON case_view (part_of) WHERE part_of IS NOT NULL AND party <> 'nobody';
-- Copies whose term runs.
CREATE INDEX case_to_erase ON case_view (keep_until) WHERE keep_until IS NOT NULL;
-- Cases that differing lists have hurt, by item and pair: few rows.
CREATE INDEX case_mended ON case_view (item, receiving_org, handling_org) WHERE mended > 0;
-- What moves when a guest has a node of its own.
CREATE INDEX case_of_guest ON case_view (handling_org) WHERE guest = 1;
-- Where time runs in which the authority may ask (行政许可法 art. 32).
CREATE INDEX case_to_accept ON case_view (due) WHERE step = 'accept';
-- Corrections that wait for their applicant.
CREATE INDEX case_to_correct ON case_view (due) WHERE step = 'answer_correction';
-- What was handed over and is not answered: few rows, looked at every few seconds.
CREATE INDEX case_not_answered ON case_view (handling_node, changed) WHERE phase = 'handed_over';

-- Who has to do with whom, as a dossier says it: see core::network::tie. Made a little after the log, in turns: who has
-- read up to a turn reads on from there. head: of the log from which it follows.
CREATE TABLE ties (
    dossier BYTEA NOT NULL PRIMARY KEY,
    turn BIGINT NOT NULL,
    head BYTEA NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX ties_by_turn ON ties (turn);

-- How many dossiers have a log, and how many stamps stand in all logs: counting them takes a second for a million cases.
CREATE TABLE extent (
    one BIGINT NOT NULL PRIMARY KEY,
    dossiers BIGINT NOT NULL,
    stamps BIGINT NOT NULL
) /* BY KEY */;

-- Entries that are known, and neither stamped nor refused.
CREATE TABLE pending (
    entry BYTEA NOT NULL PRIMARY KEY,
    dossier BYTEA NOT NULL
) /* BY KEY */;
CREATE INDEX pending_by_dossier ON pending (dossier);

CREATE TABLE blob_ref (
    hash BYTEA NOT NULL,
    dossier BYTEA NOT NULL,
    PRIMARY KEY (hash, dossier)
) /* BY KEY */;

-- What dossiers refer to and was not here yet.
CREATE TABLE blob_wanted (
    hash BYTEA NOT NULL,
    dossier BYTEA NOT NULL,
    PRIMARY KEY (hash, dossier)
) /* BY KEY */;

-- Local state: of this node alone, never passed on.

CREATE TABLE node_state (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE serial (
    name TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
) /* BY KEY */;

CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    org TEXT,
    staff TEXT,
    id_number TEXT,
    phone TEXT,
    contact TEXT,
    disabled BIGINT NOT NULL
);

-- The second factor of an account: secret of its time-based codes, and the last step that was used, which is used once.
CREATE TABLE second_factor (
    account BIGINT NOT NULL PRIMARY KEY,
    secret BYTEA NOT NULL,
    last BIGINT NOT NULL
) /* BY KEY */;

-- Who an account is to a provider of OpenID Connect. whom: staff or applicant; one person may be both, with an account each.
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    whom TEXT NOT NULL,
    account BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject, whom)
) /* BY KEY */;
CREATE UNIQUE INDEX identity_of_account ON identity (account, issuer);

-- Sign-ins that were begun and are at the provider. state_hash: of what comes back; provider: its key in the configuration;
-- back: where to go on afterwards. Used once.
CREATE TABLE pending_sign_in (
    state_hash BYTEA NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    back TEXT NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX pending_sign_in_by_end ON pending_sign_in (until);

-- token_hash: the cookie's value is never stored. Either an account's, or one case's, opened by number and tracking code.
-- provider: the key of the provider by which it began, if by one.
CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account BIGINT,
    dossier BYTEA,
    csrf TEXT NOT NULL,
    begun BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    api BIGINT NOT NULL,
    provider TEXT
) /* BY KEY */;

-- A form that was sent after its session had ended: kept for half an hour, for the same account only.
CREATE TABLE kept_form (
    account BIGINT NOT NULL PRIMARY KEY,
    path TEXT NOT NULL,
    fields TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- A catalogue that an admin uploaded and has looked at, but not yet confirmed: kept for half an hour, the newest of an account.
-- whole: what is not in it is to go.
CREATE TABLE catalogue_upload (
    account BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    whole BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- Which accounts a case belongs to as applicant.
CREATE TABLE owner (
    account BIGINT NOT NULL,
    dossier BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, dossier)
) /* BY KEY */;

CREATE INDEX owner_by_dossier ON owner (dossier);

-- Entries of which an applicant may still have to be told; written with the commit in which they settle.
CREATE TABLE to_tell (
    entry BYTEA NOT NULL PRIMARY KEY,
    dossier BYTEA NOT NULL
) /* BY KEY */;

-- What applicants are told, and by which way (app, mail, sms). account: 0 for who has none. about: a word of the texts;
-- due: yyyymmdd. after: not before; done: when it was seen, or went out; trouble: why it did not.
CREATE TABLE notice (
    entry BYTEA NOT NULL,
    about TEXT NOT NULL,
    way TEXT NOT NULL,
    dossier BYTEA NOT NULL,
    account BIGINT NOT NULL,
    at BIGINT NOT NULL,
    due BIGINT,
    after BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    done BIGINT,
    trouble TEXT NOT NULL,
    PRIMARY KEY (entry, about, way)
) /* BY KEY */;
CREATE INDEX notice_to_send ON notice (after) WHERE done IS NULL AND way <> 'app';
CREATE INDEX notice_of_account ON notice (account, at) WHERE way = 'app';
CREATE INDEX notice_by_dossier ON notice (dossier);

-- How an account is reached. checked: the mail address was confirmed. quiet_from, quiet_until: hours of the day. away_*:
-- yyyymmdd; stand_in: the account that is told meanwhile. told: when staff were last told what waits.
CREATE TABLE reach (
    account BIGINT NOT NULL PRIMARY KEY,
    lang TEXT NOT NULL,
    mail TEXT NOT NULL,
    checked BIGINT NOT NULL,
    phone TEXT NOT NULL,
    by_mail BIGINT NOT NULL,
    by_sms BIGINT NOT NULL,
    quiet_from BIGINT NOT NULL,
    quiet_until BIGINT NOT NULL,
    away_from BIGINT,
    away_until BIGINT,
    stand_in BIGINT,
    told BIGINT NOT NULL
) /* BY KEY */;

-- Cases about which no message to a telephone is wanted any more.
CREATE TABLE no_message (
    dossier BYTEA NOT NULL PRIMARY KEY
) /* BY KEY */;

-- Who leads a desk (组长): what nobody reads climbs to them.
CREATE TABLE desk_lead (
    account BIGINT NOT NULL PRIMARY KEY
) /* BY KEY */;

-- What one shift leaves to the next (交班).
CREATE TABLE shift_note (
    org TEXT NOT NULL,
    at BIGINT NOT NULL,
    account BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (org, at)
) /* BY KEY */;

-- What was done under a form's or a client's own key: a second sending gets the first one's answer. what: digest of a
-- client's request; empty for a form, which may be sent again with other fields.
CREATE TABLE once (
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    what TEXT NOT NULL,
    dossier BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
) /* BY KEY */;

-- Invitations to guest desks. token_hash: of the link; code_hash: of the link with its code.
CREATE TABLE invite (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    code_hash BYTEA NOT NULL,
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    staff TEXT NOT NULL,
    until BIGINT NOT NULL
) /* BY KEY */;

-- What a department's own system calls a case.
CREATE TABLE business (
    org TEXT NOT NULL,
    number TEXT NOT NULL,
    dossier BYTEA NOT NULL,
    PRIMARY KEY (org, number)
) /* BY KEY */;
CREATE UNIQUE INDEX business_of_case ON business (dossier, org);

-- With how many records a case was last given to a department's own system.
CREATE TABLE task_given (
    org TEXT NOT NULL,
    dossier BYTEA NOT NULL,
    records BIGINT NOT NULL,
    PRIMARY KEY (org, dossier)
) /* BY KEY */;

-- 办不成事反映窗口: who could not get a matter done, and what was answered. Personal data, erased some time after closed; what
-- was answered stands in answers, as JSON. org: null if the person was not sure whom it concerns. once: digest of the
-- form's own key and what was typed. again: what the person said when it was still not done, once.
CREATE TABLE cannot (
    number TEXT NOT NULL PRIMARY KEY,
    once TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    org TEXT,
    receipt TEXT,
    wish TEXT NOT NULL,
    barrier TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    due BIGINT NOT NULL,
    answers TEXT NOT NULL,
    again TEXT NOT NULL,
    again_at BIGINT,
    closed BIGINT
);
CREATE INDEX cannot_open ON cannot (due) WHERE closed IS NULL;
CREATE INDEX cannot_closed ON cannot (closed) WHERE closed IS NOT NULL;

-- What was looked for and not found, how often on a day. text: letters and short numbers only; here: code of the region where
-- it was asked, or empty. Nothing of who asked; erased after a year.
CREATE TABLE demand (
    day BIGINT NOT NULL,
    text TEXT NOT NULL,
    here TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (day, text, here)
) /* BY KEY */;

-- Every reading of personal data, by whom and what for.
CREATE TABLE access (
    dossier BYTEA NOT NULL,
    at BIGINT NOT NULL,
    account BIGINT NOT NULL,
    org TEXT NOT NULL,
    staff TEXT NOT NULL,
    what TEXT NOT NULL
);
CREATE INDEX access_by_dossier ON access (dossier, at);

-- Whose cases are the same person's: person is a keyed hash of the identity number, which only this node can make. It is
-- erased with the particulars.
CREATE TABLE same_person (
    person BYTEA NOT NULL,
    dossier BYTEA NOT NULL,
    PRIMARY KEY (person, dossier)
) /* BY KEY */;
CREATE INDEX same_person_of ON same_person (dossier);

-- What another node said last of who looked at a case there: a list as JSON, and when it was fetched.
CREATE TABLE looked_there (
    dossier BYTEA NOT NULL,
    node TEXT NOT NULL,
    at BIGINT NOT NULL,
    list TEXT NOT NULL,
    PRIMARY KEY (dossier, node)
) /* BY KEY */;

-- Whoever writes takes a turn: mark is the last one's, before the one's before it; number: how many there were.
CREATE TABLE turn (
    one BIGINT NOT NULL PRIMARY KEY,
    mark TEXT NOT NULL,
    before TEXT NOT NULL,
    number BIGINT NOT NULL
) /* BY KEY */;
INSERT INTO turn (one, mark, before, number) VALUES (1, '', '', 0);

-- Which process of this node does what for all of them, until when.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
) /* BY KEY */;
