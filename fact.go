package orrery

// FactKind numbers the kinds of facts. Numbers are never reused or reordered; a changed meaning is a new kind. A reader
// that meets a kind it does not know stops.
type FactKind uint16

// Fact is one line of the log. Facts carry outcomes (a moment, an amount), never parameters, so that replay needs no
// policy, no model and no clock. Facts are passed as pointers and never changed once emitted.
type Fact interface {
	Kind() FactKind
}

// Kinds of facts.
const (
	KindTouchRecorded FactKind = iota + 1
	KindFragmentSeen
	KindEvidenceAccepted
	KindEvidenceQuarantined
	KindLinkDecided
	KindFragmentAssigned
	KindFragmentShared
	KindSignalsRevised
	KindConsentChanged
	KindCaseOpened
	KindCaseChanged
	KindHoldPlaced
	KindHoldChanged
	KindHoldReleased
	KindApologyDue
	KindApologyPaid
	KindLifeNoted
	KindLifeChanged
	KindViewsWithdrawn
	KindAudienceChanged
	KindPushRequested
	KindPushAnswered
	KindIntentOffered
	KindIntentChanged
	KindEffectRequested
	KindEffectReleased
	KindEffectAnswered
	KindConflictFound
	KindSignalRaised
	KindSignalActed
	KindReviewOpened
	KindReviewClosed
	KindPolicyApplied
	KindInputQuarantined
	KindQuarantineCleared
	KindPersonErased
	KindAccountChanged
	KindClockJumped
	KindIncarnationBegan
	KindSourceBroken
	KindBackfillMoved
	KindAlertRaised
	KindAlertChanged
	KindTopicEmerged
	KindViewsRestored
)

// TouchRecorded: a touch arrived under this fragment.
type TouchRecorded struct {
	Anchor FragmentID
	Person PersonID // at the time; kept for the timeline's "while joined"
	Touch  Touch
}

// FragmentSeen: an identifier was accepted for the first time.
type FragmentSeen struct {
	Fragment   FragmentID `cbor:"1,keyasint" json:"fragment"`
	Identifier Identifier `cbor:"2,keyasint" json:"identifier"`
	At         Instant    `cbor:"3,keyasint" json:"at"` // clamped event time
	Source     SourceName `cbor:"4,keyasint" json:"source"`
	Owner      FragmentID `cbor:"5,keyasint,omitempty" json:"owner,omitzero"`  // slice: whose turns these are
	Device     FragmentID `cbor:"6,keyasint,omitempty" json:"device,omitzero"` // slice: on which device
}

// EvidenceAccepted: a link between two identifiers was accepted, or seen at an earlier event time than known.
type EvidenceAccepted struct {
	Evidence
	Link LinkID `cbor:"10,keyasint" json:"link"`
}

// EvidenceQuarantined: a breaker was open; the link waits for a person's decision.
type EvidenceQuarantined struct {
	Evidence
	Link    LinkID `cbor:"10,keyasint" json:"link"`
	Breaker string `cbor:"11,keyasint" json:"breaker"`
}

// LinkDecided: a person at the brand said that two identifiers do not, or do, belong together. Taken back by Undo.
type LinkDecided struct {
	Link LinkID     `cbor:"1,keyasint" json:"link"`
	A    FragmentID `cbor:"2,keyasint" json:"a"`
	B    FragmentID `cbor:"3,keyasint" json:"b"`
	Same bool       `cbor:"4,keyasint" json:"same"`
	Undo bool       `cbor:"5,keyasint,omitempty" json:"undo,omitzero"` // an earlier decision on this pair is taken back
	By   Actor      `cbor:"6,keyasint" json:"by"`
	Why  string     `cbor:"7,keyasint,omitempty" json:"why,omitzero"`
}

// FragmentAssigned: this fragment now belongs to Person; one fact for each fragment that moves.
type FragmentAssigned struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Person   PersonID   `cbor:"2,keyasint" json:"person"`
	Before   PersonID   `cbor:"3,keyasint,omitempty" json:"before,omitzero"`
	Reason   string     `cbor:"4,keyasint" json:"reason"` // seen, joined, split, shared
	Cause    TouchID    `cbor:"5,keyasint,omitempty" json:"cause,omitzero"`
}

