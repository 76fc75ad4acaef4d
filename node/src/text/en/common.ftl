# Words that all pages share.
product = Tongban
skip-to-content = Skip to content
nav-label = Main navigation
nav-home = Home
nav-track = Track a case
nav-my = My cases
nav-window = To do today
nav-window-new = Take in a case
nav-authority = Inbox
nav-accounts = Accounts
nav-operator = Operation
nav-registrar = Directory
size-large = Large type
size-normal = Normal type
sign-in = Sign in
sign-out = Sign out
drill-data = Practice data, no real cases
drill-date = Practice date: { $date }
drill-start = How to try it
footer-text = Open platform for services handled across provinces (跨省通办). Every item names its source, what is not verified is said so; practice content is always marked.
footer-as = You are signed in as “{ $name }”.
footer-start = Try it in three steps
footer-parts = Page parts
footer-api = Open API
problem-title = Not quite yet, please look here first
field-optional = optional
upload-hint = PDF, JPG or PNG, at most 10 MB each
file-held = The file you chose is kept ({ $size }); no need to choose it again, unless you want another
login-title = Sign in
login-name = User name
login-password = Password
login-do = Sign in
login-kept = Your session ended. What you typed is kept for 30 minutes and comes back when you sign in with the same account (files must be chosen again).
login-trial = Show the practice accounts
kept-restored = This is what you had typed. Please check it and go on. Files must be chosen again.
page-next = Next page
page-first = First page
list-pages = Pages
date-provisional = provisional
print = Print
yes = Yes
no = No
free-of-charge = Free of charge
days-working =
    { $days ->
        [one] { $days } working day
       *[other] { $days } working days
    }
days-calendar =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
days-at-once = at once
mark-seen = seen in its source
mark-part-seen = partly seen in its source
mark-recalled = recalled, to be verified
code-unverified = code to be verified
invented = practice content
parts-title = Page parts
parts-lead = Every page is made of these parts.
parts-messages = Messages
parts-fields = Fields
parts-data = Data
parts-wrong = The number has 18 characters, please check it
parts-attention = Please answer within 2 working days
parts-done = Taken in
parts-note = The materials are safe and will be delivered by themselves
parts-field = Identity number
parts-hint = The 18 characters on the identity card
parts-select = Handling place
parts-choices = How it was checked
parts-check = I have checked it
parts-text = What they should do
parts-text-hint = A sentence or two is enough
parts-file = Identity card
parts-primary = Hand over to Anhui
parts-secondary = Save
parts-link = Back to the inbox
parts-option-a = Hefei
parts-option-b = Xuancheng
parts-table = Waiting for you
parts-case = Case
parts-case-a = Certificate of a paid-off loan · Hefei
parts-case-b = Certificate of no criminal record · Xuancheng
parts-state = State
parts-plain = Taken in
parts-move = Your move
parts-late = Late
parts-good-badge = Decided
parts-qr = QR code for tracking
