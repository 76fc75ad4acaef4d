# Alarms: what is wrong, and what to do. Shown by `tongban doctor`, at /health/alarms and in the log.
alarm-equivocation = { $count ->
        [one] A node has stamped things that contradict each other: { $count } stamp is kept as evidence.
       *[other] A node has stamped things that contradict each other: { $count } stamps are kept as evidence.
    }
alarm-equivocation-todo = Call the coordination office at once. Do not delete or restore the data folder. The dossiers rest until the registrar recalls their pens.
alarm-slips-unanswered = { $count ->
        [one] { $count } act waits for an answer of node { $node }, for { $minutes } min.
       *[other] { $count } acts wait for an answer of node { $node }, the oldest for { $minutes } min.
    }
alarm-slips-unanswered-todo = Look whether that node runs and reads this one (its operator page, or tongban doctor there). Nothing is lost: it answers when it is back. If it is lost for good, ask for a recall.
alarm-peer-behind = Node { $node } has not fetched what this node has for it for { $minutes } min; items: { $count }.
alarm-peer-behind-todo = Look whether it runs and reaches the address that stands in the trust list for this node: firewall, certificate, clock. Nothing is lost meanwhile.
alarm-peer-unreachable = Node { $node } cannot be read for { $minutes } min ({ $code }).
alarm-peer-unreachable-todo = Run tongban doctor: it says why. connect or timeout: network or the node is down; refused-401: clock or key; refused-403: this node is not in its trust list.
alarm-stream-unread = This node has not read what node { $node } has for it for { $minutes } min; items: { $count }.
alarm-stream-unread-todo = Look into the log for what it refuses, and whether the database can be written and is fast enough.
alarm-recovering = This node has been winning back its own stamps for { $minutes } min, and stamps nothing meanwhile.
alarm-recovering-todo = It waits for every node of the trust list; the log says for whom. Get that node to run; if it is gone for good, the registrar takes it out of the trust list or excuses it by a recall.
alarm-blob-missing = { $count ->
        [one] { $count } file of a case has not come from node { $node } for { $minutes } min.
       *[other] { $count } files of cases have not come from node { $node }, the oldest for { $minutes } min.
    }
alarm-blob-missing-todo = That node does not have it either, or cannot read it: let it run tongban doctor --deep. If it lost the file, the window asks the applicant for it again.
alarm-trust-missing = This node has no trust list: it knows nobody.
alarm-trust-missing-todo = Look whether the registrar's address and fingerprint in tongban.toml are right, whether it answers, and whether it has entered this node's card.
alarm-trust-outdated = The registrar has not answered for { $minutes } min: the trust list may be outdated.
alarm-trust-outdated-todo = The node works on. Look at the network to the registrar; new or changed nodes and recalls are not seen until it answers.
alarm-key-unlisted = The trust list in force does not let this node's key sign: peers refuse what it says.
alarm-key-unlisted-todo = Give node-card.json to the registrar, who enters it with tongban trust add. If the key was taken out on purpose, stop this node.
alarm-key-ends = This node's key may sign until { $end } only.
alarm-key-ends-todo = Ask the registrar to enter a new key, or to prolong this one, before that.
alarm-certificate-ends = The HTTPS certificate of this node ends or cannot be read: { $end }
alarm-certificate-ends-todo = Put a new certificate where tls.certificate says, and start the node again.
alarm-disk-nearly-full = The disk with the data folder is nearly full: { $mib } MiB are free.
alarm-disk-nearly-full-todo = Make room or enlarge it now. With a full disk nothing can be taken in; what was acknowledged is safe.
alarm-database-unusable = The database cannot be used as it should: { $error }
alarm-database-unusable-todo = Look at disk, rights and mount of the data folder (schema: a newer program worked on it, run that one). Nothing is acknowledged while it lasts.

# tongban doctor.
doctor-mark-well = ok
doctor-mark-note = note
doctor-mark-wrong = WRONG
doctor-todo = What to do
doctor-all-well = Nothing is wrong.
doctor-count = { $count ->
        [one] { $count } thing is wrong, see above
       *[other] { $count } things are wrong, see above
    }