// FragmentShared: an identifier turned out to serve several people (or no longer does).
type FragmentShared struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Shared   bool       `cbor:"2,keyasint" json:"shared"`
	Unique   int        `cbor:"3,keyasint" json:"unique"` // distinct unique identifiers beside it
}

// SignalsRevised: a correction by a person, or a later model's answer, about a touch.
type SignalsRevised struct {
	Touch    TouchID    `cbor:"1,keyasint" json:"touch"`
	Fragment FragmentID `cbor:"2,keyasint" json:"fragment"`
	Signals  Signals    `cbor:"3,keyasint" json:"signals"`
	By       Actor      `cbor:"4,keyasint" json:"by"`
}

// ConsentChanged: an answer about a purpose on a channel that differs from what was known.
type ConsentChanged struct {
	Fragment FragmentID `cbor:"9,keyasint" json:"fragment"` // 1 to 4 are the claim's
	ConsentClaim
	Source SourceName `cbor:"10,keyasint" json:"source"`
	Touch  TouchID    `cbor:"11,keyasint,omitempty" json:"touch,omitzero"`
	By     string     `cbor:"12,keyasint,omitempty" json:"by,omitzero"`
}

// CaseOpened: a matter to put right.
type CaseOpened struct {
	Case Case  `cbor:"1,keyasint" json:"case"`
	By   Actor `cbor:"2,keyasint" json:"by"`
}

// CaseChanged: the case as it stands after the change; Change names what happened: resolved, satisfied, unsatisfied,
// reopened, dismissed, asked, reminded, escalated, severity, product.
type CaseChanged struct {
	Case   Case   `cbor:"1,keyasint" json:"case"`
	Change string `cbor:"2,keyasint" json:"change"`
	By     Actor  `cbor:"3,keyasint" json:"by"`
	Note   string `cbor:"4,keyasint,omitempty" json:"note,omitzero"`
}

// HoldPlaced: outbound things of the barred classes are held from here on.
type HoldPlaced struct {
	Hold Hold `cbor:"1,keyasint" json:"hold"`
}

// HoldChanged: the hold as it stands now (another end, another kind: case to rest).
type HoldChanged struct {
	Hold   Hold   `cbor:"1,keyasint" json:"hold"`
	Change string `cbor:"2,keyasint" json:"change"`
	By     string `cbor:"3,keyasint,omitempty" json:"by,omitzero"`
}

// HoldReleased: the hold is over, with the reason.
type HoldReleased struct {
	Hold     HoldID     `cbor:"1,keyasint" json:"hold"`
	Was      HoldKind   `cbor:"2,keyasint" json:"kind"`
	Fragment FragmentID `cbor:"3,keyasint" json:"fragment"`
	Reason   string     `cbor:"4,keyasint" json:"reason"` // satisfied_and_rested, dismissed, expired, rejected, by_staff
	By       string     `cbor:"5,keyasint,omitempty" json:"by,omitzero"`
}

// ApologyDue: the next thing this person hears from us is an apology.
type ApologyDue struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Case     CaseID     `cbor:"2,keyasint,omitempty" json:"case,omitzero"`
	Since    Instant    `cbor:"3,keyasint" json:"since"`
	Again    bool       `cbor:"4,keyasint,omitempty" json:"again,omitzero"` // a bounce re-armed it
}

// ApologyPaid: a recovery message was accepted by its channel, or a person's reply was so marked.
type ApologyPaid struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Case     CaseID     `cbor:"2,keyasint,omitempty" json:"case,omitzero"`
	Intent   IntentID   `cbor:"3,keyasint,omitempty" json:"intent,omitzero"`
	By       Actor      `cbor:"4,keyasint" json:"by"`
}

// LifeNoted: an event in the person's life became known or was inferred.
type LifeNoted struct {
	Event LifeEvent `cbor:"1,keyasint" json:"event"`
}

