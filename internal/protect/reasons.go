package protect

// Reason codes of the gate's answers and of holds. They are stored in the log for ever: never renamed, never reused.
const (
	GateClear           = "gate.clear"
	GateAlways          = "gate.always"
	GateNoConsent       = "gate.no_consent"
	GateRefused         = "gate.refused"
	GateRefusedAll      = "gate.refused_all"
	GateGPC             = "gate.gpc"
	GateUnproven        = "gate.unproven_consent"
	GateErased          = "gate.erased"
	GateRestricted      = "gate.restricted"
	GateLifeInferred    = "gate.life_inferred"
	GateLifeEvent       = "gate.life_event"
	GateLifeUnconfirmed = "gate.life_unconfirmed"
	GateLifeUnknown     = "gate.life_unknown"
	GateCaseOpen        = "gate.case_open"
	GateCaseUnconfirmed = "gate.case_unconfirmed"
	GateSoftHold        = "gate.soft_hold"
	GateManualHold      = "gate.manual_hold"
	GateProductHold     = "gate.product_hold"
	GateCaseMissing     = "gate.case_missing"
	GateCaseNotResolved = "gate.case_not_resolved"
	GateCaseClosed      = "gate.case_closed"
	GateAskedEnough     = "gate.asked_enough"
	GateApologyDue      = "gate.apology_due"
	GateRest            = "gate.rest"
	GateQuietHours      = "gate.quiet_hours"
	GateHoliday         = "gate.holiday"
	GateCap             = "gate.cap"
	GateContradicts     = "gate.conflict"
	GateRepeats         = "gate.repeat"
	GateChannelClosed   = "gate.channel_closed"
	GateChannelGap      = "gate.channel_gap"
	GateUseless         = "gate.useless_by_then"
	GateExpired         = "gate.expired"

	HoldCaseOpen      = "hold.case_open"
	HoldCaseResolved  = "hold.case_resolved"
	HoldResting       = "hold.rest"
	HoldLifeInferred  = "hold.life_inferred"
	HoldLifeDeclared  = "hold.life_declared"
	HoldLifeConfirmed = "hold.life_confirmed"
	HoldMaybe         = "hold.soft"
	HoldByHand        = "hold.manual"
	HoldOfProduct     = "hold.product"
	HoldRestriction   = "hold.legal"
)

// Reason is one reason code with the English sentence that explains it; the sentence is also its key for translation.
type Reason struct {
	Code string
	Line Line // the gate's line that gives it; 0 for holds and for what passes
	Say  string
}

// Reasons lists every code, in the order of the gate.
func Reasons() []Reason {
	return []Reason{
		{GateClear, 0, "Nothing stands against it."},
		{GateAlways, 0, "The law, safety and the service a person needs always pass."},
		{GateNoConsent, LineConsent, "The person has not agreed to this."},
		{GateRefused, LineConsent, "The person has refused this."},
		{GateRefusedAll, LineConsent, "The person wants to hear nothing from us on this channel."},
		{GateGPC, LineConsent, "The person's browser asks not to sell or share their data."},
		{GateUnproven, LineConsent, "Only a browser agreed, and nobody vouches that it was this person."},
		{GateErased, LineRestriction, "The person asked to be forgotten."},
		{GateRestricted, LineRestriction, "Processing of this person's data is restricted."},
		{GateLifeInferred, LineLife, "Something sad may have happened to this person; we stay silent until somebody has looked."},
		{GateLifeEvent, LineLife, "Something sad has happened to this person; we stay silent."},
		{GateLifeUnconfirmed, LineLife, "The message speaks of an event that nobody has confirmed."},
		{GateLifeUnknown, LineLife, "The message speaks of an event of which we know nothing, or which has passed."},
		{GateCaseOpen, LineCase, "A case is open: first it is put right."},
		{GateCaseUnconfirmed, LineCase, "The case is solved, but the person has not said that they are satisfied."},
		{GateSoftHold, LineCase, "What the person wrote may be a complaint; somebody is looking."},
		{GateManualHold, LineCase, "Somebody at the brand holds everything for this person."},
		{GateProductHold, LineCase, "The person had trouble with this product."},
		{GateCaseMissing, LineCase, "The question names no case."},
		{GateCaseNotResolved, LineCase, "The case is not solved yet, so it is too early to ask."},
		{GateCaseClosed, LineCase, "The case has ended, so there is nothing left to ask."},
		{GateAskedEnough, LineCase, "The person was asked and reminded; once more would be too much."},
		{GateApologyDue, LineApology, "An apology is due before anything else."},
		{GateRest, LineRest, "The person is satisfied and rests from us."},
		{GateQuietHours, LineQuiet, "It is quiet time where the person lives."},
		{GateHoliday, LineQuiet, "It is a holiday where the person lives."},
		{GateCap, LineCaps, "The person has heard enough from us lately."},
		{GateContradicts, LineConflict, "It contradicts what another team has just told the person."},
		{GateRepeats, LineConflict, "Another team has just told the person the same."},
		{GateChannelClosed, LineChannel, "The channel is closed."},
		{GateChannelGap, LineChannel, "The last message on this channel was only just sent."},
		{GateUseless, LineChannel, "By the time it could go, it would be of no use."},
		{GateExpired, LineChannel, "It is no longer of use."},
		{HoldCaseOpen, 0, "A case is open."},
		{HoldCaseResolved, 0, "The case is solved; the person has not answered yet."},
		{HoldResting, 0, "The person is satisfied and rests from us."},
		{HoldLifeInferred, 0, "A text speaks of a sad event; somebody should look."},
		{HoldLifeDeclared, 0, "The person, or a source we trust, told us of a sad event."},
		{HoldLifeConfirmed, 0, "Somebody at the brand confirmed a sad event."},
		{HoldMaybe, 0, "A text may be a complaint; somebody should look."},
		{HoldByHand, 0, "Somebody at the brand placed this hold."},
		{HoldOfProduct, 0, "The person had trouble with this product."},
		{HoldRestriction, 0, "Processing is restricted by law or at the person's request."},
	}
}