doctor-drill = drill
doctor-production = production
doctor-config = Node { $node }, { $realm }, { $address }
doctor-config-unusable = The configuration cannot be used: { $text }
doctor-config-unusable-todo = Give the data folder of a node, or mend the file; docs/operate.md lists its keys.
doctor-running = The node runs.
doctor-stopped = The node does not run. What only a running node knows is not looked at.
doctor-files-private = Data folder and keys are readable by their owner only.
doctor-file-open = { $path } can be read by others on this machine.
doctor-file-open-todo = chmod go-rwx { $path }
doctor-certificate = The certificate is valid until { $end }.
doctor-key-unusable = The node's key cannot be used: { $text }
doctor-key-unusable-todo = Restore it from a backup. A new key has to be entered by the registrar.
doctor-key = The trust list has this node's key { $key }.
doctor-trust = Trust list version { $version }, issued { $issued }.
doctor-schema = The database opens, its schema is this program's.
doctor-schema-older = The database is of an earlier program (step { $step }); it is brought up to date at the next start. Make a backup before. The rest is not looked at.
doctor-schema-newer = The database was written by a newer program: its schema has step { $step }, which this one, { $program }, does not know.
doctor-schema-newer-todo = Run the newer program, or restore a backup made by this one.
doctor-database = The database's own check finds nothing.
doctor-database-unusable = The database does not open or does not answer: { $text }
doctor-database-unusable-todo = Look at disk and rights. If it is damaged, restore a backup: the node wins back from its peers what it said since.
doctor-database-damaged = The database is damaged: { $text }
doctor-database-damaged-todo = Stop the node, keep a copy of the folder, and restore the last backup: the node wins back from its peers what it said since.
doctor-disk = { $gib } GiB are free.
doctor-stream = { $node }: this node's stream for it has { $end } items; of its own, { $read } are read.
doctor-streams-read = Every stream can be read from its beginning: { $count } items.
doctor-stream-damaged = The stream for { $node } cannot be read: { $text }
doctor-stream-damaged-todo = Restore the last backup into a new folder and serve that one.
doctor-blobs = All { $count } files of the blob folder are there.
doctor-blobs-coming = { $count } files of cases are named in the log and not here yet; they are fetched by themselves.
doctor-blobs-read = All { $count } files of cases have the bytes that the log names.
doctor-blob-lost = { $count } files are missing in the blob folder or have another size, such as { $first }.
doctor-blob-lost-todo = Copy them from a backup's blobs folder (the name is the hash); then run this again.
doctor-blob-changed = { $count } files do not have the bytes that the log names, such as { $first }.
doctor-blob-changed-todo = Copy them from a backup's blobs folder; look for a failing disk.
doctor-views = Every view is what follows from the log.
doctor-views-differ = { $count } views differ from the log.
doctor-views-differ-todo = Stop the node and run tongban rebuild, then report this: it is a fault of the program or of the disk.
doctor-peer = { $node } answers in { $ms } ms; its clock differs by { $seconds } s.
doctor-peer-unreachable = { $node } does not answer at { $address }: { $text }
doctor-peer-unreachable-todo = Look at network, name and certificate from this machine. If the address changed, its operator gives a new card to the registrar.
doctor-peer-other = At { $address }, where { $node } should be, { $other } answers.
doctor-peer-other-todo = The address in the trust list or the way to it (proxy, name) is wrong: tell the operator of { $node }.
doctor-peer-clock = The clock of { $node } differs from this machine's by { $seconds } s; at 300 s nodes refuse each other.
doctor-peer-clock-todo = See which of the two is wrong, and let both follow a time server.
doctor-alarms = There is no alarm.
doctor-no-monitor = Alarms that only the running process knows are not looked at: tongban.toml has no [monitor].
doctor-monitor-silent = { $url } does not answer: { $text }
doctor-monitor-silent-todo = Was [monitor] changed after the start? Start the node again.