// LifeChanged: the event as it stands now; Change is confirmed, rejected or expired.
type LifeChanged struct {
	Event  LifeEvent `cbor:"1,keyasint" json:"event"`
	Change string    `cbor:"2,keyasint" json:"change"`
	By     Actor     `cbor:"3,keyasint" json:"by"`
}

// ViewsWithdrawn: views of a product in a span before a complaint no longer count for audiences.
type ViewsWithdrawn struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Product  string     `cbor:"2,keyasint" json:"product"`
	From     Instant    `cbor:"3,keyasint" json:"from"`
	To       Instant    `cbor:"4,keyasint" json:"to"`
	Case     CaseID     `cbor:"5,keyasint,omitempty" json:"case,omitzero"`
}

// ViewsRestored: the case was none after all, so the views that were withdrawn for it count again.
type ViewsRestored struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Product  string     `cbor:"2,keyasint" json:"product"`
	Case     CaseID     `cbor:"3,keyasint" json:"case"`
}

// AudienceChanged: the person entered or left an audience.
type AudienceChanged struct {
	Fragment FragmentID   `cbor:"1,keyasint" json:"fragment"` // the person's representative
	Audience AudienceName `cbor:"2,keyasint" json:"audience"`
	In       bool         `cbor:"3,keyasint" json:"in"`
	Reason   string       `cbor:"4,keyasint,omitempty" json:"reason,omitzero"` // rule, hold, consent, withdrawn, timer, merge, policy, erased
	Evidence string       `cbor:"5,keyasint,omitempty" json:"evidence,omitzero"`
}

// PushRequested: the desired membership of one person in one list of one destination changed.
type PushRequested struct {
	Fragment    FragmentID      `cbor:"1,keyasint" json:"fragment"`
	Destination DestinationName `cbor:"2,keyasint" json:"destination"`
	Audience    AudienceName    `cbor:"3,keyasint" json:"audience"`
	Push        PushKind        `cbor:"4,keyasint" json:"push"`
	Version     uint64          `cbor:"5,keyasint" json:"version"`
	Reason      string          `cbor:"6,keyasint,omitempty" json:"reason,omitzero"`
	Cause       string          `cbor:"7,keyasint,omitempty" json:"cause,omitzero"` // id of the hold, case, consent or rule
}

// PushAnswered: what the destination said about a version.
type PushAnswered struct {
	Fragment    FragmentID      `cbor:"1,keyasint" json:"fragment"`
	Destination DestinationName `cbor:"2,keyasint" json:"destination"`
	Audience    AudienceName    `cbor:"3,keyasint" json:"audience"`
	Push        PushKind        `cbor:"4,keyasint" json:"push"`
	Version     uint64          `cbor:"5,keyasint" json:"version"`
	Outcome     Outcome         `cbor:"6,keyasint" json:"outcome"`
	Detail      string          `cbor:"7,keyasint,omitempty" json:"detail,omitzero"`
	RequestedAt Instant         `cbor:"8,keyasint,omitempty" json:"requested_at,omitzero"`
	NotBefore   Instant         `cbor:"9,keyasint,omitempty" json:"not_before,omitzero"` // retry: the next attempt
}

// IntentOffered: somebody wants to send something, and this was the gate's answer.
type IntentOffered struct {
	Intent Intent      `cbor:"1,keyasint" json:"intent"`
	Answer Answer      `cbor:"2,keyasint" json:"answer"`
	State  IntentState `cbor:"3,keyasint" json:"state"`
}

// IntentChanged: what became of an intent, with the gate's latest answer.
type IntentChanged struct {
	Intent   IntentID    `cbor:"1,keyasint" json:"intent"`
	Fragment FragmentID  `cbor:"2,keyasint" json:"fragment"`
	State    IntentState `cbor:"3,keyasint" json:"state"`
	Answer   Answer      `cbor:"4,keyasint" json:"answer"`
	Detail   string      `cbor:"5,keyasint,omitempty" json:"detail,omitzero"`
}

// EffectRequested: something is asked of the outside world; a worker will try once this is durable.
type EffectRequested struct {
	Effect Effect `cbor:"1,keyasint" json:"effect"`
}

