# Notices: who is told what, by which way.
told-taken-in = Your matter “{ $item }” was taken in, receipt number { $number }.
told-returned = Your matter “{ $item }” was sent back and has to be mended.
told-accepted = Your matter “{ $item }” was accepted; the time for it runs.
told-not-accepted = Your matter “{ $item }” was not accepted. Its page says why, and what you can do.
told-correction-asked = Your matter “{ $item }” needs materials by { $due }. Its page says which.
told-correction-ends = Reminder: the time to correct “{ $item }” ends on { $due }.
told-extended = The time for your matter “{ $item }” was extended. Its page says why.
told-paused = Your matter “{ $item }” is in a procedure whose time does not count.
told-fee-asked = A fee is to be paid for “{ $item }”; the number is on its page. The window takes no money.
told-ended = Your matter “{ $item }” was ended without a decision. Its page says why.
told-decided = Your matter “{ $item }” was decided. Its page says how you get the result.
told-decision-corrected = The decision on “{ $item }” was put right; the new document is on its page.
told-decision-revoked = The decision on “{ $item }” was revoked. Its page says why, and what you can do.
told-posted = The result of “{ $item }” was posted; the courier's number is on its page.
told-delivered = The result of “{ $item }” was delivered; you can open it on its page.
told-papers-sent = Your originals of “{ $item }” are on their way back; the courier's number is on its page.
told-papers-lost = Originals of “{ $item }” were lost on the way. Its page says what is done; the window will call you.
told-moved = By a reform another authority goes on with “{ $item }”. You need do nothing.
told-called-back = Your rating of “{ $item }” was answered; see its page.
told-word-taken-in = taken in
told-word-returned = sent back
told-word-accepted = accepted
told-word-not-accepted = not accepted
told-word-correction-asked = correction asked
told-word-correction-ends = correction ends
told-word-extended = extended
told-word-paused = procedure
told-word-fee-asked = fee
told-word-ended = ended
told-word-decided = decided
told-word-decision-corrected = decision put right
told-word-decision-revoked = decision revoked
told-word-posted = result posted
told-word-delivered = delivered
told-word-papers-sent = originals posted
told-word-papers-lost = originals lost
told-word-moved = another authority
told-word-called-back = rating answered
told-subject = Tongban: { $item }
told-sign = Tongban.
told-sign-drill = Tongban drill, no real matter.
told-sms-text = { $sign } { $said } More: { $link } Messages can be turned off on the page of the matter.
told-mail =
    { $sign } { $said }

    More: { $link }

    { $node }
    This mail was sent by the system; please do not answer it. It can be turned off under “Notices”.
told-confirm-subject = Tongban: please confirm your address
told-confirm =
    Somebody gave this address at { $node } to be told by mail. If it was you, open: { $link }

    If not, do nothing.
told-title = What I was told
told-none = Nothing yet
told-new = new
told-all = All notices
told-unseen = { $count } new
told-out = Notices sent
told-way-mail = mail
told-way-sms = message
told-sent = sent { $at }
told-waits = goes out after { $at }
told-again = did not go out, is tried again
told-failed = did not arrive
told-unwanted = not wanted
told-ring = A notice did not arrive: please call the applicant.
told-sms = Messages to the telephone
told-is-on = When something happens, a message goes to the telephone that was given.
told-is-off = No messages about this matter. Please look here now and then.
told-off = No more messages
told-on = Messages again
wish-title = Notices
wish-lead = How you are told when something happens. The page of the matter always says it.
wish-lead-staff = How you are told that something waits: in office hours only, with what came, what is due and what is late in one message.
wish-mail = Mail address
wish-mail-hint = After saving you get a mail; the address counts once you open the link in it
wish-mail-checked = confirmed
wish-by-mail = Tell me by mail
wish-phone = Telephone for messages
wish-phone-hint = Only to tell you of work
wish-by-sms = Tell me by message
wish-no-mail = Mail is not set up here.
wish-no-sms = Messages are not set up here.
wish-quiet-from = Quiet from
wish-quiet-until = until
wish-lang = Language of notices
wish-away = Away
wish-away-hint = On these days the messages go to who stands in for you. Only who has the same post can.
wish-away-from = First day
wish-away-until = Last day
wish-stand-in = Stand-in
wish-stand-in-none = nobody
wish-save = Save
wish-back = Back
wish-done-saved = Saved.
wish-done-sent = Saved. A mail was sent to you: please open the link in it.
wish-done-unsent = Saved, but the mail to confirm the address did not go out. Check the address and save once more in a while.
wish-done-confirmed = The address is confirmed.
wish-wrong-mail = This is no mail address; one looks like name@example.cn
wish-wrong-mail-drill = A drill takes addresses at @example.invalid only
wish-wrong-phone = This is no telephone number
wish-wrong-phone-drill = A drill takes numbers of 11 digits that begin with 100
wish-wrong-date = This is no date; one looks like 2026-12-01
wish-wrong-until = The last day comes after the first
wish-wrong-stand-in = Choose who stands in
staff-subject = Tongban: something waits
staff-waiting = { $org }: { $came } new, { $due } due by tomorrow, { $late } late.
staff-unopened = { $org }: { $unopened } have waited for hours and nobody opened them.
staff-message =
    { $sign } { $lines }

    Sign in: { $link }
staff-unread = Opened by nobody: { $count }
staff-unread-hint = They came more than { $hours } office hours ago and nobody looked. You lead this desk: please let somebody take them.
shift-from = { $name } at the end of a shift ({ $at })
shift-leave = Leave word for the next shift
shift-text = What they should know
shift-hint = For example: this case waits for a courier; somebody comes for a result in the afternoon. No identity numbers.
shift-do = Leave it
