package provider

import (
	"slices"

	"github.com/orrery-cxm/orrery"
)

// Head is one thing to be judged of a text.
type Head string

const (
	Polarity Head = "polarity"
	Intents  Head = "intents"
	Emotions Head = "emotions"
	Aspects  Head = "aspects"
	Risks    Head = "risks"
	Life     Head = "life"
	Urgency  Head = "urgency"
)

// Heads are all heads, in the order of an answer.
func Heads() []Head { return []Head{Polarity, Intents, Emotions, Aspects, Risks, Life, Urgency} }

// Names are the labels that a head may give: those of the engine of the product.
func (h Head) Names() []string {
	switch h {
	case Polarity:
		return []string{"negative", "neutral", "positive", "mixed"}
	case Intents:
		return []string{orrery.IntentComplaint, orrery.IntentQuestion, orrery.IntentPraise, orrery.IntentPurchase, orrery.IntentCancellation,
			orrery.IntentRequest, orrery.IntentSuggestion}
	case Emotions:
		return []string{"anger", "sadness", "joy", "fear", "surprise", "disgust", "gratitude"}
	case Aspects:
		return []string{"delivery", "staff", "response", "price", "refund", "app", "product", "food", "travel", "room", "network", "account",
			"store", "safety", "privacy"}
	case Risks:
		return []string{"data_breach", "discrimination", "fire", "food_safety", "injury", "legal_threat", "press", "regulator", "self_harm"}
	case Life:
		kinds := []orrery.LifeKind{orrery.Bereavement, orrery.Engagement, orrery.Wedding, orrery.Graduation, orrery.Birth, orrery.Moving,
			orrery.NewJob, orrery.JobLoss, orrery.Retirement, orrery.Illness, orrery.Divorce, orrery.Birthday}
		names := make([]string, len(kinds))
		for i, k := range kinds {
			names[i] = string(k)
		}
		return names
	case Urgency:
		return []string{"high", "low"}
	}
	return nil
}

// knows says whether a label of that name may be given.
func (h Head) knows(name string) bool { return slices.Contains(h.Names(), name) }

// quoted heads count only with words of the text: what they say has consequences, and a model that makes something up has
// no words for it.
func (h Head) quoted() bool { return h == Aspects || h == Risks || h == Life }

// labels is where signals keep the labels of a head; nil for the polarity.
func (h Head) labels(s *orrery.Signals) *[]orrery.Label {
	switch h {
	case Intents:
		return &s.Intents
	case Emotions:
		return &s.Emotions
	case Aspects:
		return &s.Aspects
	case Risks:
		return &s.Risks
	case Life:
		return &s.Life
	case Urgency:
		return &s.Urgency
	}
	return nil
}