// EffectReleased: an attempt begins; the gate was asked again in this very chunk.
type EffectReleased struct {
	Effect   EffectID   `cbor:"1,keyasint" json:"effect"`
	Intent   IntentID   `cbor:"2,keyasint,omitempty" json:"intent,omitzero"`
	Fragment FragmentID `cbor:"3,keyasint" json:"fragment"`
	Attempt  int        `cbor:"4,keyasint" json:"attempt"`
}

// EffectAnswered: how an attempt ended.
type EffectAnswered struct {
	Effect    EffectID   `cbor:"1,keyasint" json:"effect"`
	Intent    IntentID   `cbor:"2,keyasint,omitempty" json:"intent,omitzero"`
	Fragment  FragmentID `cbor:"3,keyasint" json:"fragment"`
	Attempt   int        `cbor:"4,keyasint" json:"attempt"`
	Outcome   Outcome    `cbor:"5,keyasint" json:"outcome"`
	Detail    string     `cbor:"6,keyasint,omitempty" json:"detail,omitzero"`
	NotBefore Instant    `cbor:"7,keyasint,omitempty" json:"not_before,omitzero"` // retry: the next attempt
	Overtaken bool       `cbor:"8,keyasint,omitempty" json:"overtaken,omitzero"`  // a hold came between release and writing
}

// ConflictFound: two outbound things to one person repeat or contradict each other.
type ConflictFound struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Theme    string     `cbor:"2,keyasint" json:"theme"`
	First    string     `cbor:"3,keyasint" json:"first"`  // id of the earlier touch or intent
	Second   string     `cbor:"4,keyasint" json:"second"` // id of the later one
	Contra   bool       `cbor:"5,keyasint,omitempty" json:"contradicts"`
	Teams    []string   `cbor:"6,keyasint,omitempty" json:"teams,omitzero"`
}

// SignalRaised: something was understood that somebody should act on.
type SignalRaised struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Touch    TouchID    `cbor:"2,keyasint" json:"touch"`
	Signal   string     `cbor:"3,keyasint" json:"signal"`                 // complaint, life.engagement, purchase, question, cancellation, risk.injury
	Due      Instant    `cbor:"4,keyasint,omitempty" json:"due,omitzero"` // acted on by then, or it is listed as missed
}

// SignalActed: it was acted on, or its time passed.
type SignalActed struct {
	Fragment FragmentID `cbor:"1,keyasint" json:"fragment"`
	Touch    TouchID    `cbor:"2,keyasint" json:"touch"`
	Signal   string     `cbor:"3,keyasint" json:"signal"`
	Missed   bool       `cbor:"4,keyasint,omitempty" json:"missed,omitzero"`
	By       string     `cbor:"5,keyasint,omitempty" json:"by,omitzero"` // id of the case or intent that acted
}

// ReviewOpened: a person should look at something we only inferred.
type ReviewOpened struct {
	Review   ReviewID   `cbor:"1,keyasint" json:"review"`
	Fragment FragmentID `cbor:"2,keyasint" json:"fragment"`
	Touch    TouchID    `cbor:"3,keyasint,omitempty" json:"touch,omitzero"`
	About    string     `cbor:"4,keyasint" json:"about"` // life.bereavement, complaint, escalation, apology_bounced
	Life     LifeID     `cbor:"5,keyasint,omitempty" json:"life,omitzero"`
	Case     CaseID     `cbor:"6,keyasint,omitempty" json:"case,omitzero"`
}

// ReviewClosed: somebody looked, or it was overtaken.
type ReviewClosed struct {
	Review   ReviewID   `cbor:"1,keyasint" json:"review"`
	Fragment FragmentID `cbor:"2,keyasint" json:"fragment"`
	Answer   string     `cbor:"3,keyasint" json:"answer"` // yes, no, expired
	By       Actor      `cbor:"4,keyasint" json:"by"`
}

// PolicyApplied: from here on this policy is in force.
type PolicyApplied struct {
	Version int    `cbor:"1,keyasint" json:"version"`
	Text    string `cbor:"2,keyasint" json:"text"` // the YAML, whole
	By      Actor  `cbor:"3,keyasint" json:"by"`
}

