# Common texts: proposed, answered, taken over.
proposal-name = { $item }: common text no. { $number }
proposal-state-open = Open for positions
proposal-state-ripe = To be settled by the lead
proposal-state-adopted = Adopted
proposal-state-let-go = Not adopted
proposal-stance-agree = Agrees
proposal-stance-agree-if-changed = Agrees if changed
proposal-stance-disagree = Does not agree
proposal-find = See where places differ, and propose a common text
proposal-propose = Propose a common text
proposal-propose-title = Propose a common text for { $item }
proposal-propose-lead = Here is everything in which places differ, what hurts most cases first, then what differs in most places. Choose what is to be the same everywhere; leave alone what is not to change. The Chinese word for “here” in a text stands for each place's own name.
proposal-propose-do = Propose, and ask for positions
proposal-propose-hint = Once proposed it cannot be changed, and everyone can read it. All authorities that have the item are asked, and answer by the last day; a change is another proposal once this one is settled.
proposal-leave = Leave it as it is
proposal-choice = { $says } ({ $who })
proposal-choice-most = { $says } (what most say: { $who })
proposal-who-many = { $names } and others, { $count } places
proposal-who-nobody = no place says exactly this now
proposal-deviating = { $places ->
    [one] 1 place says otherwise than most
   *[other] { $places } places say otherwise than most
 }
proposal-hurts = { $count ->
    [one] 1 case there came back or had to be completed
   *[other] { $count } cases there came back or had to be completed
 }
proposal-no-topics = All places ask for the same, or only one place has published it: there is nothing to be made common. Parts of joint handlings are not settled here.
proposal-not-yet = This item does not stand in a public dossier yet, so nothing can be proposed. Look again in a minute.
proposal-nothing-chosen = Nothing is chosen yet. Choose what is to be the same in at least one of these.
proposal-choice-gone = An authority has just published, and something that you chose is not said any more. The rest is still here: look at it and send it again.
proposal-reason = Why it should be the same
proposal-reason-hint = Such as: which materials nobody needs, and how often people came in vain because of them.
proposal-until = Last day for positions
proposal-until-hint = From tomorrow to a year from now.
proposal-running = Common texts that are open
proposal-of-item = Common texts of this item
proposal-text = Common text
proposal-where = Where it stands
proposal-silent = Authorities without a position
proposal-waits-for-you = { $count ->
    [one] A common text waits for your authority
   *[other] { $count } common texts wait for your authority
 }
proposal-waits-for-lead = { $count ->
    [one] A common text can be settled
   *[other] { $count } common texts can be settled
 }
proposal-wants-position = Say what you think of it, by { $until }
proposal-wants-reply = Adopted: take it over into your list or say why not, by { $until }
proposal-wants-settlement = Adopt it or let it go
proposal-lead = A common text says what should be the same in all places. Who proposed it, what each authority thinks and what became of it stand here for everyone to read.
proposal-says = What it says
proposal-everywhere = Everywhere
proposal-wanted = This condition holds
proposal-unwanted = Not asked for
proposal-also = Now also called: { $names }
proposal-at = Proposed
proposal-conformity = Conformity now
proposal-conformity-after = If all take it over
proposal-conformity-meaning = Of the lists as they are published today; the comparison says how it is counted.
proposal-positions = Positions
proposal-counts = { $agree } agree, { $changed } agree if changed, { $disagree } do not agree, { $waits } have not answered
proposal-everyone = There are too many authorities to name: everyone that has the item may answer.
proposal-authority = Authority
proposal-stance = Position
proposal-why = Why
proposal-when = When
proposal-nothing-said = No position yet
proposal-adopted = Adopted
proposal-let-go = Not adopted
proposal-by = To be taken over by
proposal-by-hint = Today or later. Of no meaning if it is not adopted.
proposal-replies = Who has taken it over
proposal-reply = Taken over
proposal-taken-over = Taken over: version { $version } of the list, from { $from }
proposal-declined = Not taken over
proposal-reply-none = No answer yet
proposal-reply-late = No answer, and late
proposal-position-title = Your authority's position
proposal-position-again = Your authority has answered. It may answer anew until the last day; the last answer counts.
proposal-position-hint = Need not be filled in if you agree. If you agree with a change, say which; if you do not agree, say why. Everyone can read it.
proposal-position-do = Answer
proposal-stance-missing = Choose whether you agree, agree if it is changed, or do not agree.
proposal-take-over-title = Taking it over into your list
proposal-changes-lead = This is all that changes in your list. Cases that were taken in keep the list that they began with.
proposal-changes = Changes of your list
proposal-now = Now
proposal-next = Afterwards
proposal-from = From which day
proposal-from-hint = Today or later, within a year.
proposal-take-over-do = Take over and publish
proposal-no-change = Your list says all of it already: nothing is to be changed.
proposal-confirm-do = Confirm that it says so
proposal-taken = Your authority has taken it over.
proposal-nothing-own = Your authority publishes nothing of this item now: there is nothing to be changed.
proposal-decline-title = Do not take it over, and say why
proposal-decline-hint = Which clause cannot be met, and why. Everyone can read it; it may still be taken over later.
proposal-decline-do = Do not take it over
proposal-runs-until = { $waits ->
    [one] Open until { $until }; one authority has not answered. It can be settled afterwards, or once all have answered.
   *[other] Open until { $until }; { $waits } authorities have not answered. It can be settled afterwards, or once all have answered.
 }
proposal-settle-title = Settle it
proposal-outcome = Outcome
proposal-adopt = Adopt it, to be taken over everywhere
proposal-let-it-go = Do not adopt it
proposal-settle-hint = How the positions were considered.
proposal-settle-do = Settle and publish
proposal-outcome-missing = Choose whether it is adopted.
proposal-done-proposed = Proposed; all authorities will see it
proposal-done-position = Your authority's position is recorded
proposal-done-settle = Settled and published
proposal-done-take-over = Taken over and published; the windows' check-lists follow by themselves on that day
proposal-done-decline = Your authority's reason is recorded
proposal-done-sent = Recorded, and on its way to the lead's node
window-agreed = This list follows a common text since { $from }
