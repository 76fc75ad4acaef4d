//! Every limit of the node, by name and unit.

/// The most commands that one group commit takes in.
pub const GROUP_COMMANDS_MAX: usize = 512;
/// Commands that may wait for the next group; senders wait beyond it.
pub const QUEUE_COMMANDS_MAX: usize = 4096;
/// Items that a stream sends at once.
pub const STREAM_ITEMS_MAX: i64 = 512;
/// Bytes of entries that a stream sends at once (8 MiB); a single longer entry goes alone.
pub const STREAM_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of implementations that one entry of a list carries (48 KiB): an entry has at most 64 KiB.
pub const LIST_ENTRY_BYTES: usize = 48 * 1024;
/// Public dossiers in which a new node is let in by one commit.
pub const LET_IN_DOSSIERS: usize = 500;
/// How often it is looked whether nodes are to be let in, in seconds.
pub const PUBLIC_LOOKED_S: u64 = 30;
/// Stamps of one chain that are fetched whole; a dossier with more is damaged or an attack.
pub const CHAIN_STAMPS_MAX: usize = 100_000;
/// How often a node looks whether it has an act to carry out or stamps to win back, in milliseconds.
pub const RECOVERY_EVERY_MS: u64 = 1_000;
/// How often a restored node looks whether a peer's stream was read far enough, before it asks the peer again.
pub const RESTATED_LOOKS_MAX: u32 = 15;
/// How long a peer's question waits for news, in seconds.
pub const STREAM_WAIT_S_MAX: u64 = 25;
/// After this silence a peer counts as out of reach, in milliseconds.
pub const PEER_SILENT_MS: i64 = 15_000;
/// The longest pause before a silent peer is asked again, in milliseconds.
pub const PEER_RETRY_MS_MAX: u64 = 5_000;
/// How often documents of peers are looked for, in seconds.
pub const DOCUMENTS_EVERY_S: u64 = 20;
/// The first pause while something of a node is not known at all, in milliseconds; it doubles.
pub const DOCUMENTS_SOON_MS: u64 = 100;
/// How long a process of a node keeps a piece of work after it was last heard of, in milliseconds.
pub const LEASE_MS: i64 = 10_000;
/// How often it says that it is there, in milliseconds.
pub const LEASE_RENEWED_MS: u64 = 3_000;
/// How often a process looks whether another one of the node wrote, in milliseconds.
pub const OTHERS_LOOKED_MS: u64 = 50;
/// How often it is looked whether a command wrote to this process's own database, in milliseconds.
pub const COMMANDS_LOOKED_MS: u64 = 1000;
/// Nonces of signed requests that are remembered.
pub const NONCES_MAX: usize = 200_000;
/// The largest material, in bytes (10 MiB).
pub const MATERIAL_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The largest form with all its materials, in bytes (48 MiB).
pub const FORM_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Blobs up to this size stand in the database, larger ones in the blob folder.
pub const BLOB_INLINE_BYTES_MAX: usize = 64 * 1024;
/// Blobs asked of a peer at once.
pub const BLOBS_ASKED_MAX: usize = 256;
/// Bytes of blobs sent to a peer at once; a single larger blob goes alone.
pub const BLOBS_SENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The largest answer of a peer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A session ends after this long without a request, in milliseconds (30 min).
pub const SESSION_IDLE_MS: i64 = 30 * 60 * 1000;
/// A session ends after this long in any case, in milliseconds (12 h).
pub const SESSION_MS_MAX: i64 = 12 * 60 * 60 * 1000;
/// A form whose session had ended is kept this long, in milliseconds (30 min).
pub const KEPT_FORM_MS: i64 = 30 * 60 * 1000;
/// Wrong passwords or tracking codes from one place in a quarter of an hour.
pub const ATTEMPTS_MAX: u32 = 10;
/// How long a page waits for what another node says of who looked there, in seconds.
pub const LOOKED_S_MAX: u64 = 4;
/// How often joint handlings are looked through for what was left undone, in seconds.
pub const JOINT_LOOKED_S: u64 = 60;
/// How often clocks that ran out are looked for, in seconds.
pub const CLOCKS_LOOKED_S: u64 = 60;
/// How often copies whose term is over are looked for, in seconds.
pub const ERASE_LOOKED_S: u64 = 3_600;
/// How often it is looked whether somebody is to be told something, in milliseconds.
pub const TELL_EVERY_MS: u64 = 1_000;
/// Entries that are looked at together for it, and messages that go out together.
pub const TELL_MAX: i64 = 256;
/// What was said so long ago is told on the pages only: nobody is rung up for old news; in milliseconds (3 days).
pub const TELL_LATE_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// The first pause after a message did not go out, in milliseconds; it doubles.
pub const MESSAGE_RETRY_MS: i64 = 60 * 1000;
/// How often a message is tried before it is given up: over two days.
pub const MESSAGE_TRIES_MAX: i64 = 12;
/// How long a server for mail or messages may take, in seconds.
pub const MESSAGE_S_MAX: u64 = 30;
/// How often it is looked what waits for staff, in seconds.
pub const STAFF_LOOKED_S: u64 = 60;
/// Staff are told of what waits at most this often, in milliseconds (30 min).
pub const STAFF_TOLD_MS: i64 = 30 * 60 * 1000;
/// What nobody at a desk has opened for so long, in office hours, climbs to who leads it; in hours.
pub const UNREAD_HOURS: u8 = 4;
/// Office hours: from here …
pub const OFFICE_FROM: u8 = 9;
/// … to here, by the hour.
pub const OFFICE_UNTIL: u8 = 17;
/// Working days before the end of a correction on which the applicant is reminded.
pub const REMIND_DAYS: u16 = 2;
/// How long what one shift left is shown to the next, in milliseconds (3 days).
pub const SHIFT_NOTE_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// The most characters of what one shift leaves.
pub const SHIFT_NOTE_CHARS_MAX: usize = 500;
/// How often it is looked whether a case is to move to another authority by itself, in seconds.
pub const MOVES_LOOKED_S: u64 = 10;
/// How often a department's own system is served, in seconds, unless the configuration says otherwise.
pub const DEPARTMENT_EVERY_S: u64 = 5;
/// How long a department's own system may take to accept a task, in seconds.
pub const PUSH_S_MAX: u64 = 30;
/// Within how many working days whoever could not get a matter done has an answer: this platform's own promise, for no source
/// names a number.
pub const CANNOT_ANSWER_DAYS: u16 = 5;
/// How long it is kept after it was closed, in milliseconds (90 days).
pub const CANNOT_KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// The most characters of what stood in the way, and of the answer.
pub const CANNOT_CHARS_MAX: usize = 1_000;
/// The most characters of a name there, and of whom it is passed on to.
pub const CANNOT_NAME_CHARS_MAX: usize = 100;
/// Rows of one list of what could not be done.
pub const CANNOT_ROWS: i64 = 200;
/// The most rows of a sheet of a catalogue that are read.
pub const CATALOGUE_ROWS_MAX: usize = 1_000_000;
/// Among how many first rows of a sheet its headings are looked for: titles and remarks stand above them.
pub const CATALOGUE_HEAD_ROWS: usize = 10;
/// The most bytes that a spreadsheet may have once it is unpacked (1 GiB): a small file can unpack to any size.
pub const CATALOGUE_UNPACKED_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// How long an uploaded catalogue waits to be confirmed, in milliseconds (30 min).
pub const CATALOGUE_KEPT_MS: i64 = 30 * 60 * 1000;
/// Faults, and changes, of a catalogue that a page shows; the command line shows all.
pub const CATALOGUE_SHOWN_MAX: usize = 200;
/// Cases on one hand-over list (交接清单).
pub const LIST_CASES_MAX: usize = 500;
/// Cases that are looked through for the hand-over lists of one day.
pub const LIST_LOOKED_MAX: i64 = 2_000;
/// Rows on one page of a list.
pub const PAGE_ROWS: i64 = 50;
/// Search results.
pub const SEARCH_RESULTS_MAX: usize = 50;
/// Places that one line of the search results looks through: whoever wants one of more names it.
pub const SEARCH_OFFERS_MAX: usize = 40;
/// The most characters of a query that are read.
pub const QUERY_CHARS_MAX: usize = 60;
/// Different queries without an answer that are counted a day.
pub const DEMAND_DAY_MAX: i64 = 5_000;
/// How long they are kept, in days.
pub const DEMAND_KEPT_DAYS: i64 = 365;
/// Rows of the list of them.
pub const DEMAND_ROWS: i64 = 1_000;
/// Items on one page of the matrix.
pub const MATRIX_ROWS: usize = 20;
/// Pairs of places beside each other in it.
pub const MATRIX_PAIRS: usize = 12;
/// Cells of the matrix in one file.
pub const MATRIX_CELLS_MAX: usize = 20_000;
/// Places that one cell of it looks through.
pub const MATRIX_OFFERS_MAX: usize = 200;
/// The longest a request may take, in seconds.
pub const REQUEST_S_MAX: u64 = 60;
/// How long requests under way may take after the node was asked to stop, in seconds.
pub const DRAIN_S_MAX: u64 = 20;
/// How often a node looks at itself, in seconds.
pub const WATCH_EVERY_S: u64 = 5;
/// How often it looks at what changes slowly and costs more to look at: blob folder, certificate; in seconds (15 min).
pub const WATCH_SLOWLY_S: u64 = 15 * 60;
/// A slip that is not answered for so long is an alarm, in milliseconds (30 min).
pub const ALARM_SLIP_MS: i64 = 30 * 60 * 1000;
/// A stream that is not read to where it stood so long ago is an alarm, in milliseconds (10 min).
pub const ALARM_STREAM_MS: i64 = 10 * 60 * 1000;
/// A recovery that lasts so long is an alarm, in milliseconds (10 min).
pub const ALARM_RECOVERY_MS: i64 = 10 * 60 * 1000;
/// A blob that was asked for and does not come for so long is an alarm, in milliseconds (1 h).
pub const ALARM_BLOB_MS: i64 = 60 * 60 * 1000;
/// A registrar that does not answer for so long is an alarm: the trust list may be outdated; in milliseconds (1 h).
pub const ALARM_TRUST_MS: i64 = 60 * 60 * 1000;
/// A key or certificate that ends within this time is an alarm, in milliseconds (30 days).
pub const ALARM_ENDS_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Less free space than this where the data folder lies is an alarm, in bytes (2 GiB).
pub const DISK_FREE_BYTES_MIN: u64 = 2 * 1024 * 1024 * 1024;
/// A peer's clock that differs by more is named by `tongban doctor`, in milliseconds; at five minutes requests are refused.
pub const CLOCK_DIFFERENCE_MS: i64 = 30 * 1000;
/// Requests of a peer that are fetched at once, and worked on at once, where only this node opens connections.
pub const ERRANDS_MAX: usize = 32;
/// How often an answer is brought to a peer that does not take it, before it is left to the peer to ask again.
pub const ERRAND_TRIES_MAX: u32 = 3;
/// The pause between two such tries, in milliseconds.
pub const ERRAND_RETRY_MS: u64 = 1_000;
/// How often bundle folders are looked at unless the configuration says otherwise, in seconds.
pub const BUNDLE_EVERY_S: u64 = 60;
/// Rounds of a bundle folder after which what the peer has not acknowledged is written once more.
pub const BUNDLE_RESEND_ROUNDS: u32 = 10;
/// Items of one stretch in a bundle: it stands in one file with the logs that it needs.
pub const BUNDLE_ITEMS_MAX: i64 = 64;
/// The longest line of a bundle that is read, in bytes.
pub const BUNDLE_LINE_BYTES_MAX: usize = ANSWER_BYTES_MAX;
/// A bundle without its end is refused when it has not grown for so long, in seconds: the gateway may still be writing it.
pub const BUNDLE_SETTLE_S: u64 = 60;
/// A peer that is reached by bundles only counts as silent after this time, in milliseconds (24 h).
pub const BUNDLE_SILENT_MS: i64 = 24 * 60 * 60 * 1000;
/// How often a serving node looks whether a command handed it bundles, in milliseconds.
pub const BUNDLE_HANDED_EVERY_MS: u64 = 250;
/// A sign-in by a provider that is not ended in this time has to be begun again, in milliseconds (10 min).
pub const SIGN_IN_PENDING_MS: i64 = 10 * 60 * 1000;
/// How long what a provider says of itself is used before it is asked again, in seconds (1 h).
pub const PROVIDER_KEPT_S: u64 = 60 * 60;
/// How long a provider may take for one answer, in seconds; a sign-in asks at most six times within [`REQUEST_S_MAX`].
pub const PROVIDER_S_MAX: u64 = 8;
/// The largest answer of a provider that is read, in bytes (1 MiB).
pub const PROVIDER_BYTES_MAX: usize = 1024 * 1024;
/// The longest subject of a provider, in bytes (OpenID Connect Core 1.0, section 2).
pub const SUBJECT_BYTES_MAX: usize = 255;
/// The longest path to which a sign-in by a provider goes back, in bytes; a longer one leads home.
pub const BACK_BYTES_MAX: usize = 2048;
/// How long a page waits for figures that are being found anew, in milliseconds; then it shows the last ones.
pub const COMPARE_WAIT_MS: u64 = 500;
/// Items on one page of the comparison of provinces.
pub const COMPARE_ITEMS: usize = 50;
/// Places that one page of a comparison shows beside each other; of more, those of one province can be chosen.
pub const COMPARE_PLACES_MAX: usize = 40;
/// Elements that it shows: what only single places have makes the list long.
pub const COMPARE_ROWS_MAX: usize = 200;
/// Implementations, items or mechanisms that a law's page lists of each.
pub const LAW_ROWS_MAX: usize = 200;
/// Days for positions to a common text, unless the lead gives another day.
pub const PROPOSAL_DAYS: i32 = 20;
/// Days for taking over what was adopted, unless the lead gives another day.
pub const ADOPTED_DAYS: i32 = 30;
/// The latest first day of a version that takes a common text over, in days from today.
pub const TAKE_OVER_DAYS_MAX: i32 = 366;
/// Places that are named of those that say the same; of more it is said how many.
pub const PLACES_NAMED_MAX: usize = 4;
/// The most bytes of a file of a network (2 GiB).
pub const NETWORK_FILE_BYTES_MAX: usize = 2 * 1024 * 1024 * 1024;
/// The most actors of a network that is read from files.
pub const NETWORK_ACTORS_MAX: usize = 1_000_000;
/// The most ties of it: lines of a list of ties, one without direction counting twice.
pub const NETWORK_TIES_MAX: usize = 10_000_000;
/// Faults of its files that are told at once; of more the first.
pub const NETWORK_FAULTS_MAX: usize = 20;
/// Dossiers and lines that a diagnosis names of those it counts.
pub const DIAGNOSIS_SOURCES_SHOWN: usize = 10;
/// The most actors for measures whose time grows with the third power of their number.
pub const NETWORK_SLOW_ACTORS_MAX: usize = 5_000;
/// From how many starts communities, and a core, are sought.
pub const NETWORK_STARTS: usize = 10;
/// Permutations of a measure with a share of them, unless the command says otherwise.
pub const NETWORK_PERMUTATIONS: usize = 1_000;
/// Networks drawn from a model, or drawings of its periods, unless the command says otherwise.
pub const NETWORK_DRAWS: usize = 200;
/// The most permutations or draws.
pub const NETWORK_DRAWS_MAX: u64 = 1_000_000;
/// Pairs with which each event is compared, unless the command says otherwise.
pub const NETWORK_CONTROLS: usize = 20;
/// Dossiers whose ties are made in one go.
pub const NETWORK_COUNTED: i64 = 256;
/// How often it is looked whether ties are to be made, in milliseconds.
pub const NETWORK_LOOKED_MS: u64 = 5_000;
/// Making ties takes one part in so many of a process's time: cases come first.
pub const NETWORK_SHARE: u32 = 10;
/// Dossiers whose ties are read into memory in one go.
pub const NETWORK_READ: i64 = 2_000;
/// Rows of ties that are put aside before the others are written anew.
pub const NETWORK_ROWS_ASIDE: usize = 100_000;
/// Actors in each list that the network desk shows first.
pub const NETWORK_FIRST: usize = 10;
/// Hand-overs that an authority must have answered before a share of returns is told of it.
pub const NETWORK_ANSWERED_LEAST: f64 = 3.0;
/// Facts on one page.
pub const NETWORK_FACTS: usize = 50;
/// What the network desk keeps of what it has computed: so many selections.
pub const NETWORK_KEPT: usize = 16;
/// Ties of a node's own dossiers of which the report is made day by day; of more it is made month by month.
pub const NETWORK_REPORT_DAILY: usize = 200_000;
/// Rows of facts at the end of a report, past which what is said of an item between two provinces adds none.
pub const NETWORK_EVIDENCE_ROWS: usize = 1_000;
/// How far back the network desk looks unless told otherwise, in months.
pub const NETWORK_MONTHS: i64 = 12;
/// How far back the page of change looks unless told otherwise, in months: a season takes years.
pub const NETWORK_CHANGE_MONTHS: i64 = 60;
/// The most periods in which change is looked for: a century of months. Every one of them is tried as another day.
pub const NETWORK_PERIODS_MAX: usize = 1_200;
/// Events that are named where one is unknown.
pub const NETWORK_EVENTS_NAMED: usize = 20;
/// The most statements of lists that are read.
pub const STATEMENTS_MAX: usize = 1_000_000;
/// From how many starts the camps of a discourse are sought, for each permutation anew.
pub const CAMPS_STARTS: usize = 4;
/// How often it is looked whether a month is over and is to be told in the node's digest, in seconds.
pub const DIGEST_LOOKED_S: u64 = 10;
/// How long after its end a month is told, in days: what was said in it by slips is stamped by then.
pub const DIGEST_AFTER_DAYS: i64 = 3;
/// How many months back a node begins to tell of its ties, at most.
pub const DIGEST_BACK_MONTHS: usize = 24;
/// How many of the last months are looked at again, to see whether they are to be told anew.
pub const DIGEST_AGAIN_MONTHS: usize = 3;
/// Months of a node's digest that a page lists, the latest first; the interface gives all.
pub const DIGEST_MONTHS_SHOWN: usize = 12;
/// Rows of a month that a page shows; the file has all.
pub const DIGEST_ROWS_SHOWN: usize = 500;
/// Events, statements, diagnoses, or withdrawn things of the evidence on one page.
pub const EVIDENCE_ROWS_SHOWN: usize = 200;
/// Names of those for or against a concept that are written out.
pub const EVIDENCE_NAMES_SHOWN: usize = 12;
/// How many steps a hand-over in a log of events may span at most.
pub const NETWORK_STEPS_MAX: usize = 100;
/// How often CONCOR halves, unless the command says otherwise; the blockmodel has as many groups as come of it.
pub const NETWORK_SPLITS: u32 = 2;
/// How often it may halve at most.
pub const NETWORK_SPLITS_MAX: u32 = 5;
/// How wide a picture of a network is unless something else is asked for, in pixels: as wide as a page.
pub const PICTURE_WIDTH: u32 = 960;
/// The least width of such a picture, in pixels.
pub const PICTURE_WIDTH_MIN: u32 = 320;
/// The greatest, in pixels.
pub const PICTURE_WIDTH_MAX: u32 = 4_000;
/// Points of a PNG for each pixel of such a picture, so that it is sharp in print.
pub const PICTURE_PNG_SCALE: f32 = 2.0;
/// Actors of a network that are drawn; of more the strongest.
pub const PICTURE_ACTORS_MAX: usize = 3_000;
/// Ties of a network that are drawn, unless another number is asked for; of more the strongest.
pub const PICTURE_TIES: usize = 400;
/// Names in a picture of a network, of the strongest actors.
pub const PICTURE_NAMES: usize = 80;
/// Names that may stand on the signs of others where there is no other place, in a picture with more actors than names.
pub const PICTURE_NAMES_COVERING: usize = 40;
/// Actors of a heat map, unless another number is asked for: as many as can be read on a page.
pub const PICTURE_HEAT_ACTORS: usize = 40;
/// Groups between which flows are drawn; of more the weakest are put together.
pub const PICTURE_GROUPS: usize = 12;
/// Flows that are drawn, unless another number is asked for.
pub const PICTURE_FLOWS: usize = 60;
/// Events of a timeline, unless another number is asked for.
pub const PICTURE_EVENTS: usize = 40;
/// Periods of a timeline; of more the last.
pub const PICTURE_PERIODS: usize = 120;
/// Bars beside each other, unless another number is asked for.
pub const PICTURE_BARS: usize = 40;
/// Periods of a network with a slider on a page: months, or quarters or years where there would be more months.
pub const PICTURE_SLIDER_PERIODS: usize = 36;
/// Actors of a network with a slider, times periods; of more the strongest.
pub const PICTURE_SLIDER_ACTORS: usize = 36_000;
/// Ties of a network with a slider, of all periods together; each period has as many, the strongest.
pub const PICTURE_SLIDER_TIES: usize = 6_000;
/// Little networks in one picture, unless another number is asked for; of more the last.
pub const PICTURE_PANELS: usize = 24;
/// Actors of a little network; of more the strongest.
pub const PICTURE_PANEL_ACTORS: usize = 150;
/// Ties of a little network; of more the strongest.
pub const PICTURE_PANEL_TIES: usize = 200;
/// Names in a little network.
pub const PICTURE_PANEL_NAMES: usize = 3;