// InputQuarantined: an event that cannot be processed as it is, kept to be listed, corrected and sent again.
type InputQuarantined struct {
	Number    uint64     `cbor:"1,keyasint" json:"number"`
	Source    SourceName `cbor:"2,keyasint" json:"source"`
	MessageID string     `cbor:"3,keyasint,omitempty" json:"message_id,omitzero"`
	Code      string     `cbor:"4,keyasint" json:"code"`
	Say       string     `cbor:"5,keyasint" json:"say"`
	Body      string     `cbor:"6,keyasint" json:"body"` // the event as it came, at most 32 KiB
	Trust     Trust      `cbor:"7,keyasint" json:"trust"`
	Seen      bool       `cbor:"8,keyasint,omitempty" json:"seen,omitzero"`    // its message id counts as seen: sent again, it is a duplicate
	History   bool       `cbor:"9,keyasint,omitempty" json:"history,omitzero"` // it came as history: sent again, it is history
}

// QuarantineCleared: it was sent again or thrown away.
type QuarantineCleared struct {
	Number uint64 `cbor:"1,keyasint" json:"number"`
	How    string `cbor:"2,keyasint" json:"how"` // resubmitted, discarded, erased
	By     Actor  `cbor:"3,keyasint" json:"by"`
}

// PersonErased: these fragments are gone; what remains are keyed hashes in the register.
type PersonErased struct {
	Fragments []FragmentID `cbor:"1,keyasint" json:"fragments"`
	By        Actor        `cbor:"2,keyasint" json:"by"`
	Request   string       `cbor:"3,keyasint,omitempty" json:"request,omitzero"`
}

// AccountChanged: a company or household was seen or its traits changed, or a fragment joined it.
type AccountChanged struct {
	Account  AccountID  `cbor:"1,keyasint" json:"account"`
	Fragment FragmentID `cbor:"2,keyasint,omitempty" json:"fragment,omitzero"`
	Traits   []Trait    `cbor:"3,keyasint,omitempty" json:"traits,omitzero"`
}

// ClockJumped: the wall clock jumped against the monotonic one; timers are frozen until somebody says go on.
type ClockJumped struct {
	By     Span `cbor:"1,keyasint" json:"by"`
	Frozen bool `cbor:"2,keyasint" json:"frozen"`
}

// IncarnationBegan: the workspace was created, or restored from a backup; effects wait until they are resumed by hand.
type IncarnationBegan struct {
	Incarnation uint16 `cbor:"1,keyasint" json:"incarnation"`
	Restored    bool   `cbor:"2,keyasint,omitempty" json:"restored,omitzero"`
	Resumed     bool   `cbor:"3,keyasint,omitempty" json:"resumed,omitzero"`
}

// SourceBroken: a source bridged too many people too fast; its right to bridge is suspended, or given back.
type SourceBroken struct {
	Source SourceName `cbor:"1,keyasint" json:"source"`
	Broken bool       `cbor:"2,keyasint" json:"broken"`
	Joins  int        `cbor:"3,keyasint,omitempty" json:"joins,omitzero"`
	By     string     `cbor:"4,keyasint,omitempty" json:"by,omitzero"`
}

// BackfillMoved: how far a bounded piece of work (a new audience over everybody) has come.
type BackfillMoved struct {
	Name   string     `cbor:"1,keyasint" json:"name"`
	Cursor FragmentID `cbor:"2,keyasint" json:"cursor"`
	Done   bool       `cbor:"3,keyasint,omitempty" json:"done,omitzero"`
	Policy int        `cbor:"4,keyasint,omitempty" json:"policy,omitzero"`
}

// AlertRaised: a burst was noticed. Told names the fragment, nobody's, under which subscribers are told.
type AlertRaised struct {
	Alert Alert      `cbor:"1,keyasint" json:"alert"`
	Told  FragmentID `cbor:"2,keyasint" json:"-"`
}

// AlertChanged: the alert as it stands now; Change is grew (another severity) or ended.
type AlertChanged struct {
	Alert  Alert      `cbor:"1,keyasint" json:"alert"`
	Change string     `cbor:"2,keyasint" json:"change"`
	Told   FragmentID `cbor:"3,keyasint" json:"-"`
}

// TopicEmerged: people began to speak of something.
type TopicEmerged struct {
	Topic Topic      `cbor:"1,keyasint" json:"topic"`
	Told  FragmentID `cbor:"2,keyasint" json:"-"`
}

func (*TouchRecorded) Kind() FactKind       { return KindTouchRecorded }
func (*FragmentSeen) Kind() FactKind        { return KindFragmentSeen }
func (*EvidenceAccepted) Kind() FactKind    { return KindEvidenceAccepted }
func (*EvidenceQuarantined) Kind() FactKind { return KindEvidenceQuarantined }
func (*LinkDecided) Kind() FactKind         { return KindLinkDecided }
func (*FragmentAssigned) Kind() FactKind    { return KindFragmentAssigned }
func (*FragmentShared) Kind() FactKind      { return KindFragmentShared }
func (*SignalsRevised) Kind() FactKind      { return KindSignalsRevised }
func (*ConsentChanged) Kind() FactKind      { return KindConsentChanged }
func (*CaseOpened) Kind() FactKind          { return KindCaseOpened }
func (*CaseChanged) Kind() FactKind         { return KindCaseChanged }
func (*HoldPlaced) Kind() FactKind          { return KindHoldPlaced }
func (*HoldChanged) Kind() FactKind         { return KindHoldChanged }
func (*HoldReleased) Kind() FactKind        { return KindHoldReleased }
func (*ApologyDue) Kind() FactKind          { return KindApologyDue }
func (*ApologyPaid) Kind() FactKind         { return KindApologyPaid }
func (*LifeNoted) Kind() FactKind           { return KindLifeNoted }
func (*LifeChanged) Kind() FactKind         { return KindLifeChanged }
func (*ViewsWithdrawn) Kind() FactKind      { return KindViewsWithdrawn }
func (*ViewsRestored) Kind() FactKind       { return KindViewsRestored }
func (*AudienceChanged) Kind() FactKind     { return KindAudienceChanged }
func (*PushRequested) Kind() FactKind       { return KindPushRequested }
func (*PushAnswered) Kind() FactKind        { return KindPushAnswered }
func (*IntentOffered) Kind() FactKind       { return KindIntentOffered }
func (*IntentChanged) Kind() FactKind       { return KindIntentChanged }
func (*EffectRequested) Kind() FactKind     { return KindEffectRequested }
func (*EffectReleased) Kind() FactKind      { return KindEffectReleased }
func (*EffectAnswered) Kind() FactKind      { return KindEffectAnswered }
func (*ConflictFound) Kind() FactKind       { return KindConflictFound }
func (*SignalRaised) Kind() FactKind        { return KindSignalRaised }
func (*SignalActed) Kind() FactKind         { return KindSignalActed }
func (*ReviewOpened) Kind() FactKind        { return KindReviewOpened }
func (*ReviewClosed) Kind() FactKind        { return KindReviewClosed }
func (*PolicyApplied) Kind() FactKind       { return KindPolicyApplied }
func (*InputQuarantined) Kind() FactKind    { return KindInputQuarantined }
func (*QuarantineCleared) Kind() FactKind   { return KindQuarantineCleared }
func (*PersonErased) Kind() FactKind        { return KindPersonErased }
func (*AccountChanged) Kind() FactKind      { return KindAccountChanged }
func (*ClockJumped) Kind() FactKind         { return KindClockJumped }
func (*IncarnationBegan) Kind() FactKind    { return KindIncarnationBegan }
func (*SourceBroken) Kind() FactKind        { return KindSourceBroken }
func (*BackfillMoved) Kind() FactKind       { return KindBackfillMoved }
func (*AlertRaised) Kind() FactKind         { return KindAlertRaised }
func (*AlertChanged) Kind() FactKind        { return KindAlertChanged }
func (*TopicEmerged) Kind() FactKind        { return KindTopicEmerged }
